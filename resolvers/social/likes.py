"""Liking anything that can be played."""

from collections.abc import Sequence

from db.repositories.social import SocialRepository
from domain.ids import PlayableKey
from domain.messages.events import PlayableLiked
from domain.pages import Page, PageRequest, before_instant, build_page, instant_cursor
from domain.policies.social import require_visible_playable
from domain.social.records import Like
from loaders.social import LIKES_OF_USER
from resolvers.context import RequestContext
from resolvers.social.projections import find_stats


async def like_playable(ctx: RequestContext, key: PlayableKey) -> None:
    """Like something; liking twice changes nothing.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: there is no such thing for this viewer.
    """
    user_id = ctx.viewer.require_user_id()
    now = ctx.clock.now()
    async with ctx.unit_of_work(SocialRepository) as uow:
        require_visible_playable(ctx.viewer, await uow.rows.find_playable(key))
        if await uow.rows.add_like(Like(user_id=user_id, playable=str(key), created_at=now)):
            await uow.publish(
                PlayableLiked(
                    user_id=user_id, kind=key.kind, playable_id=key.id, is_liked=True, at=now
                )
            )
        await uow.commit()
    _forget(ctx, key)


async def unlike_playable(ctx: RequestContext, key: PlayableKey) -> None:
    """Take a like back; doing it twice changes nothing."""
    user_id = ctx.viewer.require_user_id()
    now = ctx.clock.now()
    async with ctx.unit_of_work(SocialRepository) as uow:
        if await uow.rows.remove_like(user_id, key):
            await uow.publish(
                PlayableLiked(
                    user_id=user_id, kind=key.kind, playable_id=key.id, is_liked=False, at=now
                )
            )
        await uow.commit()
    _forget(ctx, key)


async def count_likes(ctx: RequestContext, keys: Sequence[PlayableKey]) -> list[int | None]:
    """How many like each; None for what the viewer may not see."""
    return [None if stats is None else stats.like_count for stats in await find_stats(ctx, keys)]


async def are_liked_by_viewer(
    ctx: RequestContext, keys: Sequence[PlayableKey]
) -> list[bool | None]:
    """Whether the viewer likes each; None for nobody."""
    if ctx.viewer.user_id is None:
        return [None] * len(keys)
    loader = ctx.loaders.social.like_by_playable(ctx.viewer.user_id)
    return [like is not None for like in await loader.load_all([str(key) for key in keys])]


async def list_liked(ctx: RequestContext, page: PageRequest) -> Page[PlayableKey] | None:
    """What the viewer likes, newest first; None for nobody."""
    if ctx.viewer.user_id is None:
        return None
    at, before = before_instant(page)
    rows = await ctx.read("social").fetch(
        LIKES_OF_USER, user_id=ctx.viewer.user_id, at=at, before=before, limit=page.first + 1
    )
    return build_page(rows, page, lambda row: (instant_cursor(row.created_at), row.playable)).map(
        lambda like: like.key
    )


def _forget(ctx: RequestContext, key: PlayableKey) -> None:
    ctx.loaders.social.playable_stats_by_key.clear(str(key))
    ctx.loaders.social.like_by_playable(ctx.viewer.require_user_id()).clear(str(key))
