"""Starts the child processes of the embedded profile, and starts them again when they die."""

import asyncio
import ctypes
import logging
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import BinaryIO, Final, Self, TextIO

log = logging.getLogger(__name__)

RESTART_SECONDS_MIN: Final = 0.2
RESTART_SECONDS_MAX: Final = 5.0
STEADY_SECONDS: Final = 30.0
"""A child that lived so long has earned a quick restart."""
STOP_SECONDS: Final = 25.0
LINE_BYTES_MAX: Final = 16_384
PR_SET_PDEATHSIG: Final = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process to keep running."""

    name: str
    """Stands before each line it prints."""
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to our own."""
    is_done_once: bool = False
    """It ends with code 0 when its work is done, and is not started again then."""


class Supervisor:
    """Keeps children running from `async with` to its end; none of them outlives us.

    A child gets SIGTERM when we stop and, on Linux, when we die in whatever way. It leads
    a process group of its own: Ctrl-C reaches us alone, and what it leaves behind when it
    dies (an FFmpeg, say) is ended with it.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        output: TextIO | None = None,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self.restarts: dict[str, int] = {child.name: 0 for child in children}
        self._children = tuple(children)
        self._output = output
        self._stop_seconds = stop_seconds
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task[None]] = []

    def pid(self, name: str) -> int | None:
        """The process id of a child; None while it is being started again."""
        process = self._processes.get(name)
        return process.pid if process is not None else None

    async def __aenter__(self) -> Self:
        self._keepers = [
            asyncio.create_task(self._keep(child), name=f"child-{child.name}")
            for child in self._children
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        pause = RESTART_SECONDS_MIN
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            try:
                code = await self._run(child)
                if code == 0 and child.is_done_once:
                    return
                self._say(child.name, f"ended with {_how(code)} and is started again")
            except OSError as error:
                self._say(child.name, f"cannot be started: {error}")
            if loop.time() - started > STEADY_SECONDS:
                pause = RESTART_SECONDS_MIN
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            pause = min(pause * 2, RESTART_SECONDS_MAX)
            self.restarts[child.name] += 1

    async def _run(self, child: Child) -> int:
        """Run a child to its end; cancelled, end it."""
        async with _pipe() as (lines, output):
            process = await asyncio.create_subprocess_exec(
                *child.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **child.environment},
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )
            output.close()
            self._processes[child.name] = process
            reading = asyncio.create_task(self._read(child.name, lines))
            try:
                return await process.wait()
            except asyncio.CancelledError:
                await self._end(process)
                raise
            finally:
                del self._processes[child.name]
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await asyncio.wait({reading}, timeout=1)
                reading.cancel()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._stop_seconds):
                await process.wait()
                return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _read(self, name: str, stream: asyncio.StreamReader) -> None:
        """Pass on what the child prints, line by line; an endless line comes in pieces."""
        waiting = b""
        while chunk := await stream.read(LINE_BYTES_MAX):
            *lines, waiting = (waiting + chunk).split(b"\n")
            if len(waiting) > LINE_BYTES_MAX:
                lines.append(waiting)
                waiting = b""
            for line in lines:
                self._say(name, line.decode(errors="replace"))
        if waiting:
            self._say(name, waiting.decode(errors="replace"))

    def _say(self, name: str, line: str) -> None:
        output = self._output or sys.stderr
        output.write(f"[{name}] {line}\n")
        output.flush()


@asynccontextmanager
async def _pipe() -> AsyncIterator[tuple[asyncio.StreamReader, BinaryIO]]:
    """A pipe of our own: asyncio's would have us wait for whoever inherited its other end."""
    reading, writing = os.pipe()
    lines = asyncio.StreamReader(limit=LINE_BYTES_MAX)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(reading, "rb", buffering=0)
    )
    with os.fdopen(writing, "wb", buffering=0) as output:
        try:
            yield lines, output
        finally:
            transport.close()


def _die_with_parent() -> Callable[[], None] | None:
    """What a child does before it becomes its program: ask to be told when we die."""
    if _libc is None:
        return None
    return partial(_ask_for_signal, _libc.prctl, os.getpid())


def _ask_for_signal(prctl: Callable[[int, int], int], parent: int) -> None:
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def _how(code: int) -> str:
    if code >= 0:
        return f"code {code}"
    return f"signal {signal.Signals(-code).name}"
