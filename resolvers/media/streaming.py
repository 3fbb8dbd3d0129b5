"""Where a recording can be heard: signed, expiring addresses of its playlists."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.media.codecs import is_lossless
from domain.media.object_keys import STREAM_VERSION_OF_FAMILIES, stream_version
from domain.media.records import PlayableState, Track
from domain.media.streams import (
    KILOBITS,
    Family,
    StreamQuality,
    adaptive_playlist,
    best_quality,
    capped,
    quality_playlist,
    stream_folder,
)
from resolvers.context import RequestContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Where a recording can be heard, for a while."""

    url: str
    """The media playlist of `quality`."""
    adaptive_url: str
    """The multivariant playlist over all qualities of AAC."""
    opus_url: str | None
    lossless_url: str | None
    quality: StreamQuality
    """The one asked for, or the best that there is for this viewer."""
    kilobits: int
    expires_at: datetime


def stream_of(ctx: RequestContext, track: Track, quality: StreamQuality) -> Stream | None:
    """The addresses of a track that the viewer sees; None until it is READY."""
    if track.state is not PlayableState.READY or track.hls_key is None:
        return None
    expires_at = ctx.clock.now() + timedelta(seconds=ctx.limits.stream_url_seconds)
    folder = ctx.ports.urls.sign_prefix(stream_folder(track.hls_key), expires_at)
    base = f"{ctx.base_url}{folder}"
    has_families = stream_version(track.hls_key) >= STREAM_VERSION_OF_FAMILIES
    best = _best(ctx, track) if has_families else StreamQuality.HIGH
    given = capped(quality, best)
    return Stream(
        url=f"{base}{quality_playlist(given)}",
        adaptive_url=f"{base}{adaptive_playlist()}",
        opus_url=f"{base}{adaptive_playlist(Family.OPUS)}" if has_families else None,
        lossless_url=(
            f"{base}{adaptive_playlist(Family.FLAC)}" if best is StreamQuality.LOSSLESS else None
        ),
        quality=given,
        kilobits=KILOBITS.get(given) or (track.bitrate or 0) // 1000,
        expires_at=datetime.fromtimestamp(int(expires_at.timestamp()), UTC),
    )


def _best(ctx: RequestContext, track: Track) -> StreamQuality:
    """The best that there is of a track, as far as this viewer may hear it."""
    made = is_lossless(track.codec, track.channels)
    there = StreamQuality.LOSSLESS if made else StreamQuality.HIGH
    return capped(there, best_quality(ctx.viewer))
