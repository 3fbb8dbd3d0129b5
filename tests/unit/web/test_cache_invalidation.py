"""What is kept is forgotten when something happens to what it shows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from adapters.cache.memory import MemoryCache
from adapters.cache.store import Entry, Lookup
from domain.ids import AlbumId, ArtistId, ChannelId, CommentId, PlayableKind, TrackId, UserId
from domain.messages import channels
from domain.messages.codec import encode
from domain.messages.envelope import Event
from domain.messages.events import (
    AlbumChanged,
    AlbumReleased,
    ArtistChanged,
    ArtistFollowed,
    ArtistUnfollowed,
    ChannelChanged,
    CommentsChanged,
    PlayableKept,
    PlayableLiked,
    ProfileChanged,
    TrackChanged,
    UserRegistered,
)
from domain.messages.operator import CachePurge
from schema.ids import print_id
from tests.factories.videos import a_video_change
from tests.fakes.ports import MemoryBus
from tests.patience import POLL_SECONDS, SECONDS_MAX
from web.caching.cache_invalidation import FOLLOWED, forget, forgetting_what_changes, tags_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TRACK = print_id("Track", "t1")
ARTIST = print_id("Artist", "a1")
VIDEO = print_id("Video", "v1")
CHANNEL = print_id("Channel", "c1")
CHANGED = TrackChanged(
    track_id=TrackId("t1"),
    artist_id=ArtistId("a1"),
    album_id=AlbumId("b1"),
    owner_id=UserId("u1"),
    title="A",
    state="READY",
    is_public=True,
    duration_ms=1,
    source_key=None,
    version=2,
)
LIKED = PlayableLiked(
    user_id=UserId("u1"), kind=PlayableKind.TRACK, playable_id="t1", is_liked=True, at=NOW
)
EVENTS: list[tuple[Event, set[str]]] = [
    (CHANGED, {"Track", "Album", "Artist", f"Track:{TRACK}", f"Playable:{TRACK}"}),
    (
        a_video_change(),
        {"Video", "Channel", f"Video:{VIDEO}", f"Playable:{VIDEO}", f"Channel:{CHANNEL}"},
    ),
    (
        ChannelChanged(
            channel_id=ChannelId("c1"), owner_id=UserId("u1"), title="A", handle="a", version=2
        ),
        {"Channel", f"Channel:{CHANNEL}"},
    ),
    (
        AlbumReleased(album_id=AlbumId("b1"), artist_id=ArtistId("a1"), title="", artist_name=""),
        {"Album", "Artist", f"Artist:{ARTIST}"},
    ),
    (
        AlbumChanged(
            album_id=AlbumId("b1"),
            artist_id=ArtistId("a1"),
            owner_id=UserId("u1"),
            title="",
            is_public=True,
            is_deleted=False,
            version=2,
        ),
        {"Album", "Artist", f"Artist:{ARTIST}"},
    ),
    (
        ArtistChanged(
            artist_id=ArtistId("a1"),
            owner_id=UserId("u1"),
            artist_name="",
            is_public=True,
            is_deleted=False,
            version=2,
        ),
        {"Artist", "Album", "Track", f"Artist:{ARTIST}"},
    ),
    (LIKED, {"Track.likeCount", f"Track:{TRACK}", f"Playable:{TRACK}"}),
    (
        CommentsChanged(comment_id=CommentId("c1"), playable="Track:t1"),
        {"Comment", "Track.comments", "Track.commentCount", f"Playable:{TRACK}"},
    ),
    (PlayableKept(playable="Track:t1"), {"Track.likeCount", f"Playable:{TRACK}"}),
    (
        ArtistFollowed(user_id=UserId("u1"), artist_id=ArtistId("a1"), at=NOW),
        {"Artist.followerCount", f"Artist:{ARTIST}"},
    ),
    (
        ArtistUnfollowed(user_id=UserId("u1"), artist_id=ArtistId("a1")),
        {"Artist.followerCount", f"Artist:{ARTIST}"},
    ),
    (ProfileChanged(user_id=UserId("u1")), {"User", f"User:{print_id('User', 'u1')}"}),
]


@pytest.mark.parametrize(("event", "tags"), EVENTS)
def test_an_event_makes_old_what_shows_what_it_is_about(event, tags) -> None:
    assert tags <= tags_of(event)


def test_every_event_that_is_followed_makes_something_old() -> None:
    assert {type(event) for event, _ in EVENTS} == set(FOLLOWED.values())
    assert tags_of(UserRegistered(user_id=UserId("u1"), username="a")) == set()


@pytest.fixture
def live() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
async def store(live: MemoryBus) -> AsyncIterator[MemoryCache]:
    made = MemoryCache()
    async with forgetting_what_changes(live, made), asyncio.timeout(SECONDS_MAX):
        for channel in (*FOLLOWED, channels.OPERATOR):
            await live.wait_for_reader(channel)
        yield made


async def keep(store: MemoryCache, *tags: str) -> None:
    [found] = await store.find([Lookup("key", tags)])
    await store.keep([Entry("key", b"value", found.stamp, 600)])
    assert await is_kept(store, *tags)


async def is_kept(store: MemoryCache, *tags: str) -> bool:
    return (await store.find([Lookup("key", tags)]))[0].value is not None


async def test_what_this_process_commits_is_forgotten_at_once() -> None:
    store = MemoryCache()
    await keep(store, "Track.likeCount")

    await forget(store, [LIKED])

    assert not await is_kept(store, "Track.likeCount")


async def test_an_event_about_what_nobody_knows_lets_all_be_forgotten() -> None:
    store = MemoryCache()
    await keep(store, "User")

    await forget(store, [PlayableKept(playable="Podcast:1")])

    assert not await is_kept(store, "User")


@pytest.mark.parametrize(
    ("channel", "message"),
    [
        (LIKED.channel, encode(LIKED)),
        (LIKED.channel, channels.GAP),
        (CHANGED.channel, b"not an event"),
        (channels.OPERATOR, encode(CachePurge(pattern="Track*"))),
        (channels.OPERATOR, encode(CachePurge(pattern="*" * 300))),
    ],
)
async def test_what_others_tell_is_forgotten(channel, message, live, store) -> None:
    await keep(store, "Track.likeCount")

    await live.publish(channel, message)

    async with asyncio.timeout(SECONDS_MAX):
        while await is_kept(store, "Track.likeCount"):
            await asyncio.sleep(POLL_SECONDS)


async def test_what_an_event_is_not_about_stays(live, store) -> None:
    await keep(store, "User")
    await live.publish(LIKED.channel or "", encode(LIKED))
    await live.publish(channels.OPERATOR, encode(CachePurge(pattern="Use")))
    await asyncio.sleep(POLL_SECONDS)

    assert await is_kept(store, "User")
