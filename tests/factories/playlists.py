"""Playlists for tests."""

from typing import Any

from domain.ids import PlayableKey, PlayableKind, PlaylistId
from domain.media.playlists.records import Playlist, PlaylistPrivacy
from domain.media.playlists.rules import PlaylistDetails
from domain.pages import PageRequest
from resolvers.context import RequestContext
from resolvers.media import collaborators, playlist_items, playlists
from resolvers.media.collaborators import Offer
from tests.factories.media import a_track, keep_tracks

PUBLIC = PlaylistPrivacy.PUBLIC


def keys(*numbers: int) -> list[PlayableKey]:
    """The tracks of these numbers, as playables."""
    return [PlayableKey(PlayableKind.TRACK, f"track-{number}") for number in numbers]


async def keep_numbered(ctx: RequestContext, count: int) -> None:
    """So many public tracks, `track-0` and on."""
    await keep_tracks(ctx, *(a_track(f"track-{number}") for number in range(count)))


async def a_playlist(ctx: RequestContext, *numbers: int, **details: Any) -> Playlist:
    """A playlist of the viewer's with these tracks."""
    said = {"title": "Mornings", "is_collaborative": True, **details}
    made = await playlists.create_playlist(ctx, PlaylistDetails(**said))
    if not numbers:
        return made
    return (await playlist_items.add_to_playlist(ctx, made.id, keys(*numbers))).playlist


async def let_in(
    owner: RequestContext, other: RequestContext, playlist_id: PlaylistId, role: Any
) -> None:
    """Make another account a collaborator."""
    offer = Offer(role=role, user_id=other.viewer.require_user_id())
    invited = await collaborators.invite(owner, playlist_id, offer)
    await collaborators.accept_invitation(other, invited.invitation.id)


async def items_in(ctx: RequestContext, playlist_id: PlaylistId, *, first: int = 100) -> list[Any]:
    """All its items, page by page."""
    found: list[Any] = []
    after = None
    while True:
        ctx.forget_loaded()
        playlist = await playlists.find_playlist(ctx, playlist_id)
        assert playlist is not None
        request = PageRequest(first=first, after=after)
        (page,) = await playlist_items.list_items(ctx, [playlist], request)
        found += page.nodes
        if not page.has_next_page:
            return found
        after = page.sort_key(page.rows[-1])


async def numbers_in(ctx: RequestContext, playlist_id: PlaylistId) -> list[int]:
    """The numbers of its tracks, in order."""
    items = await items_in(ctx, playlist_id)
    return [int(item.playable.rpartition("-")[2]) for item in items]
