"""Operators see what gave up, and give it another try."""

from tests.unit.workers.messages import Paint, send
from workers.dead_jobs import list_dead, retry_dead
from workers.retry import Failure

FAILURE = Failure(code="INTERNAL", message="KeyError: 'x'")


async def test_a_dead_job_is_listed_with_its_message_and_can_be_tried_again(
    rows, clock, databases, job_row
) -> None:
    job_id = await send(rows, clock, Paint())
    await rows.bury(await rows.claim("media"), FAILURE)

    dead = await list_dead(databases)
    tried = await retry_dead(databases, job_id)

    assert [(job.id, job.name, job.attempts, job.error) for job in dead] == [
        (job_id, "media.paint.v1", 1, "KeyError: 'x'")
    ]
    assert tried is True
    assert await list_dead(databases) == []
    assert (await job_row(job_id))["state"] == "queued"


async def test_only_dead_jobs_are_tried_again(rows, clock, databases, job_row) -> None:
    job_id = await send(rows, clock, Paint())

    answers = [await retry_dead(databases, each) for each in (job_id, "media.none", "x", "")]

    assert answers == [False] * 4
    assert (await job_row(job_id))["attempts"] == 0
