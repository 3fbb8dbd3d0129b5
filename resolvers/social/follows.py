"""Following artists."""

from collections.abc import Sequence

from db.repositories.social import SocialRepository
from domain.ids import ArtistId
from domain.messages.events import ArtistFollowed, ArtistUnfollowed
from domain.pages import Page, PageRequest, before_instant, build_page, instant_cursor
from domain.social.records import Follow
from errors import NotFound
from loaders.social import FOLLOWS_OF_USER
from resolvers.context import RequestContext


async def follow_artist(ctx: RequestContext, artist_id: ArtistId) -> None:
    """Follow an artist; following twice changes nothing.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: no artist of this id has anything public.
    """
    user_id = ctx.viewer.require_user_id()
    now = ctx.clock.now()
    async with ctx.unit_of_work(SocialRepository) as uow:
        if not await uow.rows.is_artist_known(artist_id):
            raise NotFound("There is no such artist.", field="artistId")
        follow = Follow(user_id=user_id, artist_id=artist_id, created_at=now)
        if await uow.rows.add_follow(follow):
            await uow.publish(ArtistFollowed(user_id=user_id, artist_id=artist_id, at=now))
        await uow.commit()
    _forget(ctx, artist_id)


async def unfollow_artist(ctx: RequestContext, artist_id: ArtistId) -> None:
    """Stop following; doing it twice changes nothing."""
    user_id = ctx.viewer.require_user_id()
    async with ctx.unit_of_work(SocialRepository) as uow:
        if await uow.rows.remove_follow(user_id, artist_id):
            await uow.publish(ArtistUnfollowed(user_id=user_id, artist_id=artist_id))
        await uow.commit()
    _forget(ctx, artist_id)


async def count_followers(ctx: RequestContext, artist_ids: Sequence[ArtistId]) -> list[int]:
    """How many follow each artist."""
    found = await ctx.loaders.social.artist_stats_by_id.load_all(artist_ids)
    return [0 if stats is None else stats.follower_count for stats in found]


async def are_followed_by_viewer(
    ctx: RequestContext, artist_ids: Sequence[ArtistId]
) -> list[bool | None]:
    """Whether the viewer follows each artist; None for nobody."""
    if ctx.viewer.user_id is None:
        return [None] * len(artist_ids)
    loader = ctx.loaders.social.follow_by_artist_id(ctx.viewer.user_id)
    return [follow is not None for follow in await loader.load_all(artist_ids)]


async def list_followed(ctx: RequestContext, page: PageRequest) -> Page[Follow] | None:
    """Whom the viewer follows, newest first; None for nobody."""
    if ctx.viewer.user_id is None:
        return None
    at, before = before_instant(page)
    rows = await ctx.read("social").fetch(
        FOLLOWS_OF_USER, user_id=ctx.viewer.user_id, at=at, before=before, limit=page.first + 1
    )
    return build_page(rows, page, lambda row: (instant_cursor(row.created_at), row.artist_id))


def _forget(ctx: RequestContext, artist_id: ArtistId) -> None:
    ctx.loaders.social.artist_stats_by_id.clear(artist_id)
    ctx.loaders.social.follow_by_artist_id(ctx.viewer.require_user_id()).clear(artist_id)
