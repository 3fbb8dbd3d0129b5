"""Worker processes on a database of the test's own, and what they witnessed."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.redis_server import RedisServer

SECONDS_MAX = 120
"""Four times what the longest of them takes, beside other tests."""


@dataclass
class Site:
    """Where workers work, and the traces they leave."""

    database_url: str
    redis: RedisServer | None
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.integration.workers.worker_process"]
        address = self.redis.url if self.redis is not None else "-"
        process = subprocess.Popen([*command, self.database_url, address, str(self.folder)])
        self.processes.append(process)
        ready = self.folder / f"ready-{process.pid}"
        self.wait_for(lambda: ready.exists() or process.poll() is not None)
        assert ready.exists(), "the worker did not start"
        return process

    def evidence(self) -> list[tuple[int, int, str]]:
        """(moment, process, what), in the order it was written."""
        path = self.folder / "evidence"
        lines = path.read_text().splitlines() if path.exists() else []
        parts = [line.split(" ", 2) for line in lines]
        return [(int(moment), int(pid), what) for moment, pid, what in parts]

    def count(self) -> Counter[str]:
        """How often each thing was witnessed."""
        return Counter(what for _, _, what in self.evidence())

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS_MAX
        while not condition():
            assert time.monotonic() < deadline, self.count()
            time.sleep(0.02)


@pytest.fixture
def site(
    profile: str, database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Site]:
    """Both profiles: SQLite alone, or PostgreSQL and a Redis of the test's own."""
    redis = request.getfixturevalue("redis_server") if profile == "distributed" else None
    made = Site(database_url, redis, tmp_path)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()
