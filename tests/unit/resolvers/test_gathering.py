"""Many small writes as one, each answered when it is written."""

import asyncio
from collections.abc import Sequence

import pytest

from errors import NotFound, RateLimited
from resolvers import gathering
from resolvers.gathering import Gathering


class Writer:
    """Notes what was written together; each write waits until it may go on."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_go_on = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(items))
        await self.may_go_on.wait()
        return [NotFound("odd") if item < 0 else item * 10 for item in items]


async def begin(gathered: Gathering[int, int], writer: Writer, items: Sequence[int]):
    tasks = []
    for item in items:
        tasks.append(asyncio.create_task(gathered.add(item, writer)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return tasks


async def test_whoever_comes_while_one_is_written_shares_the_next() -> None:
    gathered, writer = Gathering[int, int](), Writer()
    tasks = await begin(gathered, writer, [1, 2, -3, 4])

    writer.may_go_on.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert writer.batches == [[1], [2, -3, 4]]
    assert answers[:2] == [10, 20]
    assert isinstance(answers[2], NotFound)
    assert (answers[3], gathered.writes) == (40, 2)


async def test_a_write_that_fails_fails_for_those_in_it_alone() -> None:
    gathered, writer = Gathering[int, int](), Writer()
    tasks = await begin(gathered, writer, [1])
    writer.may_go_on.set()

    async def fail(_items: Sequence[int]) -> list[int | Exception]:
        raise NotFound("all of it")

    assert await tasks[0] == 10
    with pytest.raises(NotFound):
        await gathered.add(2, fail)
    assert await gathered.add(3, writer) == 30


async def test_who_has_gone_is_written_and_not_answered() -> None:
    gathered, writer = Gathering[int, int](), Writer()
    tasks = await begin(gathered, writer, [1, 2, 3])

    tasks[1].cancel()
    writer.may_go_on.set()

    assert (await tasks[0], await tasks[2]) == (10, 30)
    assert writer.batches == [[1], [2, 3]]


async def test_writes_and_waiting_have_bounds(monkeypatch) -> None:
    monkeypatch.setattr(gathering, "WAITING_MAX", 3)
    gathered, writer = Gathering[int, int](together_max=2), Writer()
    tasks = await begin(gathered, writer, [1, 2, 3, 4])

    with pytest.raises(RateLimited):
        await gathered.add(5, writer)
    writer.may_go_on.set()

    assert await asyncio.gather(*tasks) == [10, 20, 30, 40]
    assert writer.batches == [[1], [2, 3], [4]]
