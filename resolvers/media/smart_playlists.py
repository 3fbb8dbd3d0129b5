"""Smart playlists: rules say what is in them, at the time and for the viewer who asks."""

from collections.abc import Sequence
from datetime import datetime

from db.repositories.media.playlists import PlaylistRepository
from domain.ids import PlayableKey, PlayableKind, PlaylistId, PlaylistItemId
from domain.media.playlists import rules
from domain.media.playlists.records import Playlist, PlaylistChangeKind, PlaylistItem
from domain.media.playlists.rules import PlaylistDetails
from domain.media.playlists.smart_rules import SmartRules, checked_rules, rule_values, rules_of
from domain.pages import Page, PageRequest, SortKey, build_page, instant_cursor
from domain.policies.playlists import require_own_playlist
from errors import BadInput, Conflict
from loaders.media.smart_playlists import SmartHit, evaluate
from resolvers.context import RequestContext
from resolvers.media.playlist_work import forget_playlist, hold_playlist, log_change
from resolvers.media.playlists import create_playlist


async def create_smart_playlist(
    ctx: RequestContext, details: PlaylistDetails, smart: SmartRules
) -> Playlist:
    """Make a playlist whose items are found by rules.

    Raises:
        Unauthenticated: nobody is logged in.
        BadInput, TooLarge: the details or the rules are out of bounds.
    """
    return await create_playlist(ctx, details, smart=rule_values(checked_rules(smart)))


async def set_rules(ctx: RequestContext, playlist_id: PlaylistId, smart: SmartRules) -> Playlist:
    """Let other rules say what is in a smart playlist; the same again changes nothing.

    Raises:
        NotFound: no such playlist for this viewer.
        Forbidden: it is somebody else's.
        Conflict: its items are put there by hand.
        BadInput, TooLarge: the rules are out of bounds.
    """
    checked = checked_rules(smart)
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_own_playlist)
        if not playlist.is_smart:
            raise Conflict("Its items are put there by hand.", field="playlistId")
        if _rules(playlist) == checked:
            return playlist
        changed = rules.advance(playlist, now=ctx.clock.now(), rules=rule_values(checked))
        await uow.rows.save_playlist(changed)
        before = {"before": rules.details_of(playlist)}
        kind = PlaylistChangeKind.DETAILS_CHANGED
        await log_change(ctx, uow, changed, kind, details=before)
        await uow.commit()
    forget_playlist(ctx, playlist_id)
    return changed


async def list_found(
    ctx: RequestContext, playlist: Playlist, page: PageRequest
) -> Page[PlaylistItem]:
    """A page of what the rules hold for now; raises BadInput for another list's cursor."""
    smart = _rules(playlist)
    hits = await _find(ctx, playlist)
    if page.after is not None:
        behind = _cursor(page)
        hits = [hit for hit in hits if _is_behind(hit, behind, smart)]
    found = build_page(hits[: page.first + 1], page, _place)
    return found.map(lambda hit: _item(playlist, hit))


async def figures_of(ctx: RequestContext, playlists: Sequence[Playlist]) -> list[tuple[int, int]]:
    """How many items each has, and how long they are together in milliseconds."""
    figures = []
    for playlist in playlists:
        if not playlist.is_smart:
            figures.append((playlist.item_count, playlist.duration_ms))
            continue
        hits = await _find(ctx, playlist)
        figures.append((len(hits), sum(hit.duration_ms for hit in hits)))
    return figures


async def _find(ctx: RequestContext, playlist: Playlist) -> list[SmartHit]:
    return await evaluate(
        ctx.read("media"),
        _rules(playlist),
        user_id=ctx.viewer.user_id or "",
        now=ctx.clock.now(),
    )


def _rules(playlist: Playlist) -> SmartRules:
    assert playlist.rules is not None, "only smart playlists have rules"
    return rules_of(playlist.rules)


def _place(hit: SmartHit) -> tuple[int | str, str]:
    place = hit.place
    return instant_cursor(place) if isinstance(place, datetime) else place, hit.id


def _cursor(page: PageRequest) -> SortKey:
    match page.after:
        case (int() | str(), str()):
            return page.after
    raise BadInput("This cursor belongs to another list.", field="after")


def _is_behind(hit: SmartHit, cursor: SortKey, smart: SmartRules) -> bool:
    (place, key), (other, other_key) = _place(hit), cursor
    if type(place) is not type(other):
        raise BadInput("This cursor belongs to another list.", field="after")
    here, there = (_comparable(place), key), (_comparable(other), str(other_key))
    return here < there if smart.is_descending else here > there


def _comparable(place: int | str) -> tuple[int, bytes]:
    """Texts compare by their bytes, as in both databases."""
    return (place, b"") if isinstance(place, int) else (0, place.encode())


def _item(playlist: Playlist, hit: SmartHit) -> PlaylistItem:
    """A place that is there as long as the rules hold: nobody moves or removes it."""
    return PlaylistItem(
        id=PlaylistItemId(f"{playlist.id}.{hit.id}"),
        playlist_id=playlist.id,
        playable=str(PlayableKey(PlayableKind.TRACK, hit.id)),
        order_key="",
        duration_ms=hit.duration_ms,
        added_by=playlist.owner_id,
        added_at=playlist.updated_at,
    )
