"""Messages and a context for tests of the workers."""

from collections.abc import Callable

from db.outbox import add_command, add_event
from domain.clock import Clock
from domain.ids import JobId, UserId
from domain.messages.envelope import Command, Event
from resolvers.context import UseCaseContext
from workers.context import Progress, WorkerContext
from workers.job_rows import ClaimedJob, JobRows, notify, transaction


class Paint(Command, frozen=True, kw_only=True):
    name = "media.paint.v1"
    queue = "media"
    colour: str = "red"


class PaintOnce(Command, frozen=True, kw_only=True):
    name = "media.paint_once.v1"
    colour: str

    @property
    def dedupe_key(self) -> str:
        return f"paint:{self.colour}"


class Painted(Event, frozen=True, kw_only=True):
    name = "media.painted.v1"
    colour: str


class Shown(Event, frozen=True, kw_only=True):
    name = "media.shown.v1"
    colour: str

    @property
    def channel(self) -> str:
        return f"show:{self.colour}"


async def send(
    rows: JobRows, clock: Clock, command: Command, owner_id: UserId | None = None
) -> JobId:
    async with transaction(rows.database) as connection:
        return await add_command(connection, command, now=clock.now(), owner_id=owner_id)


async def publish(rows: JobRows, clock: Clock, *events: Event) -> None:
    async with transaction(rows.database) as connection:
        for event in events:
            await add_event(connection, event, now=clock.now())
        await notify(connection)


def context_maker(
    context: UseCaseContext,
) -> Callable[[ClaimedJob, Progress, bool], WorkerContext]:
    def make(job: ClaimedJob, reporter: Progress, is_last_attempt: bool) -> WorkerContext:
        return WorkerContext(
            databases=context.databases,
            ports=context.ports,
            limits=context.limits,
            clock=context.clock,
            job_id=job.id,
            tools=None,
            attempt_number=job.attempts,
            is_last_attempt=is_last_attempt,
            reporter=reporter,
        )

    return make
