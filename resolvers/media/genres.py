"""Genres: proposed by creators, decided by moderators, found by what tracks call them."""

from collections.abc import Sequence
from typing import assert_never

from db.repositories.media.labels import LabelRepository
from domain.ids import GenreId, new_id
from domain.media import labels as rules
from domain.media.labels import Genre, GenreState
from domain.media.records import Track
from domain.media.search_text import text_key
from domain.pages import Page, PageRequest, build_page
from domain.policies.labels import may_see_proposals, require_propose_genre, require_sort
from errors import Conflict, NotFound
from loaders.media.labels import GENRES
from resolvers.context import RequestContext
from resolvers.media.cursors import place_by_name


async def find_genres(ctx: RequestContext, ids: Sequence[GenreId]) -> list[Genre | None]:
    """Genres by their ids: approved ones, and for moderators all."""
    found = await ctx.loaders.media.labels.genre_by_id.load_all(ids)
    return [each if each and _is_seen(ctx, each) else None for each in found]


async def list_genres(ctx: RequestContext, state: GenreState, page: PageRequest) -> Page[Genre]:
    """Genres in a state, by name; only moderators see what is not approved."""
    if state is not GenreState.APPROVED and not may_see_proposals(ctx.viewer):
        return build_page([], page, _name_of)
    rows = await ctx.read("media").fetch(
        GENRES, state=state, after=place_by_name(page), limit=page.first + 1
    )
    return build_page(rows, page, _name_of)


async def genres_of(ctx: RequestContext, tracks: Sequence[Track]) -> list[Genre | None]:
    """The approved genre that each track's own word means; None where there is none."""
    names = [text_key(track.genre) if track.genre else "" for track in tracks]
    called = await ctx.loaders.media.labels.genre_by_name.load_all(names)
    targets = [each.merged_into_id or each.id for each in called if each is not None]
    found = await ctx.loaders.media.labels.genre_by_id.load_all(targets)
    approved = {each.id: each for each in found if each and each.state is GenreState.APPROVED}
    return [
        None if each is None else approved.get(each.merged_into_id or each.id) for each in called
    ]


async def parents_of(ctx: RequestContext, genres: Sequence[Genre]) -> list[Genre | None]:
    """The wider genre of each."""
    known = [genre.parent_id for genre in genres if genre.parent_id is not None]
    found = dict(zip(known, await find_genres(ctx, known), strict=True))
    return [None if each.parent_id is None else found[each.parent_id] for each in genres]


async def propose_genre(ctx: RequestContext, name: str, parent_id: GenreId | None) -> Genre:
    """Propose a genre, or find the one that is called so already. Twice is once.

    Raises:
        Unauthenticated, Forbidden: the viewer is no creator.
        BadInput: the name is none.
        NotFound: there is no such wider genre.
    """
    user_id = require_propose_genre(ctx.viewer)
    text, key = rules.checked_name(name)
    async with ctx.unit_of_work(LabelRepository) as uow:
        if parent_id is not None:
            await _lock_approved(uow.rows, parent_id)
        genre = await uow.rows.find_or_add_genre(
            Genre(
                id=GenreId(new_id()),
                name=text,
                name_key=key,
                parent_id=parent_id,
                state=GenreState.PROPOSED,
                merged_into_id=None,
                proposed_by=user_id,
                decided_by=None,
                decided_at=None,
                reason="",
                created_at=ctx.clock.now(),
            )
        )
        await uow.commit()
    return genre


async def decide_genre(
    ctx: RequestContext,
    genre_id: GenreId,
    decision: GenreState,
    *,
    into_id: GenreId | None = None,
    reason: str = "",
) -> Genre:
    """Approve, reject or merge a genre. Twice is once.

    Raises:
        Unauthenticated, Forbidden: the viewer is no moderator.
        NotFound: there is no such genre, or none to merge it into.
        Conflict: it is in use, or the other one cannot take it.
        BadInput: a rejection says no reason.
    """
    by, now = require_sort(ctx.viewer), ctx.clock.now()
    async with ctx.unit_of_work(LabelRepository) as uow:
        genre = await uow.rows.lock_genre(genre_id)
        if genre is None:
            raise NotFound("There is no such genre.", field="genreId")
        match decision:
            case GenreState.APPROVED:
                decided = rules.approve(genre, by=by, now=now)
            case GenreState.REJECTED:
                decided = rules.reject(genre, by=by, now=now, reason=reason)
            case GenreState.MERGED:
                into = await _lock_approved(uow.rows, into_id)
                decided = rules.merge(genre, into, by=by, now=now, reason=reason)
                await uow.rows.move_merged(genre.id, into.id)
            case GenreState.PROPOSED:
                raise Conflict("A decision approves, rejects or merges.", field="decision")
            case _:
                assert_never(decision)
        await uow.rows.save_genre(decided)
        await uow.commit()
    ctx.loaders.media.labels.genre_by_id.clear(genre_id)
    return decided


async def _lock_approved(rows: LabelRepository, genre_id: GenreId | None) -> Genre:
    found = None if genre_id is None else await rows.lock_genre(genre_id)
    if found is None or found.state is not GenreState.APPROVED:
        raise NotFound("There is no such approved genre.", field="intoId")
    return found


def _is_seen(ctx: RequestContext, genre: Genre) -> bool:
    return genre.state is GenreState.APPROVED or may_see_proposals(ctx.viewer)


def _name_of(genre: Genre) -> tuple[str]:
    return (genre.name_key,)
