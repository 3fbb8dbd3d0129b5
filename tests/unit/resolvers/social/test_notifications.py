"""Notifications."""

import asyncio

import pytest

from domain.ids import ArtistId
from domain.messages import channels
from domain.messages.bookmark import Bookmark
from domain.messages.codec import encode
from domain.messages.events import NotificationCreated
from domain.pages import PageRequest
from errors import BadInput, Unauthenticated
from resolvers.social import follows, notifications
from tests.conftest import ANNA, BEN, a_viewer
from tests.factories.social import a_release
from tests.outbox import event_names
from tests.patience import SECONDS_MAX


@pytest.fixture(autouse=True)
async def _ben_follows(as_viewer) -> None:
    await follows.follow_artist(as_viewer(BEN), ArtistId("a1"))


async def test_a_follower_is_told_of_a_release_exactly_once(as_viewer, databases) -> None:
    told = [await notifications.notify_followers(as_viewer(), a_release()) for _ in range(3)]

    page = await notifications.list_notifications(as_viewer(BEN), PageRequest())

    assert told == [1, 0, 0]
    assert [each.text for each in page.nodes] == ["The Larks released “First Light”."]
    assert await notifications.count_unread(as_viewer(BEN)) == 1
    assert await notifications.count_unread(as_viewer(ANNA)) == 0
    assert (await event_names(databases)).count("social.notification_created.v1") == 1


async def test_all_followers_are_told_over_many_slices(as_viewer, monkeypatch) -> None:
    monkeypatch.setattr(notifications, "FOLLOWERS_AT_ONCE", 2)
    for number in range(6):
        await follows.follow_artist(as_viewer(a_viewer(f"fan-{number}")), ArtistId("a1"))

    assert await notifications.notify_followers(as_viewer(), a_release()) == 7


async def test_read_notifications_are_read_once_and_by_their_owner_only(as_viewer) -> None:
    await notifications.notify_followers(as_viewer(), a_release())
    page = await notifications.list_notifications(as_viewer(BEN), PageRequest())
    ids = [each.id for each in page.nodes]

    assert await notifications.mark_notifications_read(as_viewer(ANNA), ids) == 0
    assert await notifications.mark_notifications_read(as_viewer(BEN), ids) == 1
    assert await notifications.mark_notifications_read(as_viewer(BEN), None) == 0
    assert await notifications.count_unread(as_viewer(BEN)) == 0


async def test_nobody_and_too_many_are_refused(as_viewer) -> None:
    assert await notifications.list_notifications(as_viewer(), PageRequest()) is None
    with pytest.raises(Unauthenticated):
        await notifications.mark_notifications_read(as_viewer(), None)
    with pytest.raises(BadInput):
        await notifications.mark_notifications_read(as_viewer(BEN), ["x"] * 101)


async def test_a_notification_arrives_live_for_its_owner(as_viewer, outside) -> None:
    watching = notifications.watch_notifications(as_viewer(BEN))
    first = asyncio.ensure_future(anext(watching))
    await outside.live.wait_for_listener(channels.notifications(BEN.user_id))
    await notifications.notify_followers(as_viewer(), a_release())
    page = await notifications.list_notifications(as_viewer(BEN), PageRequest())
    created = NotificationCreated(notification_id=page.nodes[0].id, user_id=BEN.user_id)

    await outside.live.publish(channels.notifications(BEN.user_id), encode(created))

    assert (await asyncio.wait_for(first, SECONDS_MAX)).id == page.nodes[0].id
    await watching.aclose()


async def test_after_a_gap_everything_missed_arrives(as_viewer, outside) -> None:
    channel = channels.notifications(BEN.user_id)
    await notifications.notify_followers(as_viewer(), a_release("before"))
    watching = notifications.watch_notifications(as_viewer(BEN))
    first = asyncio.ensure_future(anext(watching))
    await outside.live.wait_for_reader(channel)
    for album in ("one", "two"):
        await notifications.notify_followers(as_viewer(), a_release(album))

    await outside.live.publish(channel, channels.GAP)

    told = [await first, await asyncio.wait_for(anext(watching), SECONDS_MAX)]
    assert [each.album_id for each in told] == ["one", "two"]

    late = NotificationCreated(notification_id=told[1].id, user_id=BEN.user_id)
    await outside.live.publish(channel, encode(late))
    await notifications.notify_followers(as_viewer(), a_release("three"))
    await outside.live.publish(channel, channels.GAP)

    assert (await asyncio.wait_for(anext(watching), SECONDS_MAX)).album_id == "three"
    await watching.aclose()


async def test_a_gap_is_told_before_what_was_missed_is_read(as_viewer, outside) -> None:
    channel = channels.notifications(BEN.user_id)
    ctx = as_viewer(BEN)
    told: list[tuple[str | None, bool]] = []

    async def tell(bookmark: Bookmark) -> None:
        told.append((bookmark.position, bookmark.has_gap))
        bookmark.has_gap = False

    ctx.bookmark.tell = tell
    watching = notifications.watch_notifications(ctx)
    first = asyncio.ensure_future(anext(watching))
    await outside.live.wait_for_reader(channel)
    await notifications.notify_followers(as_viewer(), a_release("one"))

    await outside.live.publish(channel, channels.GAP)

    assert (await asyncio.wait_for(first, SECONDS_MAX)).album_id == "one"
    assert told == [("0", False), ("1", True)]
    assert ctx.bookmark.position == "1"
    await watching.aclose()
