"""Being told, exactly once: stored, counted, read, and live."""

from collections.abc import AsyncIterator, Sequence

from db.read import fetch_one
from db.repositories.social import SocialRepository
from domain.ids import NotificationId, UserId, new_id
from domain.messages import channels
from domain.messages.codec import decode
from domain.messages.events import AlbumReleased, NotificationCreated
from domain.pages import Page, PageRequest, before_text, build_page
from domain.social.records import Notification, NotificationKind
from errors import BadInput
from loaders.social import NOTIFICATIONS_OF_USER, NOTIFICATIONS_SINCE, UNREAD_COUNT
from resolvers.context import RequestContext, UseCaseContext

FOLLOWERS_AT_ONCE = 500
SLICES_MAX = 20_000
MARKED_MAX = 100
CAUGHT_UP_MAX = 100


async def notify_followers(ctx: UseCaseContext, release: AlbumReleased) -> int:
    """Tell an artist's followers of a release; how many were told now.

    Safe to run twice: a notification is unique for account and album, and is told live only
    in the commit that made it. A slice of followers is one commit.
    """
    told = 0
    after: UserId | None = None
    for _ in range(SLICES_MAX):
        async with ctx.unit_of_work(SocialRepository) as uow:
            followers = await uow.rows.list_followers(
                release.artist_id, after=after, limit=FOLLOWERS_AT_ONCE
            )
            for user_id in followers:
                notification = _release_notification(ctx, release, user_id)
                if await uow.rows.add_notification(notification):
                    told += 1
                    await uow.publish(
                        NotificationCreated(notification_id=notification.id, user_id=user_id)
                    )
            await uow.commit()
        if len(followers) < FOLLOWERS_AT_ONCE:
            return told
        after = followers[-1]
    raise AssertionError("more followers than slices")


async def list_notifications(ctx: RequestContext, page: PageRequest) -> Page[Notification] | None:
    """What the viewer was told, newest first; None for nobody."""
    if ctx.viewer.user_id is None:
        return None
    rows = await ctx.read("social").fetch(
        NOTIFICATIONS_OF_USER,
        user_id=ctx.viewer.user_id,
        before=before_text(page),
        limit=page.first + 1,
    )
    return build_page(rows, page, lambda row: (row.id,))


async def count_unread(ctx: RequestContext) -> int | None:
    """How many notifications the viewer has not read; None for nobody."""
    if ctx.viewer.user_id is None:
        return None
    found = await fetch_one(ctx.read("social"), UNREAD_COUNT, user_id=ctx.viewer.user_id)
    return 0 if found is None else found.count


async def mark_notifications_read(ctx: RequestContext, ids: Sequence[NotificationId] | None) -> int:
    """Mark one's own notifications (None: all) as read; how many were unread.

    Raises:
        Unauthenticated: nobody is logged in.
        BadInput: too many ids at once.
    """
    user_id = ctx.viewer.require_user_id()
    if ids is not None and len(ids) > MARKED_MAX:
        raise BadInput(f"Mark at most {MARKED_MAX} at once, or all.", field="ids")
    async with ctx.unit_of_work(SocialRepository) as uow:
        marked = await uow.rows.mark_read(user_id, ids, ctx.clock.now())
        await uow.commit()
    return marked


async def watch_notifications(ctx: RequestContext) -> AsyncIterator[Notification]:
    """Yield what the viewer is told from now on, or what was missed since the bookmark first.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    user_id = ctx.viewer.require_user_id()
    channel = channels.notifications(user_id)
    async with ctx.ports.live.listen(channel, after=ctx.bookmark.after) as messages:
        await ctx.bookmark.begin(messages.position)
        newest = await list_notifications(ctx, PageRequest(first=1))
        latest = newest.nodes[0].id if newest and newest.nodes else NotificationId("")
        caught_up: set[NotificationId] = set()
        async for message in messages:
            ctx.forget_loaded()
            if message == channels.GAP:
                await ctx.bookmark.skip_to(messages.position)
            ctx.bookmark.position = messages.position
            told = await _told(ctx, user_id, message, latest)
            if message == channels.GAP:
                caught_up = {notification.id for notification in told}
            elif told and told[0].id in caught_up:
                continue  # its own message came behind the gap
            for notification in told:
                latest = max(latest, notification.id)
                yield notification


async def _told(
    ctx: RequestContext, user_id: UserId, message: bytes, latest: NotificationId
) -> list[Notification]:
    """What a live message tells of; after a gap, all that came since the latest seen."""
    if message == channels.GAP:
        return await ctx.read("social").fetch(
            NOTIFICATIONS_SINCE, user_id=user_id, after=latest, limit=CAUGHT_UP_MAX
        )
    created = decode(message, NotificationCreated)
    found = await ctx.loaders.social.notification_by_id.load(created.notification_id)
    return [found] if found is not None and found.user_id == user_id else []


def _release_notification(
    ctx: UseCaseContext, release: AlbumReleased, user_id: UserId
) -> Notification:
    return Notification(
        id=NotificationId(new_id()),
        user_id=user_id,
        kind=NotificationKind.NEW_RELEASE,
        artist_id=release.artist_id,
        album_id=release.album_id,
        text=f"{release.artist_name} released “{release.title}”.",
        created_at=ctx.clock.now(),
        read_at=None,
    )
