"""Which function handles which command, and which handlers an event has."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from domain.messages.envelope import Command, Event, Message
from workers.context import WorkerContext

CommandT = TypeVar("CommandT", bound=Command)
EventT = TypeVar("EventT", bound=Event)

ATTEMPTS_MAX: Final = 5
EVENT_SECONDS_MAX: Final = 60

Call = Callable[[Any, WorkerContext], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """One function with its bounds; `name` stands on the job's row."""

    name: str
    domain: str
    queue: str
    message_type: type[Message]
    attempts_max: int
    seconds_max: float
    call: Call


class Registry:
    """All handlers of a process, by the name of their jobs."""

    def __init__(self) -> None:
        self._by_name: dict[str, Handler] = {}
        self._by_event: dict[str, list[Handler]] = {}

    def handles(
        self,
        command: type[CommandT],
        *,
        queue: str | None = None,
        attempts_max: int = ATTEMPTS_MAX,
        seconds_max: float,
    ) -> Callable[
        [Callable[[CommandT, WorkerContext], Awaitable[None]]],
        Callable[[CommandT, WorkerContext], Awaitable[None]],
    ]:
        """Register the handler of a command; it must be safe to run twice.

        `queue` only repeats for the reader where the command goes.
        """
        assert queue in (None, command.queue), f"{command.name} goes to {command.queue}"

        def register(
            call: Callable[[CommandT, WorkerContext], Awaitable[None]],
        ) -> Callable[[CommandT, WorkerContext], Awaitable[None]]:
            self._add(
                Handler(
                    name=command.name,
                    domain=command.domain(),
                    queue=command.queue,
                    message_type=command,
                    attempts_max=attempts_max,
                    seconds_max=seconds_max,
                    call=call,
                )
            )
            return call

        return register

    def on(
        self,
        event: type[EventT],
        *,
        name: str,
        queue: str = "default",
        attempts_max: int = ATTEMPTS_MAX,
        seconds_max: float = EVENT_SECONDS_MAX,
    ) -> Callable[
        [Callable[[EventT, WorkerContext], Awaitable[None]]],
        Callable[[EventT, WorkerContext], Awaitable[None]],
    ]:
        """Register one of the handlers of an event, which runs as a job of its own.

        `name` is the job's, such as `social.keep_release`; the job lives in the database of
        the domain before the dot, and is made once for each event.
        """

        def register(
            call: Callable[[EventT, WorkerContext], Awaitable[None]],
        ) -> Callable[[EventT, WorkerContext], Awaitable[None]]:
            handler = Handler(
                name=name,
                domain=name.partition(".")[0],
                queue=queue,
                message_type=event,
                attempts_max=attempts_max,
                seconds_max=seconds_max,
                call=call,
            )
            self._add(handler)
            self._by_event.setdefault(event.name, []).append(handler)
            return call

        return register

    def find(self, name: str) -> Handler | None:
        """The handler of a job's name."""
        return self._by_name.get(name)

    def of_event(self, event_name: str) -> Iterable[Handler]:
        """Every handler of an event."""
        return tuple(self._by_event.get(event_name, ()))

    def all(self) -> Iterable[Handler]:
        """Every handler."""
        return tuple(self._by_name.values())

    def _add(self, handler: Handler) -> None:
        assert handler.name not in self._by_name, f"{handler.name} has two handlers"
        self._by_name[handler.name] = handler


REGISTRY: Final = Registry()
"""The handlers of `workers/tasks`, filled when those modules are imported."""

handles = REGISTRY.handles
on = REGISTRY.on
