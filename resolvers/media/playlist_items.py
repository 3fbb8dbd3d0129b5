"""What stands in playlists: pages of items, and how they are added, moved and removed.

Each change holds the playlist's row, so edits of several people stand one behind the other. They
name items, not places: what somebody else does meanwhile makes none of them go wrong.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from db.repositories.media.playlists import PlaylistRepository
from domain.ids import PlayableKey, PlaylistId, PlaylistItemId, new_id
from domain.media.playlists import rules
from domain.media.playlists.order_keys import fresh_keys, keys_between
from domain.media.playlists.records import Playlist, PlaylistChangeKind, PlaylistItem
from domain.media.records import Playable
from domain.pages import Page, PageRequest, SortKey, build_page
from domain.policies.playlists import require_edit_items
from resolvers.context import RequestContext
from resolvers.media.cursors import place_in_playlist
from resolvers.media.playables import find_playables, get_playables
from resolvers.media.playlist_work import (
    PlaylistWork,
    forget_playlist,
    hold_playlist,
    log_change,
)
from resolvers.media.smart_playlists import list_found


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a playlist something is put: at the end, unless something else is said."""

    after: PlaylistItemId | None = None
    """Behind this item; at the end where somebody has removed it."""
    at_beginning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of an addition."""

    playlist: Playlist
    items: list[PlaylistItem]
    skipped: list[PlayableKey]
    """What stands in it already, where it allows no duplicates."""


async def list_items(
    ctx: RequestContext, playlists: Sequence[Playlist], page: PageRequest
) -> list[Page[PlaylistItem]]:
    """A page of each playlist's items, in their order."""
    by_hand = [each for each in playlists if not each.is_smart]
    starts = await _starts(ctx, by_hand, page)
    found: dict[PlaylistId, list[PlaylistItem]] = {}
    for start in dict.fromkeys(starts.values()):
        loader = ctx.loaders.media.playlists.items_by_playlist_id(
            limit=page.first + 1, order_key=start[0], id=start[1]
        )
        ids = [key for key, begin in starts.items() if begin == start]
        found.update(zip(ids, await loader.load_all(ids), strict=True))
    return [
        await list_found(ctx, each, page)
        if each.is_smart
        else build_page(found[each.id], page, _cursor_of(each))
        for each in playlists
    ]


async def playables_of(ctx: RequestContext, items: Sequence[PlaylistItem]) -> list[Playable | None]:
    """What stands in each place; None where it is gone, or not for this viewer."""
    return await find_playables(ctx, [PlayableKey.parse(item.playable) for item in items])


async def add_to_playlist(
    ctx: RequestContext,
    playlist_id: PlaylistId,
    playables: Sequence[PlayableKey],
    place: Place = Place(),
) -> Added:
    """Put something into a playlist; what stands in it already is skipped where it wants that.

    Raises:
        NotFound: no such playlist, or nothing of the kind to play, for this viewer.
        Forbidden: the viewer may look at it only.
        Conflict: rules say what is in it.
        BadInput, TooLarge: nothing is named, or too much, or there is no room for it.
    """
    rules.require_at_once(len(playables), field="playableIds")
    found = await get_playables(ctx, playables)
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_edit_items)
        rules.require_put_by_hand(playlist)
        wanted = await _wanted(uow, playlist, found)
        skipped = _left_out(found, wanted)
        if not wanted:
            return Added(playlist=playlist, items=[], skipped=skipped)
        keys, playlist = await _keys_at(uow, playlist, place, len(wanted))
        new = _new_items(ctx, playlist, wanted, keys)
        await uow.rows.add_items(new)
        changed = await save_added(ctx, uow, playlist, new)
        await uow.commit()
    forget_playlist(ctx, playlist_id)
    return Added(playlist=changed, items=new, skipped=skipped)


async def move_in_playlist(
    ctx: RequestContext,
    playlist_id: PlaylistId,
    item_ids: Sequence[PlaylistItemId],
    place: Place,
) -> Playlist:
    """Put items elsewhere, one behind the other as they are named; those that are gone stay so.

    Raises:
        NotFound: no such playlist for this viewer.
        Forbidden: the viewer may look at it only.
        BadInput, TooLarge: nothing is named, or too much.
    """
    rules.require_at_once(len(item_ids), field="itemIds")
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_edit_items)
        there = {item.id: item for item in await uow.rows.find_items(playlist_id, item_ids)}
        moved = [there[key] for key in dict.fromkeys(item_ids) if key in there]
        if not moved or await _stand_there(uow, playlist, place, moved):
            return playlist
        keys, playlist = await _keys_at(uow, playlist, place, len(moved), moved=list(there))
        changed = await save_moved(ctx, uow, playlist, moved, keys)
        await uow.commit()
    forget_playlist(ctx, playlist_id)
    return changed


async def remove_from_playlist(
    ctx: RequestContext, playlist_id: PlaylistId, item_ids: Sequence[PlaylistItemId]
) -> Playlist:
    """Take items out; those that are gone already change nothing. Raises as a move does."""
    rules.require_at_once(len(item_ids), field="itemIds")
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_edit_items)
        removed = await uow.rows.find_items(playlist_id, item_ids)
        if not removed:
            return playlist
        changed = await save_removed(ctx, uow, playlist, removed)
        await uow.commit()
    forget_playlist(ctx, playlist_id)
    return changed


async def save_added(
    ctx: RequestContext, uow: PlaylistWork, playlist: Playlist, new: Sequence[PlaylistItem]
) -> Playlist:
    """Count and log what was added in this unit of work."""
    counted = rules.count_items(
        playlist, items=len(new), duration_ms=sum(item.duration_ms for item in new)
    )
    changed = rules.advance(counted, now=ctx.clock.now())
    await uow.rows.save_playlist(changed)
    await _log(ctx, uow, changed, PlaylistChangeKind.ITEMS_ADDED, new)
    return changed


async def save_removed(
    ctx: RequestContext, uow: PlaylistWork, playlist: Playlist, removed: Sequence[PlaylistItem]
) -> Playlist:
    """Remove items, count and log it."""
    await uow.rows.remove_items([item.id for item in removed])
    counted = rules.count_items(
        playlist, items=-len(removed), duration_ms=-sum(item.duration_ms for item in removed)
    )
    changed = rules.advance(counted, now=ctx.clock.now())
    await uow.rows.save_playlist(changed)
    await _log(ctx, uow, changed, PlaylistChangeKind.ITEMS_REMOVED, removed)
    return changed


async def save_moved(
    ctx: RequestContext,
    uow: PlaylistWork,
    playlist: Playlist,
    moved: Sequence[PlaylistItem],
    keys: Sequence[str],
) -> Playlist:
    """Give items other order keys and log where they stood."""
    await uow.rows.set_order_keys({item.id: key for item, key in zip(moved, keys, strict=True)})
    changed = rules.advance(playlist, now=ctx.clock.now())
    await uow.rows.save_playlist(changed)
    await _log(ctx, uow, changed, PlaylistChangeKind.ITEMS_MOVED, moved)
    return changed


async def _log(
    ctx: RequestContext,
    uow: PlaylistWork,
    playlist: Playlist,
    kind: PlaylistChangeKind,
    items: Sequence[PlaylistItem],
) -> None:
    await log_change(
        ctx,
        uow,
        playlist,
        kind,
        playables=[item.playable for item in items],
        details={"items": [rules.item_values(item) for item in items]},
    )


async def _wanted(
    uow: PlaylistWork, playlist: Playlist, found: Sequence[Playable]
) -> list[Playable]:
    """What is really added: all, or each once and only what is not there."""
    if playlist.allows_duplicates:
        return list(found)
    once = {str(each.playable): each for each in found}
    there = await uow.rows.find_playables(playlist.id, list(once))
    return [each for key, each in once.items() if key not in there]


def _left_out(found: Sequence[Playable], wanted: Sequence[Playable]) -> list[PlayableKey]:
    rest = [each.playable for each in found]
    for each in wanted:
        rest.remove(each.playable)
    return rest


async def _keys_at(
    uow: PlaylistWork,
    playlist: Playlist,
    place: Place,
    count: int,
    *,
    moved: Sequence[PlaylistItemId] = (),
) -> tuple[list[str], Playlist]:
    """Order keys for so many items there; all items get new ones where there is no room."""
    keys = keys_between(*await _gap(uow, playlist, place, moved), count)
    if keys is not None:
        return keys, playlist
    ids = await uow.rows.list_item_ids(playlist.id)
    renewed: Mapping[PlaylistItemId, str] = dict(zip(ids, fresh_keys(len(ids)), strict=True))
    await uow.rows.set_order_keys(renewed)
    keys = keys_between(*await _gap(uow, playlist, place, moved), count)
    assert keys is not None, "fresh keys leave room"
    return keys, rules.renew_order(playlist)


async def _gap(
    uow: PlaylistWork, playlist: Playlist, place: Place, moved: Sequence[PlaylistItemId]
) -> tuple[str | None, str | None]:
    """The order keys on both sides of a place, as if what moves were not there."""
    if place.at_beginning:
        return None, await uow.rows.find_next_key(playlist.id, None, but=moved)
    anchors = []
    if place.after is not None:
        anchors = await uow.rows.find_items(playlist.id, [place.after])
    if not anchors or anchors[0].id in moved:
        return await uow.rows.find_last_key(playlist.id, but=moved), None
    after = await uow.rows.find_next_key(playlist.id, anchors[0], but=moved)
    return anchors[0].order_key, after


async def _stand_there(
    uow: PlaylistWork, playlist: Playlist, place: Place, moved: Sequence[PlaylistItem]
) -> bool:
    """Whether nothing would change."""
    before, after = await _gap(uow, playlist, place, [item.id for item in moved])
    keys = [item.order_key for item in moved]
    is_ordered = all(one < other for one, other in itertools.pairwise(keys))
    is_behind = before is None or before < keys[0]
    return is_ordered and is_behind and (after is None or keys[-1] < after)


def _new_items(
    ctx: RequestContext, playlist: Playlist, playables: Sequence[Playable], keys: Sequence[str]
) -> list[PlaylistItem]:
    return [
        PlaylistItem(
            id=PlaylistItemId(new_id()),
            playlist_id=playlist.id,
            playable=str(each.playable),
            order_key=key,
            duration_ms=each.duration_ms or 0,
            added_by=ctx.viewer.require_user_id(),
            added_at=ctx.clock.now(),
        )
        for each, key in zip(playables, keys, strict=True)
    ]


async def _starts(
    ctx: RequestContext, playlists: Sequence[Playlist], page: PageRequest
) -> dict[PlaylistId, tuple[str, str]]:
    """Where each page begins: (order key, id) of the item that the cursor names.

    The cursor says where the item stood. After all keys were renewed that means nothing, and the
    item is asked where it stands now.
    """
    if not playlists:
        return {}
    epoch, order_key, item_id = place_in_playlist(page)
    starts = dict.fromkeys((each.id for each in playlists), (order_key, item_id))
    old = [each for each in playlists if page.after is not None and each.order_epoch != epoch]
    if old:
        item = await ctx.loaders.media.playlists.item_by_id.load(PlaylistItemId(item_id))
        if item is not None and item.playlist_id in starts:
            starts[item.playlist_id] = (item.order_key, item.id)
    return starts


def _cursor_of(playlist: Playlist) -> Callable[[PlaylistItem], SortKey]:
    """Where an item stands, and since when that is so."""
    return lambda item: (playlist.order_epoch, item.order_key, item.id)
