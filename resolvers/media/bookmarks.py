"""Bookmarks: places in what one listens to, with notes; a listener's own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from db.repositories.media.bookmarks import BookmarkRepository
from domain.ids import BookmarkId, PlayableKey, new_id
from domain.media.bookmark_records import Bookmark
from domain.media.operation_ids import checked_operation
from domain.media.playback import checked_position
from domain.media.records import Playable
from domain.pages import Page, PageRequest, build_page
from domain.policies.listening import may_see_bookmark, require_own_bookmark
from domain.text import checked_text
from errors import BadInput, NotFound, TooLarge
from resolvers.context import RequestContext
from resolvers.media.playables import find_playables

NOTE_CHARS_MAX: Final = 1_000
BOOKMARKS_MAX: Final = 1_000
"""Of one listener in one thing."""


async def add_bookmark(
    ctx: RequestContext,
    key: PlayableKey,
    *,
    operation_id: str,
    position_ms: int,
    note: str = "",
) -> Bookmark:
    """Mark a place; the same operation marks it once.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: there is no such thing for this viewer.
        BadInput: the operation has no proper name, no such place is in it, or the note is too long.
        TooLarge: it has as many bookmarks as it may have.
    """
    user_id = ctx.viewer.require_user_id()
    checked_operation(operation_id)
    (playable,) = await find_playables(ctx, [key])
    if playable is None:
        raise NotFound("There is no such thing to mark.", field="playableId")
    now = ctx.clock.now()
    bookmark = Bookmark(
        id=BookmarkId(new_id()),
        user_id=user_id,
        playable=str(key),
        operation_id=operation_id,
        position_ms=checked_position(position_ms, playable.duration_ms),
        note=_checked_note(note),
        created_at=now,
        updated_at=now,
    )
    async with ctx.unit_of_work(BookmarkRepository) as uow:
        kept = await uow.rows.add_bookmark(bookmark)
        if kept.id != bookmark.id:
            return kept
        if await uow.rows.count_bookmarks(user_id, bookmark.playable) > BOOKMARKS_MAX:
            raise TooLarge(f"There are {BOOKMARKS_MAX} bookmarks in it already.")
        await uow.commit()
    return kept


async def edit_bookmark(
    ctx: RequestContext,
    bookmark_id: BookmarkId,
    *,
    note: str | None = None,
    position_ms: int | None = None,
) -> Bookmark:
    """Say something else of a place, or move it.

    Raises:
        NotFound: the viewer has no such bookmark.
        BadInput: no such place is in it, or the note is too long.
    """
    ctx.viewer.require_user_id()
    async with ctx.unit_of_work(BookmarkRepository) as uow:
        before = require_own_bookmark(ctx.viewer, await uow.rows.lock_bookmark(bookmark_id))
        changed = before
        if note is not None:
            changed = replace(changed, note=_checked_note(note))
        if position_ms is not None:
            (playable,) = await find_playables(ctx, [before.key])
            duration = None if playable is None else playable.duration_ms
            changed = replace(changed, position_ms=checked_position(position_ms, duration))
        if changed == before:
            return before
        changed = replace(changed, updated_at=ctx.clock.now())
        await uow.rows.save_bookmark(changed)
        await uow.commit()
    return changed


async def remove_bookmark(ctx: RequestContext, bookmark_id: BookmarkId) -> None:
    """Take a bookmark away; one that is gone, or is another's, is left as it is.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    ctx.viewer.require_user_id()
    async with ctx.unit_of_work(BookmarkRepository) as uow:
        bookmark = await uow.rows.lock_bookmark(bookmark_id)
        if bookmark is None or not may_see_bookmark(ctx.viewer, bookmark):
            return
        await uow.rows.delete_bookmark(bookmark_id)
        await uow.commit()


async def list_bookmarks(
    ctx: RequestContext, playables: Sequence[Playable], page: PageRequest
) -> list[Page[Bookmark] | None]:
    """The viewer's bookmarks in each, by position; None where nobody is logged in.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    if ctx.viewer.user_id is None:
        return [None] * len(playables)
    position_ms, key = _place_of(page)
    loader = ctx.loaders.media.bookmarks_by_playable(
        ctx.viewer.user_id, limit=page.first + 1, position_ms=position_ms, id=key
    )
    found = await loader.load_all([str(each.playable) for each in playables])
    return [build_page(rows, page, lambda each: (each.position_ms, each.id)) for rows in found]


def _place_of(page: PageRequest) -> tuple[int, str]:
    match page.after:
        case None:
            return -1, ""
        case (int(position), str(key)) if 0 <= position < 2**31:
            return position, key
    raise BadInput("This cursor belongs to another list.", field="after")


def _checked_note(note: str) -> str:
    return checked_text(note, field="note", chars_max=NOTE_CHARS_MAX)
