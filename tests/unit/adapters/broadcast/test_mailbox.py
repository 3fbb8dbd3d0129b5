"""A mailbox is bounded, and says where it lost something."""

import asyncio

import pytest

from adapters.broadcast.backend import LiveMessage, PlacedEvent
from adapters.broadcast.mailbox import GAP, Mailbox
from tests.patience import SECONDS_MAX


def event(payload: bytes, place: str = "") -> PlacedEvent:
    place = place or payload.decode()
    return PlacedEvent(LiveMessage("channel", payload), place=place, position=place)


async def read_all(mailbox: Mailbox) -> list[bytes]:
    mailbox.close()
    return [message async for message in mailbox]


async def test_messages_come_out_in_the_order_they_went_in() -> None:
    mailbox = Mailbox()

    for message in (b"a", b"b", b"c"):
        mailbox.put(event(message))

    assert await read_all(mailbox) == [b"a", b"b", b"c"]
    assert mailbox.dropped == 0


async def test_a_full_mailbox_drops_its_oldest_and_tells_of_one_gap() -> None:
    mailbox = Mailbox(messages_max=2)

    lost = [mailbox.put(event(message)) for message in (b"a", b"b", b"c", b"d")]

    assert lost == [0, 0, 1, 1]
    assert mailbox.dropped == 2
    assert await read_all(mailbox) == [GAP, b"c", b"d"]


async def test_a_marked_gap_wakes_a_waiting_reader() -> None:
    mailbox = Mailbox()
    reading = asyncio.create_task(anext(mailbox))
    await asyncio.sleep(0)

    mailbox.mark_gap()

    assert await asyncio.wait_for(reading, SECONDS_MAX) == GAP


async def test_a_closed_mailbox_takes_nothing_and_ends() -> None:
    mailbox = Mailbox()
    mailbox.close()

    lost = mailbox.put(event(b"late"))

    assert lost == 0
    with pytest.raises(StopAsyncIteration):
        await anext(mailbox)


async def test_closing_ends_a_waiting_reader() -> None:
    mailbox = Mailbox()
    reading = asyncio.create_task(anext(mailbox))
    await asyncio.sleep(0)

    mailbox.close()

    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(reading, SECONDS_MAX)


async def test_what_was_missed_is_read_first_and_once_and_never_dropped() -> None:
    mailbox = Mailbox(messages_max=2)
    mailbox.put(event(b"c"))
    mailbox.put_replayed([event(b"a"), event(b"b"), event(b"c")])

    for payload in (b"b", b"c", b"d", b"e"):
        mailbox.put(event(payload))

    assert await read_all(mailbox) == [b"a", b"b", b"c", b"d", b"e"]
    assert mailbox.dropped == 0


async def test_a_reader_stands_behind_a_gap_when_it_is_told_of_it_and_not_before() -> None:
    mailbox = Mailbox()
    mailbox.put(event(b"a", "1"))
    await anext(mailbox)

    mailbox.mark_gap("7")
    mailbox.put(event(b"b", "8"))
    stands = [mailbox.position]
    for _ in range(2):
        await anext(mailbox)
        stands.append(mailbox.position)

    assert stands == ["1", "7", "8"]


async def test_a_gap_moves_nobody_past_what_still_waits() -> None:
    mailbox = Mailbox()
    mailbox.put(event(b"a", "1"))
    mailbox.mark_gap("7")

    await anext(mailbox)
    assert mailbox.position is None
    await anext(mailbox)

    assert mailbox.position == "1"


async def test_a_reader_stands_behind_what_it_took_last() -> None:
    mailbox = Mailbox()
    assert mailbox.position is None
    mailbox.put(event(b"a", "1"))
    mailbox.put(event(b"b", "2"))

    await anext(mailbox)

    assert mailbox.position == "1"
