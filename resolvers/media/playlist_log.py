"""What was done with playlists: the change log, taking a change back, and following it live."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from db.repositories.media.playlists import PlaylistRepository
from domain.ids import PlayableKey, PlaylistChangeId, PlaylistId, PlaylistItemId
from domain.media.playlists import rules
from domain.media.playlists.records import (
    Playlist,
    PlaylistChange,
    PlaylistChangeKind,
    PlaylistItem,
)
from domain.media.records import Playable
from domain.messages import channels
from domain.pages import Page, PageRequest, build_page
from domain.policies.playlists import (
    MISSING,
    is_member,
    require_edit_items,
    require_own_playlist,
)
from errors import Conflict, NotFound
from loaders.media.playlists import CHANGES_SINCE
from resolvers.context import RequestContext
from resolvers.media.cursors import version_before
from resolvers.media.playables import find_playables
from resolvers.media.playlist_items import save_added, save_moved, save_removed
from resolvers.media.playlist_work import (
    PlaylistWork,
    forget_playlist,
    hold_playlist,
    log_change,
)
from resolvers.media.playlists import find_playlist, roles_of_viewer

CHANGES_TOLD_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistNews:
    """How a playlist stands, and what was done with it since it was told last."""

    playlist: Playlist
    changes: list[PlaylistChange]
    """The oldest first; empty for whoever does not belong to it."""


async def list_changes(
    ctx: RequestContext, playlists: Sequence[Playlist], page: PageRequest
) -> list[Page[PlaylistChange] | None]:
    """Each one's change log, the newest first; None for whoever does not belong to it."""
    roles = await roles_of_viewer(ctx, [each.id for each in playlists])
    mine = [
        each.id
        for each, role in zip(playlists, roles, strict=True)
        if is_member(ctx.viewer, each, role)
    ]
    loader = ctx.loaders.media.playlists.changes_by_playlist_id(
        limit=page.first + 1, version=version_before(page)
    )
    found = dict(zip(mine, await loader.load_all(mine), strict=True))
    return [
        build_page(found[each.id], page, lambda change: (change.version,))
        if each.id in found
        else None
        for each in playlists
    ]


async def playables_of_changes(
    ctx: RequestContext, changes: Sequence[PlaylistChange]
) -> list[list[Playable]]:
    """What each is about, as far as the viewer may see it."""
    keys = [PlayableKey.parse(text) for change in changes for text in change.playables]
    found = iter(await find_playables(ctx, keys))
    told = [[next(found) for _ in change.playables] for change in changes]
    return [[each for each in those if each is not None] for those in told]


async def revert_change(
    ctx: RequestContext, playlist_id: PlaylistId, change_id: PlaylistChangeId
) -> Playlist:
    """Take a change back, as far as what it made is still there; twice is once.

    Raises:
        NotFound: no such playlist or change for this viewer.
        Forbidden: the viewer may look at it only, or it is for the owner to take back.
        Conflict: a change of this kind cannot be taken back.
    """
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_edit_items)
        change = await uow.rows.find_change(change_id)
        if change is None or change.playlist_id != playlist_id:
            raise NotFound("There is no such change.", field="changeId")
        reverted = await _revert(ctx, uow, playlist, change)
        await uow.commit()
    forget_playlist(ctx, playlist_id)
    return reverted


async def watch_playlist(
    ctx: RequestContext, playlist_id: PlaylistId
) -> AsyncIterator[PlaylistNews]:
    """Yield how the playlist stands, then every change, until it is gone for the viewer.

    We listen before we read, so no change falls between the two; a message only says that there
    is something to read, and the version says what is new.

    Raises:
        NotFound: there is no such playlist for this viewer.
    """
    async with ctx.ports.live.listen(channels.playlist(playlist_id)) as messages:
        latest = await find_playlist(ctx, playlist_id)
        if latest is None:
            raise NotFound(MISSING, field="playlistId")
        yield PlaylistNews(playlist=latest, changes=[])
        async for _message in messages:
            ctx.forget_loaded()
            playlist = await find_playlist(ctx, playlist_id)
            if playlist is None:
                return
            if playlist.version > latest.version:
                yield PlaylistNews(playlist=playlist, changes=await _since(ctx, latest))
                latest = playlist


async def _since(ctx: RequestContext, known: Playlist) -> list[PlaylistChange]:
    """What was done after a version, for whoever belongs to the playlist."""
    (role,) = await roles_of_viewer(ctx, [known.id])
    if not is_member(ctx.viewer, known, role):
        return []
    return await ctx.read("media").fetch(
        CHANGES_SINCE, playlist_id=known.id, version=known.version, limit=CHANGES_TOLD_MAX
    )


async def _revert(
    ctx: RequestContext, uow: PlaylistWork, playlist: Playlist, change: PlaylistChange
) -> Playlist:
    items = [rules.item_of(playlist.id, each) for each in change.details.get("items", ())]
    there = await uow.rows.find_items(playlist.id, [item.id for item in items])
    match change.kind:
        case PlaylistChangeKind.ITEMS_ADDED:
            return await save_removed(ctx, uow, playlist, there) if there else playlist
        case PlaylistChangeKind.ITEMS_REMOVED:
            known = {item.id for item in there}
            lost = [item for item in items if item.id not in known]
            return await _put_back(ctx, uow, playlist, lost) if lost else playlist
        case PlaylistChangeKind.ITEMS_MOVED:
            return await _move_back(ctx, uow, playlist, there, items)
        case PlaylistChangeKind.DETAILS_CHANGED:
            require_own_playlist(ctx.viewer, playlist, None)
            return await _restore_details(ctx, uow, playlist, change)
    raise Conflict("A change of this kind cannot be taken back.", field="changeId")


async def _put_back(
    ctx: RequestContext, uow: PlaylistWork, playlist: Playlist, lost: Sequence[PlaylistItem]
) -> Playlist:
    """Items come back under their ids, to where they stood."""
    await uow.rows.add_items(lost)
    return await save_added(ctx, uow, playlist, lost)


async def _move_back(
    ctx: RequestContext,
    uow: PlaylistWork,
    playlist: Playlist,
    there: Sequence[PlaylistItem],
    before: Sequence[PlaylistItem],
) -> Playlist:
    """Those of the items that are there go back to where they stood."""
    old: dict[PlaylistItemId, str] = {item.id: item.order_key for item in before}
    moved = [item for item in there if item.order_key != old[item.id]]
    if not moved:
        return playlist
    return await save_moved(ctx, uow, playlist, moved, [old[item.id] for item in moved])


async def _restore_details(
    ctx: RequestContext, uow: PlaylistWork, playlist: Playlist, change: PlaylistChange
) -> Playlist:
    details = rules.details_from(change.details["before"])
    restored = rules.change_details(playlist, details)
    if restored == playlist:
        return playlist
    changed = rules.advance(restored, now=ctx.clock.now())
    await uow.rows.save_playlist(changed)
    before = {"before": rules.details_of(playlist)}
    await log_change(ctx, uow, changed, PlaylistChangeKind.DETAILS_CHANGED, details=before)
    return changed
