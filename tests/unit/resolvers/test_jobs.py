"""Jobs as those see them who asked for them."""

import asyncio
from contextlib import aclosing

import pytest
from sqlalchemy import update

from db.outbox import JobState
from db.repositories.media.catalogue import MediaRepository
from db.repositories.nft import NftRepository
from db.tables.platform import jobs as job_table
from domain.ids import JobId, TrackId, UserId
from domain.messages.codec import encode
from domain.messages.commands import IndexChain, ProcessTrack
from domain.messages.events import JobProgressed
from domain.viewer import ANONYMOUS
from errors import NotFound
from resolvers import jobs
from resolvers.media.nodes import find_node
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.patience import SECONDS_MAX


async def send(ctx) -> JobId:
    async with ctx.unit_of_work(MediaRepository) as uow:
        command = ProcessTrack(track_id=TrackId("track-1"))
        job_id = await uow.send(command, owner_id=UserId("anna"))
        await uow.commit()
    return job_id


async def change(databases, job_id: JobId, **values) -> None:
    async with databases.of("media").engine.begin() as connection:
        await connection.execute(update(job_table).where(job_table.c.id == job_id).values(**values))


@pytest.mark.parametrize(
    ("_case", "viewer", "is_seen"),
    [
        ("anonymous", ANONYMOUS, False),
        ("a stranger", BEN, False),
        ("a moderator", MODERATOR, False),
        ("who asked for it", ANNA, True),
        ("an admin", ADMIN, True),
    ],
)
async def test_a_job_is_seen_by_who_asked_for_it(_case, viewer, is_seen, as_viewer) -> None:
    job_id = await send(as_viewer())
    ctx = as_viewer(viewer)

    assert (await jobs.find_job(ctx, job_id) is not None) is is_seen
    assert (await find_node(ctx, "Job", job_id) is not None) is is_seen
    if not is_seen:
        with pytest.raises(NotFound):
            await jobs.get_job(ctx, job_id)
        with pytest.raises(NotFound):
            await anext(aiter(jobs.watch_job(ctx, job_id)))


async def test_a_job_without_an_owner_is_for_admins(as_viewer) -> None:
    async with as_viewer().unit_of_work(NftRepository) as uow:
        job_id = await uow.send(IndexChain())
        await uow.commit()

    assert (await jobs.find_job(as_viewer(ADMIN), job_id)).name == IndexChain.name
    assert await jobs.find_job(as_viewer(ANONYMOUS), job_id) is None


@pytest.mark.parametrize("job_id", ["media.none", "nowhere.1", "media", ".", "'; --"])
async def test_an_unknown_job_is_none(job_id, as_viewer) -> None:
    assert await jobs.find_job(as_viewer(ADMIN), JobId(job_id)) is None
    with pytest.raises(NotFound):
        await anext(aiter(jobs.watch_job(as_viewer(ADMIN), JobId(job_id))))


async def test_a_watcher_sees_each_change_until_the_job_is_done(
    as_viewer, outside, databases
) -> None:
    job_id = await send(as_viewer())
    told = JobProgressed(job_id=job_id, state="running", progress=0.5)
    seen = []

    async with (
        asyncio.timeout(SECONDS_MAX),
        aclosing(jobs.watch_job(as_viewer(ANNA), job_id)) as changes,
    ):
        seen.append(await anext(changes))
        await outside.live.publish(told.channel, encode(told))
        await change(databases, job_id, state="running", progress=0.5, attempts=1)
        await outside.live.publish(told.channel, encode(told))
        seen.append(await anext(changes))
        await change(databases, job_id, state="dead", error_code="NOT_AUDIO", error="No sound.")
        await outside.live.publish(told.channel, b"")
        seen += [job async for job in changes]

    assert [(job.state, job.progress, job.error_code) for job in seen] == [
        (JobState.QUEUED, 0.0, None),
        (JobState.RUNNING, 0.5, None),
        (JobState.DEAD, 0.5, "NOT_AUDIO"),
    ]


async def test_a_job_that_is_over_is_told_once(as_viewer, databases) -> None:
    job_id = await send(as_viewer())
    await change(databases, job_id, state="done", progress=1.0)

    async with asyncio.timeout(SECONDS_MAX):
        seen = [job.state async for job in jobs.watch_job(as_viewer(ANNA), job_id)]

    assert seen == [JobState.DONE]


@pytest.mark.parametrize(
    ("_case", "viewer", "code", "told"),
    [
        ("its owner, of a bug", ANNA, "INTERNAL", jobs.MASKED),
        ("an admin, of a bug", ADMIN, "INTERNAL", "KeyError: '/var/secret'"),
        ("its owner, of what we expect", ANNA, "NOT_AUDIO", "KeyError: '/var/secret'"),
    ],
)
async def test_what_a_bug_says_is_for_admins(
    _case, viewer, code, told, as_viewer, databases
) -> None:
    job_id = await send(as_viewer())
    await change(
        databases,
        job_id,
        state=JobState.DEAD.value,
        error_code=code,
        error="KeyError: '/var/secret'",
    )

    assert (await jobs.find_job(as_viewer(viewer), job_id)).error == told
