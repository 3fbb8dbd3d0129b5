"""Runs the bundled FFmpeg: niced, bounded in time, never left behind."""

import asyncio
import contextlib
import os
import shutil
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import cache

import imageio_ffmpeg

from errors import TranscodeFailed

NICENESS = 10
MESSAGES_MAX = 40
LINE_BYTES_MAX = 64 * 1024
CHUNK_BYTES = 64 * 1024
SECONDS_MAX = 900.0

Lines = Callable[[str], Awaitable[None]]


async def run_ffmpeg(
    arguments: Sequence[str],
    *,
    seconds_max: float = SECONDS_MAX,
    on_progress_line: Lines | None = None,
) -> list[str]:
    """Run FFmpeg to its end and return the last lines it wrote about it.

    Raises:
        TranscodeFailed: it exited with an error or took longer than `seconds_max`.
    """
    messages: deque[str] = deque(maxlen=MESSAGES_MAX)
    async with (
        _time_limit(seconds_max),
        _ffmpeg(arguments) as process,
        asyncio.TaskGroup() as readers,
    ):
        assert process.stderr is not None
        assert process.stdout is not None
        readers.create_task(_keep_last(process.stderr, messages))
        readers.create_task(_each_line(process.stdout, on_progress_line or _ignore))
    _require_success(process, messages)
    return list(messages)


async def stream_ffmpeg(
    arguments: Sequence[str], *, seconds_max: float = SECONDS_MAX
) -> AsyncIterator[bytes]:
    """Yield what FFmpeg writes to its standard output, chunk by chunk.

    Raises:
        TranscodeFailed: it exited with an error or took longer than `seconds_max`.
    """
    messages: deque[str] = deque(maxlen=MESSAGES_MAX)
    deadline = asyncio.get_running_loop().time() + seconds_max
    async with _ffmpeg(arguments) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        listener = asyncio.create_task(_keep_last(process.stderr, messages))
        try:
            async for chunk in _chunks(process.stdout, deadline):
                yield chunk
            async with _time_limit(deadline - asyncio.get_running_loop().time()):
                await asyncio.gather(listener, process.wait())
        finally:
            listener.cancel()
    _require_success(process, messages)


@contextlib.asynccontextmanager
async def _ffmpeg(arguments: Sequence[str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start FFmpeg; whatever happens in the block, no process outlives it."""
    process = await asyncio.create_subprocess_exec(
        *_command(),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LINE_BYTES_MAX,
    )
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    finished = False
    try:
        yield process
        await process.wait()
        finished = True
    finally:
        if not finished:
            await asyncio.shield(_kill(process))


async def _kill(process: asyncio.subprocess.Process) -> None:
    """End it now and collect it, so that nothing keeps writing into the target."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


@cache
def _command() -> tuple[str, ...]:
    """FFmpeg, bound to die with us where the system can do that (kill -9 included)."""
    ffmpeg = (imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats")
    setpriv = shutil.which("setpriv")
    bound = (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()
    return (*bound, *ffmpeg)


@contextlib.asynccontextmanager
async def _time_limit(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise TranscodeFailed("FFmpeg took longer than it may.") from late


async def _chunks(stream: asyncio.StreamReader, deadline: float) -> AsyncIterator[bytes]:
    """Read until the end or the deadline; the consumer's own time counts too."""
    loop = asyncio.get_running_loop()
    while True:
        async with _time_limit(deadline - loop.time()):
            chunk = await stream.read(CHUNK_BYTES)
        if not chunk:
            return
        yield chunk


async def _each_line(stream: asyncio.StreamReader, tell: Lines) -> None:
    """Hand on each line; one that is absurdly long is dropped, never kept."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:  # longer than LINE_BYTES_MAX; the reader has dropped it
            continue
        if not line:
            return
        await tell(line.decode("utf-8", "replace").rstrip())


async def _keep_last(stream: asyncio.StreamReader, messages: deque[str]) -> None:
    async def keep(line: str) -> None:
        messages.append(line)

    await _each_line(stream, keep)


async def _ignore(_line: str) -> None:
    """Take no notice."""


def _require_success(process: asyncio.subprocess.Process, messages: Sequence[str]) -> None:
    if process.returncode != 0:
        last = messages[-1] if messages else "no message"
        raise TranscodeFailed(f"FFmpeg exited with {process.returncode}: {last}")
