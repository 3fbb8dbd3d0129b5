"""The gateway of the embedded profile may be killed: its children go, the next takes over."""

import math
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import time
import urllib.request
import wave
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db.engine import DOMAINS, Databases
from db.outbox import add_command
from domain.clock import SystemClock
from domain.ids import UserId
from domain.messages.commands import ImportFolder
from tests.ports import free_port
from workers.job_rows import transaction

ROUNDS = int(os.environ.get("TUTTI_KILL_ROUNDS", "2"))
FILES = 2 * ROUNDS + 1
"""More than two slots can finish in all rounds: a worker whose gateway died drains."""
AUDIO_SECONDS = 60
RATE = 22_050
SECONDS_MAX = 180
OF_IMPORT = "(name LIKE 'media.import%' OR name = 'media.process_playable.v1')"
"""The jobs of an import itself, without what follows its events or goes by the clock."""


class House:
    """A gateway with all its children on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "log"
        self._environment = os.environ | {
            "TUTTI_DATA_DIR": str(folder / "var"),
            "TUTTI_PORT": str(self.port),
            "TUTTI_DEMO": "false",
        }
        self.gateway: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [sys.executable, "gateway.py"]
            self.gateway = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        wait_for(self._is_ready, self.log)

    def kill(self) -> None:
        assert self.gateway is not None
        self.gateway.send_signal(signal.SIGKILL)
        self.gateway.wait()
        wait_for(lambda: self.children() == [], self.log)

    def stop(self) -> None:
        if self.gateway is not None and self.gateway.poll() is None:
            self.gateway.terminate()
            self.gateway.wait(SECONDS_MAX)

    def children(self) -> list[str]:
        """The command lines of the processes that know our folder."""
        found = []
        for process in Path("/proc").iterdir():
            try:
                environment = (process / "environ").read_bytes()
                command = (process / "cmdline").read_bytes()
            except (OSError, NotADirectoryError):
                continue
            is_ours = f"TUTTI_PORT={self.port}\0".encode() in environment
            if is_ours and command and process.name != str(self.gateway and self.gateway.pid):
                found.append(command.replace(b"\0", b" ").decode())
        return found

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        address = f"file:{self.folder / 'var' / 'tutti.db'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def _is_ready(self) -> bool:
        assert self.gateway is not None
        assert self.gateway.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=2) as got:
                return got.status == 200
        except OSError:
            return False


def wait_for(condition: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def write_tone(path: Path, hertz: float) -> None:
    period = [int(12_000 * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(RATE)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{RATE}h", *period) * AUDIO_SECONDS)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.stop()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="children die with us on Linux")
async def test_jobs_outlive_a_killed_gateway_and_its_worker_does_not(house: House) -> None:
    music = house.folder / "music"
    music.mkdir()
    for number in range(FILES):
        write_tone(music / f"tone {number}.wav", 220.0 * (number + 1))
    house.start()
    url = f"sqlite+aiosqlite:///{house.folder / 'var' / 'tutti.db'}"
    databases = Databases(dict.fromkeys(DOMAINS, url))
    command = ImportFolder(folder=str(music), owner_id=UserId("anna"))
    async with transaction(databases.of("media")) as connection:
        await add_command(connection, command, now=SystemClock().now(), owner_id=UserId("anna"))
    await databases.close()

    killed: set[object] = set()
    for _ in range(ROUNDS):
        wait_for(lambda: in_mid_transcode(house) - killed, house.log)
        killed.update(in_mid_transcode(house))
        house.kill()
        house.start()

    unfinished = f"SELECT id FROM jobs WHERE state IN ('queued', 'running') AND {OF_IMPORT}"
    wait_for(lambda: tracks_ready(house) == FILES and not house.ask(unfinished), house.log)
    ended = f"SELECT name, state, count(*) FROM jobs WHERE {OF_IMPORT} GROUP BY 1, 2 ORDER BY 1, 2"
    assert house.ask("SELECT name, error FROM jobs WHERE state = 'dead'") == []
    assert house.ask(ended) == [
        ("media.import_file.v1", "done", FILES),
        ("media.import_folder.v1", "done", 1),
        ("media.process_playable.v1", "done", FILES),
    ]
    assert len(killed) >= ROUNDS
    assert len(list((house.folder / "var" / "objects").rglob("master.m3u8"))) == FILES
    house.stop()
    wait_for(lambda: house.children() == [], house.log)


def in_mid_transcode(house: House) -> set[object]:
    """The claims under which tracks are being processed and have come some way."""
    started = (
        "SELECT lease_owner FROM jobs WHERE name = 'media.process_playable.v1'"
        " AND state = 'running' AND progress > 0"
    )
    return {owner for (owner,) in house.ask(started)}


def tracks_ready(house: House) -> int:
    count = house.ask("SELECT count(*) FROM tracks WHERE state = 'READY'")[0][0]
    assert isinstance(count, int)
    return count
