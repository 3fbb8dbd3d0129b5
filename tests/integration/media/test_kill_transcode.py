"""The worker may die in mid-transcode: every job ends once, every track plays, nothing is left."""

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from db.engine import Databases
from db.outbox import add_command
from db.tables.platform import events, jobs
from domain.clock import SystemClock
from domain.media.records import PlayableState
from domain.messages.commands import ImportFolder, ProcessPlayable
from resolvers.context import RequestContext
from tests.conftest import ADMIN
from tests.patience import until
from tests.unit.adapters.transcode.sounds import a_tone, decoded_seconds
from tests.unit.resolvers.media.imports import OWNER, all_tracks
from workers.job_rows import transaction

ROUNDS = int(os.environ.get("TUTTI_KILL_ROUNDS", "2"))
"""Kills; `make prove` asks for twenty."""
TRACKS = 2 + ROUNDS // 4
TRACK_SECONDS = 20
SECONDS_MAX = 150 + 30 * ROUNDS


class Transcoders:
    """Worker processes that transcode, one at a time."""

    def __init__(self, database_url: str, redis_url: str, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.integration.media.worker_process"]
        self._command = [*command, database_url, redis_url, str(folder)]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = subprocess.Popen(self._command)
        await until(lambda: (self._folder / f"ready-{self._process.pid}").exists())

    def kill(self) -> None:
        """End it without a chance to tidy up; ended before is fine."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """Let it drain; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(SECONDS_MAX)


@pytest.fixture
def transcoders(
    profile: str, database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Transcoders]:
    redis = request.getfixturevalue("redis_server").url if profile == "distributed" else "-"
    transcoders = Transcoders(database_url, redis, tmp_path)
    yield transcoders
    transcoders.kill()


async def test_killed_workers_leave_every_track_whole(
    transcoders: Transcoders,
    databases: Databases,
    as_viewer: Callable[..., RequestContext],
    tmp_path: Path,
) -> None:
    chance = random.Random(9)
    music = tmp_path / "music"
    music.mkdir()
    for number in range(TRACKS):
        a_tone(music / f"{number}.flac", seconds=TRACK_SECONDS + number)
    async with transaction(databases.of("media")) as connection:
        command = ImportFolder(folder=str(music), owner_id=OWNER)
        await add_command(connection, command, now=SystemClock().now(), owner_id=OWNER)

    for _ in range(ROUNDS):
        begun = time.time()
        await transcoders.start()
        await until_it_renders(tmp_path / "scratch", since=begun)
        await asyncio.sleep(chance.uniform(0.0, 0.3))
        transcoders.kill()
    if shutil.which("setpriv") is not None:
        await until(lambda: not processes_of(tmp_path))
    await transcoders.start()
    await wait_until_done(databases)

    assert transcoders.stop() == 0
    tracks = await all_tracks(as_viewer(ADMIN))
    assert [track.state for track in tracks] == [PlayableState.READY] * TRACKS
    assert set(await ends(databases)) == {1}
    for number, track in enumerate(sorted(tracks, key=lambda each: each.title)):
        master = tmp_path / "objects" / str(track.hls_key)
        assert abs(decoded_seconds(master) - TRACK_SECONDS - number) < 0.1
    folders = {str(Path(str(track.hls_key)).parent) for track in tracks}
    originals = {str(track.source_key) for track in tracks}
    assert stored_beside(tmp_path / "objects", folders, originals) == []
    assert list((tmp_path / "scratch").iterdir()) == []


async def until_it_renders(scratch: Path, *, since: float) -> None:
    """Wait for a segment that this worker wrote; a while only, for all may be done."""
    with contextlib.suppress(TimeoutError):
        await until(lambda: _is_rendering(scratch, since), seconds_max=15)


def _is_rendering(scratch: Path, since: float) -> bool:
    """Whether there is a segment that young; folders may vanish while we look."""
    for folder, _, names in os.walk(scratch):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                if name.endswith(".m4s") and (Path(folder) / name).stat().st_mtime > since:
                    return True
    return False


def processes_of(folder: Path) -> list[str]:
    """FFmpeg processes that still work below the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it may end while we look
            line = path.read_bytes().decode()
            if "ffmpeg" in line and str(folder) in line:
                found.append(line)
    return found


async def wait_until_done(databases: Databases) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            async with transaction(databases.of("media")) as connection:
                found = (await connection.execute(select(jobs.c.name, jobs.c.state))).all()
            states = {state for _, state in found}
            processed = sum(name == ProcessPlayable.name for name, _ in found)
            if states == {"done"} and processed == TRACKS:
                return
            assert "dead" not in states
            await asyncio.sleep(0.2)


async def ends(databases: Databases) -> list[int]:
    """How often each job was told to be done."""
    told = select(events.c.channel, events.c.payload).where(events.c.channel.like("job:%"))
    async with transaction(databases.of("media")) as connection:
        rows = (await connection.execute(told)).all()
    return list(Counter(channel for channel, told in rows if b'"done"' in told).values())


def stored_beside(objects: Path, folders: set[str], originals: set[str]) -> list[str]:
    """Files in the store that no track knows of, unfinished ones included."""
    files = [path.relative_to(objects) for path in objects.rglob("*") if path.is_file()]
    return [
        str(path)
        for path in files
        if str(path) not in originals
        and str(path.parent.parent) not in folders
        and str(path.parent) not in folders
    ]
