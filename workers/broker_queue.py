"""The distributed queue: taskiq brings job ids, the rows decide who runs them."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Final

from taskiq import AcknowledgeType, AsyncTaskiqDecoratedTask
from taskiq.receiver import Receiver

from adapters.broadcast.backend import LiveMessage
from adapters.broadcast.backends.redis_streams import RedisPublisher
from domain.ids import JobId
from errors import DependencyError
from workers.job_rows import JobRows
from workers.redis_broker import RedisStreamsBroker
from workers.runner import Runner

log = logging.getLogger(__name__)

RUN_JOB: Final = "run_job"
DRAIN_SECONDS_MAX: Final = 1.0
STREAM_PREFIX: Final = "tutti:queue:"


class BrokerQueue:
    """Runs the jobs whose ids come over Redis, and sends ids for the relay.

    The message is acknowledged when the attempt is over, however it ended: what becomes
    of the job stands on its row, and the relay sends rows again that are overdue.
    """

    def __init__(
        self,
        url: str,
        rows: Iterable[JobRows],
        runner: Runner,
        slots: Mapping[str, int],
        *,
        process: str,
        idle_seconds: float | None = None,
    ) -> None:
        self._rows = {domain: each for each in rows for domain in each.database.domains}
        self._runner = runner
        self._slots = dict(slots)
        self._finish = asyncio.Event()
        self._attempts: set[asyncio.Task[None]] = set()
        options = {} if idle_seconds is None else {"idle_seconds": idle_seconds}
        self._brokers = {
            queue: RedisStreamsBroker(
                url, stream=STREAM_PREFIX + queue, consumer=process, **options
            )
            for queue in slots
        }
        self._tasks: dict[str, AsyncTaskiqDecoratedTask[Any, Any]] = {
            queue: self._register(broker) for queue, broker in self._brokers.items()
        }

    @property
    def queues(self) -> Set[str]:
        """The queues that this process works."""
        return self._brokers.keys()

    async def work(self) -> None:
        """Run jobs until `stop`, then those that run already; cancelled, give those back."""
        receivers = [
            Receiver(
                broker,
                validate_params=False,
                max_async_tasks=self._slots[queue],
                ack_type=AcknowledgeType.WHEN_EXECUTED,
            )
            for queue, broker in self._brokers.items()
        ]
        try:
            async with asyncio.TaskGroup() as group:
                for receiver in receivers:
                    group.create_task(receiver.listen(self._finish))
        finally:
            for attempt in self._attempts:
                attempt.cancel()
            if self._attempts:
                await asyncio.wait(self._attempts)
            for broker in self._brokers.values():
                await broker.drain(DRAIN_SECONDS_MAX)
                await broker.shutdown()

    def stop(self) -> None:
        """Take no new job."""
        self._finish.set()

    async def send_jobs(self, queue: str, job_ids: Sequence[JobId]) -> None:
        """Offer jobs to the workers of a queue, this process among them."""
        for job_id in job_ids:
            await self._tasks[queue].kiq(job_id)

    async def outstanding(self, queue: str) -> int:
        """How many job ids wait or are being worked."""
        return await self._brokers[queue].outstanding()

    def _register(self, broker: RedisStreamsBroker) -> AsyncTaskiqDecoratedTask[Any, Any]:
        async def run_job(job_id: str) -> None:  # taskiq renames what it registers
            await self._run_job(job_id)

        return broker.register_task(run_job, task_name=RUN_JOB)

    async def _run_job(self, job_id: str) -> None:
        """What taskiq calls; a job that is not waiting any more is left alone."""
        rows = self._rows.get(job_id.partition(".")[0])
        if rows is None:
            log.warning("job %s belongs to no database of ours", job_id)
            return
        try:
            job = await rows.claim_by_id(JobId(job_id))
        except DependencyError as error:
            log.warning("job %s was not claimed and will be sent again: %s", job_id, error)
            return
        if job is None:
            return
        # An attempt of its own: when taskiq is cancelled, the job is still ended by us.
        attempt = asyncio.create_task(self._runner.run(job, rows), name=f"job-{job.id}")
        self._attempts.add(attempt)
        attempt.add_done_callback(self._attempts.discard)
        await asyncio.wait({attempt})


class RedisCarrier:
    """The relay's way out: live messages to the bus, job ids to the queues."""

    def __init__(self, bus: RedisPublisher, queue: BrokerQueue) -> None:
        self._bus = bus
        self._queue = queue

    @property
    def queues(self) -> Set[str]:
        """The queues it knows."""
        return self._queue.queues

    async def publish_many(self, messages: Sequence[LiveMessage]) -> None:
        """Send live messages, in order."""
        await self._bus.publish_many(messages)

    async def send_jobs(self, queue: str, job_ids: Sequence[JobId]) -> None:
        """Offer jobs to the workers of a queue."""
        await self._queue.send_jobs(queue, job_ids)

    async def outstanding(self, queue: str) -> int:
        """How many job ids wait or are being worked."""
        return await self._queue.outstanding(queue)
