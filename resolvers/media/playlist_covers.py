"""What playlists look like: their own cover, or those of what stands first in them."""

from collections.abc import Sequence

from domain.ids import PlayableKey
from domain.media.playlists.records import Playlist
from domain.pages import PageRequest
from resolvers.context import RequestContext
from resolvers.media import playables
from resolvers.media.playlist_items import list_items

COVERS_MAX = 4
ITEMS_LOOKED_AT = 12


async def cover_urls_of(ctx: RequestContext, playlists: Sequence[Playlist]) -> list[list[str]]:
    """One address where a playlist has a cover of its own, else up to four for a mosaic.

    Only of what the viewer may see; no picture stands there twice.
    """
    candidates = await _candidates(ctx, playlists)
    keys = [PlayableKey.parse(text) for each in candidates for text in each]
    found = iter(await playables.find_playables(ctx, keys))
    seen = [[next(found) for _ in each] for each in candidates]
    shown = [[each for each in those if each is not None] for those in seen]
    urls = iter(await playables.cover_urls_of(ctx, [each for those in shown for each in those]))
    return [_different([next(urls) for _ in those]) for those in shown]


async def _candidates(ctx: RequestContext, playlists: Sequence[Playlist]) -> list[list[str]]:
    """What each playlist may be shown by."""
    pages = await list_items(ctx, playlists, PageRequest(first=ITEMS_LOOKED_AT))
    return [
        [playlist.cover_playable]
        if playlist.cover_playable is not None
        else [item.playable for item in page.nodes]
        for playlist, page in zip(playlists, pages, strict=True)
    ]


def _different(urls: Sequence[str | None]) -> list[str]:
    return [url for url in dict.fromkeys(urls) if url is not None][:COVERS_MAX]
