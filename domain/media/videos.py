"""Records of videos, and of the channels that they stand on."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.ids import ChannelId, PlayableKind, UserId, VideoId
from domain.media.records import Playable, PlayableState


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The home of somebody's videos; anyone sees it from its making."""

    id: ChannelId
    owner_id: UserId
    name: str
    handle: str
    """What names it in addresses, in lower case and without `@`; nobody else's."""
    description: str
    image_key: str | None
    """Object key of its picture."""
    version: int
    """Grows with each change."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(Playable):
    """Moving pictures on a channel, with or without sound."""

    kind: ClassVar[PlayableKind] = PlayableKind.VIDEO
    id: VideoId
    channel_id: ChannelId
    description: str
    """In the order of the owner, each once."""
    language: str | None
    """What is spoken in it (BCP 47)."""
    width: int | None
    """Of the original as it is to be seen: upright, with square pixels."""
    height: int | None
    frame_rate: float | None
    """Frames per second of the original, on average."""
    thumbnail_widths: list[int]
    """Widths of the pictures made of it, the smallest first; they lie beside its stream."""
    storyboard_key: str | None
    """Object key of the WebVTT file that says which part of which sheet shows which moment."""


def new_video(
    video_id: VideoId, channel: Channel, *, title: str, file_name: str | None, now: datetime
) -> Video:
    """A draft on a channel, before anything is known of its file."""
    return Video(
        id=video_id,
        channel_id=channel.id,
        owner_id=channel.owner_id,
        title=title,
        description="",
        tags=[],
        language=None,
        width=None,
        height=None,
        frame_rate=None,
        thumbnail_widths=[],
        storyboard_key=None,
        duration_ms=None,
        state=PlayableState.AWAITING_FILE,
        published_at=None,
        failure_code=None,
        failure=None,
        file_name=file_name,
        source_key=None,
        source_hash=None,
        source_bytes=None,
        codec=None,
        sample_rate=None,
        channels=None,
        bitrate=None,
        loudness_lufs=None,
        loudness_range=None,
        true_peak_db=None,
        waveform=None,
        hls_key=None,
        version=1,
        created_at=now,
    )
