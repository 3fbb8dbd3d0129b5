"""Event streams that several operations share: reserved, opened once, filled and given up."""

import asyncio
import secrets
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from errors import Conflict, NotFound
from web.wire.limits import Slots, SlotsPerClient, WebLimits
from web.wire.refusals import Overloaded
from web.wire.stream_writer import Chunks

EVENTS_WAITING_MAX = 16


class SharedStream:
    """One reservation of one viewer, and the operations that run for it."""

    def __init__(self, owner: str, limits: WebLimits) -> None:
        self.token = secrets.token_urlsafe(32)
        self.owner = owner
        self.is_open = False
        self.events: Chunks = asyncio.Queue(EVENTS_WAITING_MAX)
        """What waits to be told; an operation waits where it is full."""
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._operations_max = limits.operations_per_socket_max

    def require_free(self, operation_id: str) -> None:
        """Refuse an operation that cannot be begun.

        Raises:
            Conflict: the id is in use.
            Overloaded: the stream has as many operations as it may.
        """
        if operation_id in self._operations:
            raise Conflict("An operation with this id runs on the stream.", field="operationId")
        if len(self._operations) >= self._operations_max:
            raise Overloaded("Too many operations on this stream.")

    def begin(self, operation_id: str, running: Coroutine[Any, Any, None]) -> None:
        """Run an operation until it ends or is stopped; `Any` is what its loop is told."""
        task = self._operations[operation_id] = asyncio.create_task(running)
        task.add_done_callback(lambda ended: self._forget(operation_id, ended))

    def stop(self, operation_id: str) -> None:
        """Stop an operation for its client, and free its id at once."""
        task = self._operations.pop(operation_id, None)
        if task is not None:
            task.cancel()

    def stop_all(self) -> None:
        """Stop whatever runs: nobody will be told."""
        for operation_id in list(self._operations):
            self.stop(operation_id)

    def _forget(self, operation_id: str, task: asyncio.Task[None]) -> None:
        if self._operations.get(operation_id) is task:
            del self._operations[operation_id]


class SharedStreams:
    """All shared streams of this process, by their tokens."""

    def __init__(self, limits: WebLimits) -> None:
        self._limits = limits
        self._streams: dict[str, SharedStream] = {}
        self._held: dict[str, ExitStack] = {}
        self._slots = Slots("event streams", limits.shared_streams_max)
        self._per_client = SlotsPerClient("event streams", limits.shared_streams_per_client_max)

    def reserve(self, owner: str, client: str) -> SharedStream:
        """A stream that its owner may open soon, or it is given up again.

        Raises:
            Overloaded: there are as many as there may be, in all or of this client.
        """
        with ExitStack() as taking:
            taking.enter_context(self._slots)
            taking.enter_context(self._per_client.one(client))
            held = taking.pop_all()
        stream = SharedStream(owner, self._limits)
        self._streams[stream.token], self._held[stream.token] = stream, held
        wait = self._limits.reservation_seconds_max
        asyncio.get_running_loop().call_later(wait, self._give_up_unopened, stream)
        return stream

    def find(self, token: str, owner: str) -> SharedStream:
        """The stream of a token, for the viewer who reserved it.

        Raises:
            NotFound: there is none, or it is another viewer's.
        """
        stream = self._streams.get(token)
        if stream is None or stream.owner != owner:
            raise NotFound("There is no such event stream; reserve one by PUT.", field="token")
        return stream

    @contextmanager
    def opened(self, stream: SharedStream) -> Iterator[None]:
        """Hold a stream open; when it is left, its token is worth nothing.

        Raises:
            Conflict: it is open already.
        """
        if stream.is_open:
            raise Conflict("The event stream is open already.", field="token")
        stream.is_open = True
        try:
            yield
        finally:
            self._remove(stream)

    def _give_up_unopened(self, stream: SharedStream) -> None:
        if not stream.is_open:
            self._remove(stream)

    def _remove(self, stream: SharedStream) -> None:
        del self._streams[stream.token]
        self._held.pop(stream.token).close()
        stream.stop_all()
