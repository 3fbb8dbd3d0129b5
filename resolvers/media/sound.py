"""What players ask of a recording's sound: how loud, how long to the sample, in which forms."""

from collections.abc import Sequence

from domain.media.loudness import gain_db
from domain.media.recordings import Rendition
from domain.media.records import Playable, PlayableState, Track
from domain.media.stream_records import StreamFacts
from resolvers.context import RequestContext
from resolvers.media.albums import albums_of


async def streams_of(
    ctx: RequestContext, playables: Sequence[Playable]
) -> list[StreamFacts | None]:
    """What was made of each; None until it is READY."""
    keys = [str(each.playable) for each in playables if each.state is PlayableState.READY]
    found = iter(await ctx.loaders.media.stream_by_playable.load_all(keys))
    return [next(found) if each.state is PlayableState.READY else None for each in playables]


async def renditions_of(
    ctx: RequestContext, playables: Sequence[Playable]
) -> list[list[Rendition]]:
    """The qualities of each, from the leanest to the richest within a codec."""
    found = await streams_of(ctx, playables)
    return [[] if stream is None else stream.renditions for stream in found]


def track_gains(tracks: Sequence[Track]) -> list[float | None]:
    """By how much to turn each, to be as loud as all others."""
    return [gain_db(track.loudness_lufs) for track in tracks]


async def album_gains(ctx: RequestContext, tracks: Sequence[Track]) -> list[float | None]:
    """By how much to turn each, for its album to be as loud as all others."""
    return [gain_db(album.loudness_lufs) for album in await albums_of(ctx, tracks)]
