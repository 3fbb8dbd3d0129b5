"""Fixtures of the integration tests."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import skip_without
from tests.integration.redis_server import RedisServer, redis_binary

Listener = subprocess.Popen[str]


@pytest.fixture
def start_listener() -> Iterator[Callable[[str, str], Listener]]:
    started: list[Listener] = []

    def start(address: str, channel: str) -> Listener:
        command = [sys.executable, "-m", "tests.integration.broadcast.listener"]
        process = subprocess.Popen([*command, address, channel], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own."""
    if redis_binary() is None:
        skip_without("redis-server is not installed")
    server = RedisServer(tmp_path / "redis")
    server.start()
    yield server
    server.stop()
