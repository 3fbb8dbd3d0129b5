"""Forgets kept answers when what they show has changed.

    a use case commits ─▶ its own process forgets at once, before the client is answered
    an event is told ───▶ every process forgets        (whoever committed it, workers too)
    an operator says ───▶ every process forgets what is like a pattern
    something was lost ─▶ everything is forgotten

Answers are tagged with the types that they show, and with fields that change on their own
(`Track.likeCount`); entities with their type and id.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import msgspec

from adapters.cache.store import CacheStore
from cancellation import end_if_cancelled
from domain.cache_tags import require_pattern
from domain.ids import PLAYABLE_KINDS, PlayableKey
from domain.messages import channels
from domain.messages.codec import decode
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
    VideoChanged,
)
from domain.messages.operator import CachePurge
from domain.ports import LiveBus
from errors import BadInput
from schema.ids import print_id

PAUSE_SECONDS = 1.0
"""Before a channel that failed is followed again."""
FOLLOWED: Mapping[str, type[Event]] = {
    channels.changes(each.name): each
    for each in (
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
        VideoChanged,
    )
}

log = logging.getLogger(__name__)


def tags_of(event: Event) -> set[str]:
    """What an event makes old; nothing for one that changes nothing that is kept."""
    match event:
        case TrackChanged():
            artist, album = ("Artist", event.artist_id), ("Album", event.album_id)
            ids = _entities(("Track", event.track_id), artist, album)
            return {"Track", "Album", "Artist", *ids}
        case VideoChanged():
            ids = _entities(("Video", event.video_id), ("Channel", event.channel_id))
            return {"Video", "Channel", *ids}
        case ChannelChanged():
            return {"Channel", *_entities(("Channel", event.channel_id))}
        case ArtistChanged():
            return {"Artist", "Album", "Track", *_entities(("Artist", event.artist_id))}
        case AlbumReleased() | AlbumChanged():
            artist, album = ("Artist", event.artist_id), ("Album", event.album_id)
            return {"Album", "Artist", *_entities(album, artist)}
        case PlayableLiked():
            kind = str(event.kind)
            return {f"{kind}.likeCount", *_entities((kind, event.playable_id))}
        case PlayableKept():
            kind, key = _playable(event.playable)
            fields = ("likeCount", "commentCount", "comments")
            return {"Comment", *(f"{kind}.{each}" for each in fields), *_entities((kind, key))}
        case CommentsChanged():
            kind, key = _playable(event.playable)
            ids = _entities((kind, key), ("Comment", event.comment_id))
            return {"Comment", f"{kind}.comments", f"{kind}.commentCount", *ids}
        case ArtistFollowed() | ArtistUnfollowed():
            return {"Artist.followerCount", *_entities(("Artist", event.artist_id))}
        case ProfileChanged():
            return {"User", *_entities(("User", event.user_id))}
    return set()


@asynccontextmanager
async def forgetting_what_changes(live: LiveBus, store: CacheStore) -> AsyncIterator[None]:
    """Follow what happens, and let the store forget what it makes old.

    What was kept before nobody followed is forgotten first.
    """
    following = [
        asyncio.create_task(_follow(live, channel, store), name=f"forget-{channel}")
        for channel in (*FOLLOWED, channels.OPERATOR)
    ]
    await store.purge_all()
    try:
        yield
    finally:
        for each in following:
            each.cancel()
        await asyncio.gather(*following, return_exceptions=True)


async def forget(store: CacheStore, events: Sequence[Event]) -> None:
    """Let the store forget what events make old; never raises, for what happened has happened."""
    try:
        tags = set[str]().union(*map(tags_of, events))
    except Exception:
        log.exception("what an event makes old cannot be told")
        await store.purge_all()
        return
    if tags:
        await store.purge(tags)


async def _follow(live: LiveBus, channel: str, store: CacheStore) -> None:
    while True:
        end_if_cancelled()
        try:
            async with live.listen(channel) as messages:
                await store.purge_all()  # of what came before we listened
                async for message in messages:
                    await _take(channel, message, store)
        except Exception as error:  # noqa: BLE001 -- who stops to follow would tell what is old
            log.warning("changes told by %s are followed again after a pause: %r", channel, error)
        await asyncio.sleep(PAUSE_SECONDS)


async def _take(channel: str, message: bytes, store: CacheStore) -> None:
    if message == channels.GAP:
        await store.purge_all()
        return
    try:
        if channel != channels.OPERATOR:
            await forget(store, [decode(message, FOLLOWED[channel])])
            return
        pattern = require_pattern(decode(message, CachePurge).pattern)
    except (msgspec.MsgspecError, BadInput):
        log.exception("%s told something else than an event", channel)
        await store.purge_all()
        return
    await store.purge_matching(pattern)


def _playable(text: str) -> tuple[str, str]:
    key = PlayableKey.parse(text)
    return str(key.kind), key.id


def _entities(*keys: tuple[str, str]) -> Iterable[str]:
    """The tags of entities; what can be played is also asked for as `Playable`."""
    for type_name, key in keys:
        printed = print_id(type_name, key)
        yield f"{type_name}:{printed}"
        if type_name in PLAYABLE_KINDS:
            yield f"Playable:{printed}"
