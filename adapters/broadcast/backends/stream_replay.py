"""Reads again, from the Redis stream, what a listener missed."""

import re
import time
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.broadcast.backend import LiveMessage, MessagesLost, PlacedEvent, ReplayLimits
from adapters.broadcast.backends.stream_durability import read_run

POSITION: Final = re.compile(r"([0-9]{1,15}-[0-9]{1,15})(\^?)")
"""Behind an entry; or, with ^, before one: after a cut there is none to stand behind."""
PAGE_ENTRIES: Final = 500


def before(entry_id: str) -> str:
    """The position before an entry."""
    return f"{entry_id}^"


def placed(entry: tuple[bytes, dict[bytes, bytes]]) -> PlacedEvent:
    """A stream's entry as an event; the entry's id is its place and its position."""
    entry_id, fields = entry[0].decode(), entry[1]
    message = LiveMessage(fields[b"channel"].decode(), fields[b"payload"])
    return PlacedEvent(message, place=entry_id, position=entry_id)


async def replay_stream(
    client: Redis, stream: str, channel: str, position: str, limits: ReplayLimits
) -> list[PlacedEvent]:
    """What a channel was told after a position, oldest first.

    Raises:
        MessagesLost: the entry is gone, or more was missed than may be told.
        ConnectionError: Redis does not answer.
    """
    read = POSITION.fullmatch(position)
    if read is None:
        raise MessagesLost("this is no position in the live stream")
    entry_id, is_before = read[1], bool(read[2])
    try:
        begin = entry_id if is_before else f"({entry_id}"
        found = await _read_from(client, stream, channel, begin, limits)
        # A stream is cut at its old end: while this entry is there, so is all behind it.
        is_whole = bool(await client.xrange(stream, entry_id, entry_id))
        run = await read_run(client)
    except RedisError as error:
        raise ConnectionError(f"the live stream cannot be read: {error}") from error
    if not is_whole:
        raise MessagesLost("the live stream was cut")
    if run.may_have_lost(entry_id):
        raise MessagesLost("Redis was started again and may have forgotten entries")
    if found and int(found[0].position.partition("-")[0]) / 1000 < time.time() - limits.seconds_max:
        raise MessagesLost("what was missed is too old")
    return found


async def _read_from(
    client: Redis, stream: str, channel: str, begin: str, limits: ReplayLimits
) -> list[PlacedEvent]:
    found: list[PlacedEvent] = []
    for _page in range(limits.scanned_max // PAGE_ENTRIES):
        entries: Any = await client.xrange(stream, begin, "+", count=PAGE_ENTRIES)
        events = [placed(entry) for entry in entries]
        found.extend(event for event in events if event.channel == channel)
        if len(found) > limits.messages_max:
            raise MessagesLost(f"more than {limits.messages_max} messages were missed")
        if len(events) < PAGE_ENTRIES:
            return found
        begin = f"({events[-1].position}"
    raise MessagesLost("the position is not within what is looked through")
