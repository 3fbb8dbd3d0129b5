"""Commits in one process reach the listeners of the others, and soon."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.broadcast.backends.bus_file import CREATE_EVENTS
from adapters.broadcast.backends.event_log import EventLogBackend
from adapters.broadcast.bus import Bus
from tests.integration.conftest import Listener
from tests.patience import IS_PROOF, bound

EVENTS_PER_SECOND = 50
P99_SECONDS_MAX = 0.2


@pytest.fixture
def log(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "media.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(CREATE_EVENTS)
    yield connection
    connection.close()


def commit(log: sqlite3.Connection, channel: str, payload: bytes) -> None:
    log.execute(
        "INSERT INTO events (id, name, channel, payload, created_at)"
        " VALUES (hex(randomblob(16)), 'n', ?, ?, 0)",
        (channel, payload),
    )


def read_lines(listener: Listener, count: int) -> list[list[str]]:
    assert listener.stdout is not None
    return [listener.stdout.readline().split() for _ in range(count)]


def test_a_commit_reaches_listeners_in_two_other_processes(
    tmp_path: Path,
    log: sqlite3.Connection,
    start_listener: Callable[[str, str], Listener],
) -> None:
    listeners = [start_listener(str(tmp_path / "media.db"), "playback:1") for _ in range(2)]

    commit(log, "playback:2", b"other")
    commit(log, "playback:1", b"mine")

    assert [read_lines(listener, 1)[0][1] for listener in listeners] == ["mine", "mine"]


async def test_a_fleeting_message_reaches_another_process(
    tmp_path: Path, start_listener: Callable[[str, str], Listener]
) -> None:
    listener = start_listener(str(tmp_path / "media.db"), "playback:1")
    backend = EventLogBackend([], bus_path=tmp_path / "bus.db")

    async with Bus(backend) as bus:
        await bus.publish("playback:1", b"position")

        lines = await asyncio.to_thread(read_lines, listener, 1)
    assert lines[0][1] == "position"


@pytest.mark.slow
def test_fifty_events_a_second_reach_two_processes_within_the_bound(
    tmp_path: Path,
    log: sqlite3.Connection,
    start_listener: Callable[[str, str], Listener],
) -> None:
    listeners = [start_listener(str(tmp_path / "media.db"), "jobs") for _ in range(2)]
    count = EVENTS_PER_SECOND * (10 if IS_PROOF else 2)

    for _ in range(count):
        commit(log, "jobs", str(time.monotonic_ns()).encode())
        time.sleep(1 / EVENTS_PER_SECOND)

    for listener in listeners:
        lines = read_lines(listener, count)
        delays = sorted((int(came) - int(sent)) / 1e9 for came, sent in lines)
        assert len(delays) == count
        assert delays[-count // 100] < bound(P99_SECONDS_MAX)
