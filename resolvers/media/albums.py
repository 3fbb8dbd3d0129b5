"""Finding albums, their covers and their tracks."""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.ids import AlbumId, ArtistId
from domain.media.records import Album, Track
from domain.pages import Page, PageRequest, before_text, build_page
from domain.policies.media import may_see_album
from resolvers.context import RequestContext
from resolvers.media.cursors import place_on_album
from resolvers.media.teams import teams_behind

COVER_SECONDS = 24 * 60 * 60


async def find_album(ctx: RequestContext, album_id: AlbumId) -> Album | None:
    """An album; None where this viewer may not see one."""
    return (await find_albums(ctx, [album_id]))[0]


async def find_albums(ctx: RequestContext, album_ids: Sequence[AlbumId]) -> list[Album | None]:
    """Albums by their ids, each as `find_album`."""
    found = await ctx.loaders.media.album_by_id.load_all(album_ids)
    teams = await teams_behind(ctx, found)
    return [each if each and may_see_album(ctx.viewer, each, teams) else None for each in found]


async def albums_of(ctx: RequestContext, tracks: Sequence[Track]) -> list[Album]:
    """The album that each is on; who sees a track sees its album."""
    found = await ctx.loaders.media.album_by_id.load_all([track.album_id for track in tracks])
    albums = [album for album in found if album is not None]
    assert len(albums) == len(tracks), "albums are never removed"
    return albums


async def list_albums_of_artists(
    ctx: RequestContext, artist_ids: Sequence[ArtistId], page: PageRequest
) -> list[Page[Album]]:
    """Each artist's albums that the viewer may see, the newest first."""
    loader = ctx.loaders.media.albums_by_artist_id(
        ctx.viewer.sight, limit=page.first + 1, before=before_text(page)
    )
    found = await loader.load_all(artist_ids)
    return [build_page(rows, page, lambda album: (album.id,)) for rows in found]


async def list_tracks_of_albums(
    ctx: RequestContext, album_ids: Sequence[AlbumId], page: PageRequest
) -> list[Page[Track]]:
    """Each album's tracks that the viewer may see, by disc and number."""
    disc, number, key = place_on_album(page)
    loader = ctx.loaders.media.tracks_by_album_id(
        ctx.viewer.sight, limit=page.first + 1, disc=disc, number=number, id=key
    )
    found = await loader.load_all(album_ids)
    return [build_page(rows, page, _place_of) for rows in found]


def picture_urls(ctx: RequestContext, keys: Sequence[str | None]) -> list[str | None]:
    """The signed addresses of stored pictures.

    They end with the second midnight from now, so that they are the same all day and browsers
    keep the pictures. The tracks of an album share one, which is signed once.
    """
    day = int(ctx.clock.now().timestamp()) // COVER_SECONDS + 2
    expires_at = datetime.fromtimestamp(day * COVER_SECONDS, UTC)
    signed: dict[str | None, str | None] = {None: None}
    for key in keys:
        if key is not None and key not in signed:
            folder, _, name = key.rpartition("/")
            path = ctx.ports.urls.sign_prefix(f"{folder}/", expires_at)
            signed[key] = f"{ctx.base_url}{path}{name}"
    return [signed[key] for key in keys]


def _place_of(track: Track) -> tuple[int, int, str]:
    return track.disc_number or 0, track.track_number or 0, track.id
