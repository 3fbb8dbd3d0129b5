"""Finding what stands in the catalogue under the names that the trade gives it."""

import asyncio

from domain.ids import AlbumId, ArtistId, TrackId
from domain.media.identifiers import Identifier
from domain.media.records import Album, Artist, Track
from domain.pages import Page, PageRequest, before_text, build_page
from loaders.media.identifiers import NAMED, Named
from resolvers.context import RequestContext
from resolvers.media.albums import find_albums
from resolvers.media.artists import find_artists
from resolvers.media.tracks import find_tracks

Item = Artist | Album | Track


async def find_items(ctx: RequestContext, identifier: Identifier, page: PageRequest) -> Page[Item]:
    """What the viewer may see that has this identifier, the newest first."""
    rows = await ctx.read("media").fetch(
        NAMED[identifier.kind],
        value=identifier.value,
        **ctx.viewer.sight._asdict(),
        before=before_text(page),
        limit=page.first + 1,
    )
    return await with_items(ctx, build_page(rows, page, lambda row: (row.key,)))


async def with_items(ctx: RequestContext, page: Page[Named]) -> Page[Item]:
    """The same page of what the rows stand for: one read for each kind."""
    artists, albums, tracks = await asyncio.gather(
        find_artists(ctx, [ArtistId(key) for key in _keys(page, "Artist")]),
        find_albums(ctx, [AlbumId(key) for key in _keys(page, "Album")]),
        find_tracks(ctx, [TrackId(key) for key in _keys(page, "Track")]),
    )
    found: dict[str, Item] = {
        record.id: record for record in (*artists, *albums, *tracks) if record is not None
    }
    return page.map(lambda row: found.get(row.key))


def _keys(page: Page[Named], kind: str) -> list[str]:
    return [row.key for row in page.nodes if row.kind == kind]
