"""Calls under way: bounded in time, tried again where that may be, shared by equal queries."""

import asyncio
from collections.abc import Callable, Hashable

from federation.transport.answer import Answer
from federation.transport.backoff import backoff_seconds
from federation.transport.breaker import Breaker
from federation.transport.connection import HttpConnection
from federation.transport.failures import SubgraphFailure, timed_out
from federation.transport.options import HttpOptions
from federation.transport.pool import ConnectionPool

Write = Callable[[], bytes]
"""The bytes of a request; made anew for each attempt, since a signature is good once."""


class Calls:
    """Sends requests to one subgraph; what several ask at the same time is sent once.

    A call belongs to all who wait for it: who asked first may leave without taking it away
    from the others. When the last one leaves, it is given up.
    """

    def __init__(self, pool: ConnectionPool, breaker: Breaker, options: HttpOptions) -> None:
        self.pool = pool
        self.breaker = breaker
        self.options = options
        self._shared: dict[Hashable, Call] = {}

    def join(self, write: Write, *, key: Hashable | None, attempts_max: int) -> "Call":
        """The call of this key, begun if there is none; one without a key is shared by nobody.

        Raises:
            SubgraphFailure: the subgraph is left alone.
        """
        call = None if key is None else self._shared.get(key)
        if call is None:
            self.breaker.admit()
            call = Call(self, write, key, attempts_max)
            if key is not None:
                self._shared[key] = call
            call.begin()
        return call

    def forget(self, key: Hashable | None) -> None:
        """Let nobody join any more."""
        if key is not None:
            self._shared.pop(key, None)


class Call:
    """One request and its attempts.

    It moves on when its connection has an answer, and runs a task only while it waits for a
    connection: most requests find one that is idle, and cost a timer and a future.
    """

    __slots__ = (
        "_attempts_max",
        "_calls",
        "_connection",
        "_deadline",
        "_failures",
        "_key",
        "_loop",
        "_opening",
        "_outcome",
        "_waiting",
        "_write",
    )

    def __init__(self, calls: Calls, write: Write, key: Hashable | None, attempts_max: int) -> None:
        self._calls = calls
        self._write = write
        self._key = key
        self._attempts_max = attempts_max
        self._failures = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._outcome: Answer | Exception | None = None
        self._connection: HttpConnection | None = None
        self._opening: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.call_later(calls.options.seconds_max, self._expire)

    def begin(self) -> None:
        """Send it, at once where a connection is idle."""
        connection = self._calls.pool.find_idle(self._loop.time())
        if connection is None:
            self._opening = self._loop.create_task(self._open(0.0))
        else:
            self._exchange(connection)

    async def answer(self) -> Answer:
        """Wait for its end.

        Raises:
            SubgraphFailure: there is no answer.
        """
        if self._outcome is None:
            ended = self._loop.create_future()
            self._waiting.append(ended)
            try:
                await ended
            except asyncio.CancelledError:
                self._waiting.remove(ended)
                if not self._waiting:
                    await self._give_up()
                raise
        outcome = self._outcome
        if isinstance(outcome, Answer):
            return outcome
        assert outcome is not None, "whoever waits is woken at its end"
        raise outcome

    async def _open(self, wait_seconds: float) -> None:
        """Wait for a connection, and before another attempt for a while."""
        try:
            if wait_seconds:
                await asyncio.sleep(wait_seconds)
            connection = await self._calls.pool.acquire()
        except Exception as fault:  # noqa: BLE001 -- told to all who wait
            self._take_fault(fault)
        else:
            self._exchange(connection)

    def _exchange(self, connection: HttpConnection) -> None:
        self._connection = connection
        bytes_max = self._calls.options.response_bytes_max
        connection.exchange(self._write(), self._take_answer, bytes_max=bytes_max)

    def _take_answer(self, outcome: Answer | SubgraphFailure) -> None:
        self._release()
        if isinstance(outcome, Answer):
            self._end(outcome)
        else:
            self._take_fault(outcome)

    def _take_fault(self, fault: Exception) -> None:
        """End with this, or send again where no byte of an answer had come."""
        self._failures += 1
        is_retryable = isinstance(fault, SubgraphFailure) and fault.is_retryable
        if is_retryable and self._failures < self._attempts_max:
            wait_seconds = backoff_seconds(self._failures - 1, self._calls.options.retries)
            self._opening = self._loop.create_task(self._open(wait_seconds))
        else:
            self._end(fault)

    def _expire(self) -> None:
        self._stop()
        self._end(timed_out())

    async def _give_up(self) -> None:
        """Nobody waits for it any more: it says nothing about the subgraph."""
        if self._outcome is not None:
            return
        self._deadline.cancel()
        self._calls.forget(self._key)
        self._calls.breaker.forget()
        self._stop()
        if self._opening is not None:
            await asyncio.wait({self._opening})

    def _end(self, outcome: Answer | Exception) -> None:
        """Tell the breaker how it ended, and wake whoever waits."""
        self._outcome = outcome
        self._deadline.cancel()
        self._calls.forget(self._key)
        if _is_outage(outcome):
            self._calls.breaker.failed()
        else:
            self._calls.breaker.succeeded()
        for ended in self._waiting:
            if not ended.done():
                ended.set_result(None)

    def _stop(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
        if self._connection is not None:
            self._connection.abort()
            self._release()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        assert connection is not None, "it was lent"
        self._calls.pool.release(connection, self._loop.time())


def _is_outage(outcome: Answer | Exception) -> bool:
    """Whether the subgraph seems to be down; a refusal in JSON is its word."""
    if isinstance(outcome, Answer):
        return outcome.status >= 500 and outcome.body.lstrip()[:1] != b"{"
    return not isinstance(outcome, SubgraphFailure) or outcome.is_outage
