"""Where a recording can be heard: signed, expiring addresses of its playlists."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.media.codecs import is_lossless
from domain.media.entitlements import Entitlement, entitlement_of
from domain.media.object_keys import STREAM_VERSION_OF_FAMILIES, stream_version
from domain.media.records import Playable, PlayableState, Track
from domain.media.renditions import BEST
from domain.media.streams import (
    KILOBITS,
    Family,
    StreamQuality,
    adaptive_playlist,
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
    base = sign_stream(ctx, track, expires_at)
    has_families = stream_version(track.hls_key) >= STREAM_VERSION_OF_FAMILIES
    best = _best(ctx, track) if has_families else capped(StreamQuality.HIGH, _best(ctx, track))
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


def sign_stream(ctx: RequestContext, playable: Playable, expires_at: datetime) -> str:
    """The address of a stream's folder: it opens what the viewer's plan lets them have, no more."""
    assert playable.hls_key is not None, "what is READY has a stream"
    best = entitlement(ctx, playable).quality_max
    folder = ctx.ports.urls.sign_prefix(
        stream_folder(playable.hls_key), expires_at, cap=None if best is BEST else best.value
    )
    return f"{ctx.base_url}{folder}"


def entitlement(ctx: RequestContext, playable: Playable) -> Entitlement:
    """What the viewer may have of something playable."""
    return entitlement_of(ctx.viewer, ctx.limits.usual_plans, owner_id=playable.owner_id)


def _best(ctx: RequestContext, track: Track) -> StreamQuality:
    """The best that there is of a track, as far as this viewer may hear it."""
    made = is_lossless(track.codec, track.channels)
    there = StreamQuality.LOSSLESS if made else StreamQuality.HIGH
    return capped(there, entitlement(ctx, track).quality_max)
