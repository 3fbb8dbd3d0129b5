"""A job is held by one lease at a time, and ended once."""

import asyncio
from datetime import timedelta

from db.engine import Databases
from domain.ids import UserId
from tests.unit.workers.conftest import LEASE
from tests.unit.workers.messages import Paint, PaintOnce, send
from workers.job_rows import JobRows
from workers.retry import Failure

FAILURE = Failure(code="STORAGE_UNAVAILABLE", message="no answer", is_retryable=True)


async def test_a_waiting_job_is_claimed_once(rows, clock, job_row) -> None:
    job_id = await send(rows, clock, Paint())

    first = await rows.claim("media")
    second = await rows.claim("media")

    assert first is not None
    assert (first.id, first.name, first.attempts) == (job_id, "media.paint.v1", 1)
    assert first.payload == b'{"colour":"red"}'
    assert second is None
    row = await job_row(job_id)
    assert (row["state"], row["lease_owner"]) == ("running", first.lease_owner)
    assert row["lease_until"] == clock.now() + LEASE


async def test_many_claims_at_once_share_the_jobs_out(rows, clock, databases: Databases) -> None:
    sent = [await send(rows, clock, Paint(colour=str(number))) for number in range(10)]
    other = JobRows(databases.of("media"), clock, process="two", lease=LEASE)

    claims = await asyncio.gather(*(each.claim("media") for each in [rows, other] * 8))

    taken = [claim.id for claim in claims if claim is not None]
    assert sorted(taken) == sorted(sent)
    assert len({claim.lease_owner for claim in claims if claim is not None}) == 10


async def test_the_job_that_waits_longest_comes_first(rows, clock) -> None:
    older = await send(rows, clock, Paint())
    clock.advance(seconds=1)
    await send(rows, clock, Paint())

    claimed = await rows.claim("media")

    assert claimed is not None
    assert claimed.id == older


async def test_queues_with_work_are_told_without_claiming(rows, clock) -> None:
    assert await rows.queues_waiting() == set()

    await send(rows, clock, Paint())
    await send(rows, clock, PaintOnce(colour="red"))

    assert await rows.queues_waiting() == {"media", "default"}


async def test_a_job_of_somebody_tells_its_channel(rows, clock, job_row, event_names) -> None:
    job_id = await send(rows, clock, Paint(), owner_id=UserId("anna"))
    claimed = await rows.claim("media")

    assert await rows.finish(claimed) is True

    row = await job_row(job_id)
    assert (row["state"], row["progress"], row["lease_owner"]) == ("done", 1.0, None)
    assert row["finished_at"] == clock.now()
    assert await event_names() == ["jobs.job_progressed.v1"] * 2


async def test_a_job_that_nobody_asked_for_tells_nobody(rows, clock, event_names) -> None:
    await send(rows, clock, Paint())

    await rows.finish(await rows.claim("media"))

    assert await event_names() == []


async def test_an_end_is_written_once(rows, clock, job_row, event_names) -> None:
    job_id = await send(rows, clock, Paint(), owner_id=UserId("anna"))
    claimed = await rows.claim("media")
    await rows.finish(claimed)

    assert await rows.bury(claimed, FAILURE) is False
    assert await rows.finish(claimed) is False
    assert await rows.set_progress(claimed, 0.5) is False

    assert (await job_row(job_id))["state"] == "done"
    assert len(await event_names()) == 2


async def test_a_job_tells_which_step_it_is_at_and_where_it_failed(
    rows, clock, job_row, event_names
) -> None:
    job_id = await send(rows, clock, Paint(), owner_id=UserId("anna"))
    claimed = await rows.claim("media")

    assert await rows.set_progress(claimed, 0.5, "renditions") is True
    at_work = await job_row(job_id)
    await rows.bury(claimed, FAILURE)
    failed = await job_row(job_id)

    assert (at_work["progress"], at_work["step"]) == (0.5, "renditions")
    assert (failed["state"], failed["step"]) == ("dead", "renditions")
    assert len(await event_names()) == 3


async def test_a_finished_job_is_at_no_step(rows, clock, job_row) -> None:
    job_id = await send(rows, clock, Paint(), owner_id=UserId("anna"))
    claimed = await rows.claim("media")
    await rows.set_progress(claimed, 0.9, "renditions")

    await rows.finish(claimed)

    assert (await job_row(job_id))["step"] is None


async def test_a_lease_that_ended_gives_the_job_to_another(rows, clock, job_row) -> None:
    job_id = await send(rows, clock, Paint())
    lost = await rows.claim("media")
    clock.advance(seconds=LEASE.total_seconds() + 1)

    expired = await rows.expire()
    taken = await rows.claim("media")

    assert [row.id for row in expired] == [job_id]
    assert (taken.id, taken.attempts) == (job_id, 2)
    assert await rows.finish(lost) is False
    assert (await job_row(job_id))["state"] == "running"


async def test_a_lease_that_is_prolonged_stays(rows, clock) -> None:
    await send(rows, clock, Paint())
    claimed = await rows.claim("media")
    clock.advance(seconds=8)

    held = await rows.renew([claimed.lease_owner, "one/unknown"])
    clock.advance(seconds=8)

    assert held == {claimed.lease_owner}
    assert [lease.lease_owner for lease in await rows.leases()] == [claimed.lease_owner]
    assert await rows.expire() == []


async def test_a_retry_waits_for_its_pause(rows, clock, job_row) -> None:
    job_id = await send(rows, clock, Paint())
    claimed = await rows.claim("media")

    await rows.retry(claimed, FAILURE, timedelta(seconds=4))

    assert await rows.claim("media") is None
    row = await job_row(job_id)
    assert (row["state"], row["error_code"], row["error"]) == (
        "queued",
        "STORAGE_UNAVAILABLE",
        "no answer",
    )
    clock.advance(seconds=4)
    assert (await rows.claim("media")).attempts == 2


async def test_a_released_job_has_not_lost_an_attempt(rows, clock) -> None:
    await send(rows, clock, Paint())
    claimed = await rows.claim("media")

    await rows.release(claimed)

    assert (await rows.claim("media")).attempts == 1


async def test_a_dead_job_is_listed_and_can_be_revived(rows, clock, job_row) -> None:
    job_id = await send(rows, clock, Paint())
    await rows.bury(await rows.claim("media"), FAILURE)

    dead = await rows.list_dead()
    revived = await rows.revive(job_id)

    assert [(row.id, row.error) for row in dead] == [(job_id, "no answer")]
    assert revived is True
    assert await rows.list_dead() == []
    assert (await rows.claim("media")).attempts == 1


async def test_a_dead_job_whose_work_was_asked_for_again_stays_dead(rows, clock) -> None:
    dead = await send(rows, clock, PaintOnce(colour="red"))
    await rows.bury(await rows.claim("default"), FAILURE)
    fresh = await send(rows, clock, PaintOnce(colour="red"))

    assert await rows.revive(dead) is False

    assert fresh != dead
    assert [row.id for row in await rows.list_dead()] == [dead]


async def test_unsent_jobs_are_taken_once_and_again_when_overdue(rows, clock) -> None:
    job_id = await send(rows, clock, Paint())
    resend = timedelta(seconds=30)

    first = await rows.take_unsent(["media"], resend=resend)
    second = await rows.take_unsent(["media"], resend=resend)
    clock.advance(seconds=31)
    overdue = await rows.take_unsent(["media"], resend=resend)

    assert [row.id for row in first] == [job_id]
    assert second == []
    assert [row.id for row in overdue] == [job_id]


async def test_jobs_of_a_full_queue_are_not_taken(rows, clock) -> None:
    await send(rows, clock, Paint())

    taken = await rows.take_unsent(["default"], resend=timedelta(seconds=30))

    assert taken == []


async def test_jobs_that_the_broker_refused_are_taken_again(rows, clock) -> None:
    job_id = await send(rows, clock, Paint())
    await rows.take_unsent(["media"], resend=timedelta(seconds=30))

    await rows.mark_unsent([job_id])

    taken = await rows.take_unsent(["media"], resend=timedelta(seconds=30))
    assert [row.id for row in taken] == [job_id]


async def test_old_done_jobs_are_forgotten_by_who_asked_for_them(rows, clock, all_jobs) -> None:
    await send(rows, clock, Paint())
    owned = await send(rows, clock, Paint(), owner_id=UserId("anna"))
    dead = await send(rows, clock, Paint())
    for _ in range(2):
        await rows.finish(await rows.claim("media"))
    await rows.bury(await rows.claim("media"), FAILURE)
    clock.advance(days=2)

    deleted = await rows.delete_done(clock.now() - timedelta(days=1), is_owned=False)

    assert deleted == 1
    assert {job["id"] for job in await all_jobs()} == {owned, dead}
