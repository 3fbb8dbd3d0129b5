"""Prints the multivariant playlist of a video (RFC 8216, 4.3.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.media.moving_pictures import Subtitles, VideoRendition
from domain.media.video_streams import KEY_FRAMES_PLAYLIST, PLAYLIST

AUDIO_FOLDER: Final = "audio"
AUDIO_CODECS: Final = "mp4a.40.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The sound of a video as it was written."""

    peak_bits: int
    average_bits: int


def print_video_master(
    renditions: Sequence[VideoRendition], *, sound: Sound | None, subtitles: Sequence[Subtitles]
) -> str:
    """All sizes, each with the sound and the subtitles as groups; numbers were measured."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound is not None:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,'
            f'CHANNELS="2",URI="{AUDIO_FOLDER}/{PLAYLIST}"'
        )
    lines += [_print_subtitles(each) for each in subtitles]
    for rendition in renditions:
        lines += [_print_rendition(rendition, sound, has_subtitles=bool(subtitles))]
        lines += [f"{rendition.name}/{PLAYLIST}"]
    lines += [_print_key_frames(each) for each in renditions]
    return "\n".join(lines) + "\n"


def _print_rendition(rendition: VideoRendition, sound: Sound | None, *, has_subtitles: bool) -> str:
    """What a player must know before it chooses: bandwidths hold for pictures and sound."""
    peak = rendition.peak_bits + (0 if sound is None else sound.peak_bits)
    average = rendition.average_bits + (0 if sound is None else sound.average_bits)
    codecs = rendition.codecs if sound is None else f"{rendition.codecs},{AUDIO_CODECS}"
    attributes = [
        f"BANDWIDTH={peak}",
        f"AVERAGE-BANDWIDTH={average}",
        f'CODECS="{codecs}"',
        f"RESOLUTION={rendition.width}x{rendition.height}",
        f"FRAME-RATE={rendition.frame_rate:.3f}",
    ]
    if sound is not None:
        attributes.append('AUDIO="audio"')
    if has_subtitles:
        attributes.append('SUBTITLES="subtitles"')
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}"


def _print_key_frames(rendition: VideoRendition) -> str:
    """The key frames of a size, for players that wind fast (RFC 8216, 4.3.4.3)."""
    return (
        f"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={rendition.key_frame_bits},"
        f'CODECS="{rendition.codecs}",RESOLUTION={rendition.width}x{rendition.height},'
        f'URI="{rendition.name}/{KEY_FRAMES_PLAYLIST}"'
    )


def _print_subtitles(subtitles: Subtitles) -> str:
    folder = subtitles.path.rpartition("/")[0]
    language = "" if subtitles.language is None else f'LANGUAGE="{subtitles.language}",'
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="{subtitles.name}",{language}'
        f'DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="{folder}/{PLAYLIST}"'
    )
