"""The unit of work: all or nothing, and a busy database is told as such."""

import asyncio
from contextlib import nullcontext
from unittest.mock import Mock

import pytest
from sqlalchemy import select, text

from db.repositories.social import SocialRepository
from db.tables.social import known_playables
from domain.ids import PlayableKind
from domain.messages.commands import ProcessPlayable
from domain.messages.events import UserRegistered
from domain.social.records import KnownPlayable
from errors import DatabaseBusy, OutcomeUnknown
from tests.outbox import event_names, job_names


def playable(name: str) -> KnownPlayable:
    return KnownPlayable(playable=name, artist_id="a", owner_id="o", is_public=True, version=1)


async def names(databases) -> list[str]:
    async with databases.of("social").engine.connect() as connection:
        rows = await connection.execute(select(known_playables.c.playable))
        return sorted(rows.scalars())


async def test_rows_and_messages_are_kept_together(as_viewer, databases) -> None:
    async with as_viewer().unit_of_work(SocialRepository) as uow:
        await uow.rows.keep_playable(playable("Track:1"))
        await uow.publish(UserRegistered(user_id="u", username="u"))
        await uow.commit()

    assert await names(databases) == ["Track:1"]
    assert await event_names(databases) == ["users.user_registered.v1"]


@pytest.mark.parametrize("_case", ["an error inside", "no commit"])
async def test_nothing_is_kept_without_commit(_case, as_viewer, databases) -> None:
    with pytest.raises(ZeroDivisionError) if _case == "an error inside" else nullcontext():
        async with as_viewer().unit_of_work(SocialRepository) as uow:
            await uow.rows.keep_playable(playable("Track:1"))
            await uow.publish(UserRegistered(user_id="u", username="u"))
            await uow.send(ProcessPlayable(kind=PlayableKind.TRACK, playable_id="1"))
            if _case == "an error inside":
                raise ZeroDivisionError

    assert await names(databases) == []
    assert await event_names(databases) == []
    assert await job_names(databases) == []


async def test_a_command_with_the_same_key_is_queued_once_while_it_waits(
    as_viewer, databases
) -> None:
    ids = []
    for _ in range(2):
        async with as_viewer().unit_of_work(SocialRepository) as uow:
            ids.append(await uow.send(ProcessPlayable(kind=PlayableKind.TRACK, playable_id="1")))
            await uow.commit()

    assert ids[0] == ids[1]
    assert await job_names(databases) == ["media.process_playable.v1"]


@pytest.mark.parametrize("profile", ["distributed"])
async def test_a_deadlock_is_told_as_a_busy_database(as_viewer) -> None:
    async with as_viewer().unit_of_work(SocialRepository) as uow:
        for name in ("Track:1", "Track:2"):
            await uow.rows.keep_playable(playable(name))
        await uow.commit()
    both_hold_one = asyncio.Barrier(2)

    async def cross(first: str, second: str) -> None:
        async with as_viewer().unit_of_work(SocialRepository) as uow:
            for place, name in enumerate((first, second)):
                newer = KnownPlayable(
                    playable=name, artist_id="a", owner_id="o", is_public=True, version=2
                )
                await uow.rows.keep_playable(newer)
                if place == 0:
                    await both_hold_one.wait()
            await uow.commit()

    results = await asyncio.gather(
        cross("Track:1", "Track:2"), cross("Track:2", "Track:1"), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in results) == ["DatabaseBusy", "NoneType"]
    assert DatabaseBusy.retryable


@pytest.mark.parametrize("profile", ["distributed"])
@pytest.mark.parametrize(
    ("_case", "told"),
    [("before the commit", DatabaseBusy), ("in the commit", OutcomeUnknown)],
)
async def test_a_lost_connection_is_told_as_what_it_means(
    _case, told, as_viewer, databases
) -> None:
    async def lose(connection) -> None:
        own = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar()
        async with databases.of("social").engine.connect() as other:
            await other.execute(text("SELECT pg_terminate_backend(:own, 2000)"), {"own": own})

    async def work() -> None:
        async with as_viewer().unit_of_work(SocialRepository) as uow:
            await uow.rows.keep_playable(playable("Track:1"))
            if _case == "in the commit":
                commit = uow._transaction.commit
                uow._transaction = Mock(commit=lambda: _after(lose(uow.connection), commit))
            else:
                await lose(uow.connection)
            await uow.commit()

    with pytest.raises(told):
        await work()

    assert await names(databases) == []


async def _after(first, then) -> None:
    await first
    await then()
