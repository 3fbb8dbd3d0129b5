"""The runner of FFmpeg: bounded output, and no process left behind."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.transcode.ffmpeg import MESSAGES_MAX, run_ffmpeg, stream_ffmpeg
from errors import TranscodeFailed
from tests.patience import SECONDS_MAX, until

ENDLESS = ("-re", "-f", "lavfi", "-i", "sine", "-f", "null", "-")
PARENT = """
import asyncio
from adapters.transcode.ffmpeg import run_ffmpeg
asyncio.run(run_ffmpeg({arguments!r}))
"""


def ffmpegs_of(pid: int) -> list[int]:
    """Process ids of the children that run FFmpeg; other tests may have others."""
    listed = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return [each for each in listed if "ffmpeg" in program_of(each)]


def program_of(pid: int) -> str:
    """What a process runs by now; before FFmpeg those that lower its rank and bind its life."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    """A zombie has ended; only its number is left."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_only_the_last_messages_are_kept() -> None:
    noise = ("-v", "debug", "-f", "lavfi", "-i", "sine=d=1", "-f", "null", "-")

    lines = await run_ffmpeg(noise)

    assert len(lines) == MESSAGES_MAX


async def test_a_bad_exit_tells_the_last_message() -> None:
    with pytest.raises(TranscodeFailed, match=r"No such file or directory|Error opening"):
        await run_ffmpeg(("-i", "nothing-here.wav", "-f", "null", "-"))


async def test_it_runs_behind_everything_else() -> None:
    work = asyncio.create_task(run_ffmpeg(ENDLESS))
    child = await the_child(os.getpid())
    await until(lambda: os.getpriority(os.PRIO_PROCESS, child) >= 10)

    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not is_alive(child)


@pytest.mark.parametrize("turns", range(12))
async def test_it_can_be_cancelled_while_it_starts(turns: int) -> None:
    before = set(ffmpegs_of(os.getpid()))
    work = asyncio.create_task(run_ffmpeg(ENDLESS))
    for _ in range(turns):
        await asyncio.sleep(0)

    work.cancel()
    async with asyncio.timeout(SECONDS_MAX):
        await asyncio.wait([work])

    assert work.cancelled()
    await until(lambda: set(ffmpegs_of(os.getpid())) <= before)


async def test_a_stream_nobody_reads_to_its_end_ends_its_process() -> None:
    raw = ("-f", "lavfi", "-i", "sine", "-f", "s16le", "pipe:1")
    stream = stream_ffmpeg(raw)
    first = await anext(stream)
    child = await the_child(os.getpid())

    await stream.aclose()

    assert len(first) > 0
    assert not is_alive(child)


async def test_a_stream_has_a_time_limit() -> None:
    raw = ("-re", "-f", "lavfi", "-i", "sine", "-f", "s16le", "pipe:1")

    with pytest.raises(TranscodeFailed, match="longer than it may"):
        async for _chunk in stream_ffmpeg(raw, seconds_max=0.3):
            pass


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv (util-linux)")
async def test_killing_the_parent_kills_it_too() -> None:
    code = PARENT.format(arguments=list(ENDLESS))
    parent = subprocess.Popen([sys.executable, "-c", code])
    try:
        child = await the_child(parent.pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait(SECONDS_MAX)
    finally:
        parent.kill()
        parent.wait(SECONDS_MAX)

    await until(lambda: not is_alive(child))


async def the_child(pid: int) -> int:
    """Wait for the one FFmpeg below a process."""
    return (await until(lambda: ffmpegs_of(pid)))[-1]
