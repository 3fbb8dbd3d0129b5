"""What a worker counts of its jobs and queues."""

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.telemetry.metrics import Metrics
from errors import BadInput, StorageUnavailable
from tests.patience import until
from tests.unit.workers.messages import Paint, context_maker, send
from workers.figures import JobFigures
from workers.registry import Registry
from workers.runner import Runner

PAINT = "media.paint.v1"


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def figures(metrics, clock) -> JobFigures:
    return JobFigures(metrics, clock)


async def samples_of(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """The samples of a name, by the values of their labels."""
    text = (await metrics.write()).decode()
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


async def test_attempts_are_counted_by_how_they_ended(
    registry, figures, metrics, rows, clock, as_viewer
) -> None:
    faults = [StorageUnavailable("no answer"), BadInput("not audio"), None]
    started = asyncio.Event()

    @registry.handles(Paint, attempts_max=3, seconds_max=60)
    async def paint(_command, _ctx) -> None:
        if not faults:
            started.set()
            await asyncio.Event().wait()
        fault = faults.pop(0)
        if fault is not None:
            raise fault

    runner = Runner(registry, context_maker(as_viewer()), figures=figures)
    for _ in range(2):
        await send(rows, clock, Paint())
    for _ in range(3):
        await runner.run(await rows.claim("media"), rows)
        clock.advance(minutes=3)
    await send(rows, clock, Paint())
    running = asyncio.create_task(runner.run(await rows.claim("media"), rows))
    await started.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert await samples_of(metrics, "tutti_jobs_total") == {
        (PAINT, "retried"): 1,
        (PAINT, "dead"): 1,
        (PAINT, "done"): 1,
        (PAINT, "given back"): 1,
    }
    assert await samples_of(metrics, "tutti_job_seconds_count") == {(PAINT,): 4}


async def test_queues_are_shown_with_their_depth_and_age(figures, metrics, rows, clock) -> None:
    await send(rows, clock, Paint())
    clock.advance(minutes=2)
    await send(rows, clock, Paint())
    clock.advance(minutes=1)

    await figures.look([rows])
    before = await samples_of(metrics, "tutti_jobs_unfinished")
    age = await samples_of(metrics, "tutti_job_oldest_seconds")
    for _ in range(2):
        await rows.finish(await rows.claim("media"))
    await figures.look([rows])

    assert before == {("media", "queued"): 2}
    assert age == {("media",): 180}
    assert await samples_of(metrics, "tutti_jobs_unfinished") == {("media", "queued"): 0}
    assert await samples_of(metrics, "tutti_job_oldest_seconds") == {("media",): 0}


async def test_the_queues_are_looked_at_again_after_a_failure(
    figures, metrics, rows, clock, monkeypatch
) -> None:
    monkeypatch.setattr("workers.figures.LOOK_SECONDS", 0.01)
    await send(rows, clock, Paint())
    fetch, is_away = rows.database.read.fetch, [True]

    async def fail_once(*given, **named):
        if is_away:
            is_away.clear()
            raise StorageUnavailable("away")
        return await fetch(*given, **named)

    monkeypatch.setattr(rows.database.read, "fetch", fail_once)
    watching = asyncio.create_task(figures.watch([rows]))
    await until(lambda: figures._unfinished)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    assert await samples_of(metrics, "tutti_jobs_unfinished") == {("media", "queued"): 1}
