"""Keys of mutations: one effect for each, whoever dies when, and no answer lies open."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from db.idempotency import Attempt, DatabaseAnswers
from db.repositories.social import SocialRepository
from db.tables.platform import idempotent_answers
from errors import AlreadyDone
from tests.unit.db.test_unit_of_work import names, playable

ANSWER = b'{"data":{"login":{"refreshToken":"of-anna"}}}'


def answers(databases, outside, secret: bytes = b"of the house") -> DatabaseAnswers:
    return DatabaseAnswers(
        databases.of("users"), outside.clock, secret=secret, claim_seconds=60, answer_seconds=3_600
    )


async def keep(ctx, name: str) -> None:
    async with ctx.unit_of_work(SocialRepository) as uow:
        await uow.rows.keep_playable(playable(name))
        await uow.commit()


@pytest.fixture
def as_attempt(as_viewer):
    """Makes a context for a run with a key."""

    def make(attempt: Attempt):
        return replace(as_viewer(), attempt=attempt)

    return make


async def test_another_run_with_the_key_keeps_nothing(as_attempt, databases) -> None:
    await keep(as_attempt(Attempt(key="k")), "Track:1")

    with pytest.raises(AlreadyDone):
        await keep(as_attempt(Attempt(key="k")), "Track:2")

    assert await names(databases) == ["Track:1"]


async def test_one_run_may_write_more_than_once(as_attempt, databases) -> None:
    attempt = Attempt(key="k")

    await keep(as_attempt(attempt), "Track:1")
    await keep(as_attempt(attempt), "Track:2")
    await keep(as_attempt(Attempt(key="other")), "Track:3")

    assert await names(databases) == ["Track:1", "Track:2", "Track:3"]


async def test_a_run_that_kept_nothing_leaves_no_mark(as_attempt, databases) -> None:
    with pytest.raises(ZeroDivisionError):
        async with as_attempt(Attempt(key="k")).unit_of_work(SocialRepository):
            raise ZeroDivisionError

    await keep(as_attempt(Attempt(key="k")), "Track:1")

    assert await names(databases) == ["Track:1"]


async def test_of_two_runs_at_the_same_time_one_has_its_effect(as_attempt, databases) -> None:
    runs = [keep(as_attempt(Attempt(key="k")), f"Track:{number}") for number in range(2)]

    ends = await asyncio.gather(*runs, return_exceptions=True)

    assert sorted(type(each).__name__ for each in ends) == ["AlreadyDone", "NoneType"]
    assert len(await names(databases)) == 1


async def test_an_answer_comes_back_and_does_not_lie_open(databases, outside) -> None:
    kept = answers(databases, outside)
    assert await kept.begin("k", "login") is None

    await kept.finish("k", ANSWER)

    assert (await kept.begin("k", "login")).answer == ANSWER
    async with databases.of("users").engine.connect() as connection:
        stored = (await connection.execute(select(idempotent_answers.c.answer))).scalar_one()
    assert b"of-anna" not in stored
    assert b"refreshToken" not in stored


async def test_an_answer_sealed_with_another_secret_is_told_as_done(databases, outside) -> None:
    before = answers(databases, outside, b"before")
    await before.begin("k", "login")
    await before.finish("k", ANSWER)

    with pytest.raises(AlreadyDone):
        await answers(databases, outside, b"after").begin("k", "login")


async def test_a_claim_without_an_answer_is_taken_over_in_the_end(databases, outside) -> None:
    kept = answers(databases, outside)
    await kept.begin("k", "login")

    outside.clock.advance(seconds=59)
    assert (await kept.begin("k", "login")).answer is None
    outside.clock.advance(seconds=2)
    assert await kept.begin("k", "login") is None
