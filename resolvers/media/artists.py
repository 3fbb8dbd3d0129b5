"""Finding artists."""

from collections.abc import Sequence

from domain.ids import ArtistId
from domain.media.records import Album, Artist, Track
from domain.policies.media import may_see_artist
from resolvers.context import RequestContext
from resolvers.media.teams import teams_behind


async def find_artist(ctx: RequestContext, artist_id: ArtistId) -> Artist | None:
    """An artist; None where this viewer may not see one."""
    return (await find_artists(ctx, [artist_id]))[0]


async def find_artists(ctx: RequestContext, artist_ids: Sequence[ArtistId]) -> list[Artist | None]:
    """Artists by their ids, each as `find_artist`."""
    found = await ctx.loaders.media.artist_by_id.load_all(artist_ids)
    teams = await teams_behind(ctx, found)
    return [each if each and may_see_artist(ctx.viewer, each, teams) else None for each in found]


async def artists_of(ctx: RequestContext, works: Sequence[Album | Track]) -> list[Artist]:
    """Whose each work is; who sees a work sees its artist."""
    found = await ctx.loaders.media.artist_by_id.load_all([work.artist_id for work in works])
    artists = [artist for artist in found if artist is not None]
    assert len(artists) == len(works), "artists are never removed"
    return artists
