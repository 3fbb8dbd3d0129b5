"""How far listeners are in what they hear, on all their devices together."""

from collections.abc import Sequence

from domain.media.bookmark_records import Progress
from domain.media.records import Playable
from domain.pages import Page, PageRequest, before_instant, build_page, instant_cursor
from loaders.media.bookmarks import CONTINUED_OF_USER
from resolvers.context import RequestContext
from resolvers.media.playables import find_playables


async def progress_of(ctx: RequestContext, playables: Sequence[Playable]) -> list[Progress | None]:
    """How far the viewer is in each; None where they never were, or nobody is logged in."""
    if ctx.viewer.user_id is None:
        return [None] * len(playables)
    loader = ctx.loaders.media.progress_by_playable(ctx.viewer.user_id)
    return await loader.load_all([str(each.playable) for each in playables])


async def list_continued(ctx: RequestContext, page: PageRequest) -> Page[Playable]:
    """What the viewer has begun and not heard to its end, the last heard first.

    What was taken back meanwhile leaves its place empty, so a page may be shorter.

    Raises:
        Unauthenticated: nobody is logged in.
        BadInput: the cursor belongs to another list.
    """
    user_id = ctx.viewer.require_user_id()
    at, name = before_instant(page)
    rows = await ctx.read("media").fetch(
        CONTINUED_OF_USER,
        user_id=user_id,
        at=at,
        playable=name,
        limit=page.first + 1,
    )
    ctx.loaders.media.progress_by_playable(user_id).keep({row.playable: row for row in rows})
    found = await find_playables(ctx, [row.key for row in rows])
    seen = {each.playable: each for each in found if each is not None}
    places = build_page(rows, page, lambda row: (instant_cursor(row.updated_at), row.playable))
    return places.map(lambda row: seen.get(row.key))
