"""What waits for a subscription: in order, within bounds, and its end behind it."""

import asyncio

import pytest

from federation.transport import mailbox as mailboxes
from federation.transport.failures import SubgraphFailure, unreachable
from federation.transport.mailbox import Mailbox


async def test_messages_come_in_order_and_the_end_behind_them() -> None:
    mailbox = Mailbox(100)
    for number in (1, 2):
        mailbox.put({"number": number}, 1)
    mailbox.end(unreachable())
    mailbox.put({"number": 3}, 1)

    assert [await mailbox.get(), await mailbox.get()] == [{"number": 1}, {"number": 2}]
    with pytest.raises(SubgraphFailure):
        await mailbox.get()


async def test_who_reads_first_waits_for_a_message() -> None:
    mailbox = Mailbox(100)
    reading = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)

    mailbox.put({"number": 1}, 1)

    assert await reading == {"number": 1}


@pytest.mark.parametrize(("size", "held"), [(1, 3), (50, 2)], ids=["number", "bytes"])
async def test_it_is_full_at_its_bounds_until_one_is_read(
    size: int, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "MESSAGES_MAX", 3)
    mailbox = Mailbox(100)
    for _ in range(held):
        assert not mailbox.is_full
        mailbox.put({}, size)
    assert mailbox.is_full

    waiting = asyncio.create_task(mailbox.room())
    await mailbox.get()
    await waiting

    assert not mailbox.is_full


async def test_its_end_lets_go_who_waits_for_room() -> None:
    mailbox = Mailbox(1)
    mailbox.put({}, 1)
    waiting = asyncio.create_task(mailbox.room())

    mailbox.end(unreachable())

    await waiting
