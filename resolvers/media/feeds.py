"""Feeds: what can be played, the newest, the most popular, or what fits the viewer first."""

from domain.ids import PlayableKey, PlayableKind
from domain.media.feeds import (
    PLACES_MAX,
    SNAPSHOTS_KEPT,
    FeedOrder,
    FeedPlace,
    genre_taste,
    personal_order,
)
from domain.media.records import Playable
from domain.media.search_text import text_key
from domain.pages import Page, PageRequest, before_instant, build_page, instant_cursor
from domain.text import checked_text
from errors import BadInput
from loaders.media.feeds import NEW_OF_GENRE, NEW_OF_KIND, PLACES, SNAPSHOTS, TASTES, NewPlayable
from resolvers.context import RequestContext
from resolvers.media.playables import find_playables

GENRE_CHARS_MAX = 100
TASTES_MAX = 1_000


async def feed(
    ctx: RequestContext,
    order: FeedOrder,
    page: PageRequest,
    *,
    kind: PlayableKind | None = None,
    genre: str | None = None,
) -> Page[Playable]:
    """A page of what is public, in an order that a walk of pages keeps.

    NEW goes by publication. POPULAR and PERSONAL read lists as they stood in a snapshot, which
    the cursor names; one that is no longer kept goes on in the oldest that is. Who is not logged
    in, or has played nothing, gets POPULAR for PERSONAL.

    Raises:
        BadInput: the genre is too long, or the cursor belongs to another list.
    """
    if genre is not None:
        genre = checked_text(genre, field="genre", chars_max=GENRE_CHARS_MAX, chars_min=1)
        if kind is PlayableKind.VIDEO:
            return build_page([], page, lambda _: ())
    if order is FeedOrder.NEW:
        return await _new(ctx, page, kind, genre)
    scope = "" if kind is None else f"k:{kind.value}"
    if genre is not None:
        scope = genre_taste(text_key(genre))
    return await _listed(ctx, page, scope, is_personal=order is FeedOrder.PERSONAL)


async def _new(
    ctx: RequestContext, page: PageRequest, kind: PlayableKind | None, genre: str | None
) -> Page[Playable]:
    at, key = before_instant(page)
    position = {"at": at, "id": key, "limit": page.first + 1}
    if genre is not None:
        rows = await ctx.read("media").fetch(NEW_OF_GENRE, **position, genre=genre)
    else:
        statement = NEW_OF_KIND[None if kind is None else kind.value]
        rows = await ctx.read("media").fetch(statement, **position)
    found = build_page(rows, page, lambda row: (instant_cursor(row.published_at), row.id))
    return await _playables(ctx, found, [_key_of(row) for row in found.nodes])


async def _listed(
    ctx: RequestContext, page: PageRequest, scope: str, *, is_personal: bool
) -> Page[Playable]:
    asked, rank, place = _place_in_list(page)
    kept = await ctx.read("media").fetch(SNAPSHOTS, limit=SNAPSHOTS_KEPT)
    if not kept:
        return build_page([], page, lambda _: ())
    numbers = [each.snapshot for each in kept]
    snapshot = numbers[0] if asked is None else max(asked, numbers[-1])
    user_id = ctx.viewer.user_id if is_personal else None
    if user_id is None:
        rows = await ctx.read("media").fetch(
            PLACES, snapshot=snapshot, scope=scope, place=place, limit=page.first + 1
        )
        ranked = [(each.place, each) for each in rows]
    else:
        whole = await ctx.read("media").fetch(
            PLACES, snapshot=snapshot, scope=scope, place=-1, limit=PLACES_MAX
        )
        tastes = await ctx.read("media").fetch(
            TASTES, snapshot=snapshot, user_id=user_id, limit=TASTES_MAX
        )
        ordered = personal_order(whole, {each.what: each.plays for each in tastes})
        following = [one for one in ordered if (one[0], one[1].place) > (rank, place)]
        ranked = following[: page.first + 1]
    found = build_page(ranked, page, lambda one: (snapshot, one[0], one[1].place))
    keys = [PlayableKey.parse(each.playable) for _, each in found.nodes]
    return await _playables(ctx, found, keys)


async def _playables(
    ctx: RequestContext,
    page: Page[NewPlayable] | Page[tuple[int, FeedPlace]],
    keys: list[PlayableKey],
) -> Page[Playable]:
    """The same page of records; what was hidden since is left out."""
    found = iter(await find_playables(ctx, keys))
    return page.map(lambda _: next(found))


def _key_of(row: NewPlayable) -> PlayableKey:
    return PlayableKey(PlayableKind(row.kind), row.id)


def _place_in_list(page: PageRequest) -> tuple[int | None, int, int]:
    """The snapshot, the rank and the place behind which the list goes on."""
    match page.after:
        case None:
            return None, -(2**31), -1
        case (int(snapshot), int(rank), int(place)) if all(
            abs(number) < 2**31 for number in (snapshot, rank, place)
        ):
            return snapshot, rank, place
    raise BadInput("This cursor belongs to another list.", field="after")
