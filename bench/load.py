"""The load generator: one lean HTTP client, the same for every contestant, never counted.

It runs as a process of its own and takes a job as one line of JSON on its input:

    {"port": 4000, "path": "/graphql", "bodies": [...], "connections": 50, "requests": 2000}

It sends the bodies in turn until so many requests are *answered* (so all the work that a
server did belongs to an answer), and writes one line with what it saw.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import cast

import httptools
import msgspec
import uvloop

from bench.child import Child

FAILED = b'"errors"'
SECONDS_MAX = 120.0
TOLD_BYTES_MAX = 200


class Job(msgspec.Struct, frozen=True):
    """What to send."""

    port: int
    bodies: list[str]
    connections: int
    requests: int
    path: str = "/graphql"


class Seen(msgspec.Struct, frozen=True):
    """What came back."""

    seconds: float = 0.0
    latency_p50: float = 0.0
    latency_p99: float = 0.0
    fault: str = ""
    """Why nothing else here means anything."""


class LoadGenerator(Child):
    """The process, as the measuring side holds it."""

    module = "bench.load"

    def run(self, job: Job) -> Seen:
        """Send it, and wait for the end.

        Raises:
            ConnectionError: the server did not give that many good answers in time.
        """
        seen = self.ask(job, Seen)
        if seen.fault:
            raise ConnectionError(f"under load: {seen.fault}")
        return seen


class _Run:
    """One job under way."""

    def __init__(self, job: Job, requests: Sequence[bytes]) -> None:
        self._requests = requests
        self._left = job.requests
        self._sent = 0
        self._open = job.connections
        self.failed = 0
        self.bad_answer = b""
        self.latencies: list[float] = []
        self.is_over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next_request(self) -> bytes | None:
        """The next bytes to send; None when enough are on their way."""
        if self._sent == self._left:
            self._open -= 1
            if self._open == 0:
                self.is_over.set_result(None)
            return None
        request = self._requests[self._sent % len(self._requests)]
        self._sent += 1
        return request

    def lost(self) -> None:
        """A server hung up: what it measured would mean nothing."""
        if not self.is_over.done():
            self.is_over.set_exception(ConnectionError("the server hung up"))

    def answered(self, answer: bytearray, status: int, seconds: float) -> None:
        """Count an answer, and keep one that is none."""
        self.latencies.append(seconds)
        if status != 200 or FAILED in answer:
            self.failed += 1
            self.bad_answer = bytes(answer[:TOLD_BYTES_MAX])


class _Client(asyncio.Protocol):
    """A connection that asks again as soon as it has its answer."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._body = bytearray()
        self._is_done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        seconds = time.perf_counter() - self._began_at
        self._run.answered(self._body, self._parser.get_status_code(), seconds)
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._is_done:
            self._run.lost()

    def _ask(self) -> None:
        request = self._run.next_request()
        if request is None:
            self._is_done = True
            self._transport.close()
            return
        self._parser = httptools.HttpResponseParser(self)
        self._body.clear()
        self._began_at = time.perf_counter()
        self._transport.write(request)


def write_request(path: str, body: str) -> bytes:
    """The bytes of one request."""
    content = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _run(job: Job) -> Seen:
    run = _Run(job, [write_request(job.path, body) for body in job.bodies])
    loop = asyncio.get_running_loop()
    began_at = time.perf_counter()
    for _ in range(job.connections):
        await loop.create_connection(lambda: _Client(run), "127.0.0.1", job.port)
    async with asyncio.timeout(SECONDS_MAX):
        await run.is_over
    seconds = time.perf_counter() - began_at
    ordered = sorted(run.latencies)
    if run.failed:
        told = run.bad_answer.decode(errors="replace")
        return Seen(fault=f"{run.failed} of {job.requests} answers are bad, such as {told}")
    return Seen(
        seconds=seconds,
        latency_p50=ordered[len(ordered) // 2],
        latency_p99=ordered[len(ordered) * 99 // 100],
    )


def main() -> None:
    """Take jobs until the input ends."""
    for line in sys.stdin.buffer:
        try:
            seen = uvloop.run(_run(msgspec.json.decode(line, type=Job)))
        except OSError as fault:
            seen = Seen(fault=str(fault) or type(fault).__name__)
        sys.stdout.buffer.write(msgspec.json.encode(seen) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
