"""The event log backend follows SQLite files that others append to."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from adapters.broadcast.backend import LiveMessage, MessagesLost
from adapters.broadcast.backends.bus_file import CREATE_EVENTS, BusFile
from adapters.broadcast.backends.event_log import EventLogBackend
from adapters.broadcast.backends.log_tail import ROWS_MAX, LogTail
from tests.patience import SECONDS_MAX


def a_log(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(CREATE_EVENTS)
    return connection


def commit(log: sqlite3.Connection, *rows: tuple[str | None, bytes]) -> None:
    log.execute("BEGIN IMMEDIATE")
    for channel, payload in rows:
        log.execute(
            "INSERT INTO events (id, name, channel, payload, created_at)"
            " VALUES (hex(randomblob(16)), 'n', ?, ?, 0)",
            (channel, payload),
        )
    log.execute("COMMIT")


def read(tail: LogTail) -> list[LiveMessage]:
    return [logged.message for logged in tail.read()]


@pytest.fixture
def media(tmp_path: Path) -> Path:
    return tmp_path / "media.db"


def test_a_tail_starts_at_the_end_and_reads_what_is_committed_after(media: Path) -> None:
    log = a_log(media)
    commit(log, ("a", b"old"))
    tail = LogTail(media)
    tail.open()

    commit(log, ("a", b"1"), (None, b"silent"), ("b", b"2"))

    assert read(tail) == [LiveMessage("a", b"1"), LiveMessage("b", b"2")]
    assert read(tail) == []
    tail.close()
    log.close()


def test_an_open_transaction_is_read_when_it_commits(media: Path) -> None:
    log = a_log(media)
    tail = LogTail(media)
    tail.open()
    log.execute("BEGIN IMMEDIATE")
    log.execute(
        "INSERT INTO events (id, name, channel, payload, created_at) VALUES ('1', 'n', 'a', 'x', 0)"
    )
    assert read(tail) == []

    log.execute("COMMIT")

    assert [message.channel for message in read(tail)] == ["a"]
    tail.close()
    log.close()


def test_a_large_backlog_comes_in_batches(media: Path) -> None:
    log = a_log(media)
    tail = LogTail(media)
    tail.open()
    commit(log, *[("a", b"%d" % number) for number in range(ROWS_MAX + 3)])

    batches = [read(tail), read(tail), read(tail)]

    assert [len(batch) for batch in batches] == [ROWS_MAX, 3, 0]
    tail.close()
    log.close()


def test_a_tail_keeps_its_place_while_it_is_closed(media: Path) -> None:
    log = a_log(media)
    tail = LogTail(media)
    tail.open()
    tail.close()
    commit(log, ("a", b"in between"))

    tail.open()

    assert read(tail) == [LiveMessage("a", b"in between")]
    tail.close()
    log.close()


def test_rows_deleted_before_they_were_read_are_a_loss_and_the_rest_follows(
    media: Path,
) -> None:
    log = a_log(media)
    tail = LogTail(media)
    tail.open()
    commit(log, ("a", b"1"), ("a", b"2"), ("a", b"3"))
    log.execute("DELETE FROM events WHERE sequence < 3")

    with pytest.raises(MessagesLost):
        read(tail)

    assert read(tail) == [LiveMessage("a", b"3")]
    tail.close()
    log.close()


def test_a_log_that_comes_later_is_read_from_its_beginning(media: Path) -> None:
    tail = LogTail(media)
    tail.open()
    assert read(tail) == []
    log = a_log(media)

    commit(log, ("a", b"first"))

    assert read(tail) == [LiveMessage("a", b"first")]
    tail.close()
    log.close()


def test_a_replaced_file_is_a_loss_and_the_new_one_is_read(media: Path, tmp_path: Path) -> None:
    log = a_log(media)
    commit(log, ("a", b"1"), ("a", b"2"))
    tail = LogTail(media)
    tail.open()
    log.close()
    other = a_log(tmp_path / "other.db")
    commit(other, ("a", b"new"))
    other.close()
    for ending in ("-wal", "-shm"):
        (tmp_path / f"media.db{ending}").unlink()
    (tmp_path / "other.db").replace(media)

    with pytest.raises(MessagesLost):
        read(tail)

    assert read(tail) == [LiveMessage("a", b"new")]
    tail.close()


def test_the_bus_file_is_trimmed_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "bus.db"
    file = BusFile(path, rows_kept=100)
    file.open()

    for _ in range(20):
        file.append([LiveMessage("a", b"x")] * 50)

    file.close()
    with sqlite3.connect(path) as connection:
        count, newest = connection.execute("SELECT count(*), max(sequence) FROM events").fetchone()
    connection.close()
    assert (count, newest) == (100, 1000)


def test_a_damaged_bus_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "bus.db"
    path.write_bytes(b"this is no database" * 100)
    file = BusFile(path)

    file.open()
    file.append([LiveMessage("a", b"x")])

    file.close()
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT sequence, channel, payload FROM events").fetchall()
    connection.close()
    assert rows == [(1, "a", b"x")]


async def test_the_backend_reads_all_logs_and_its_own_file(media: Path, tmp_path: Path) -> None:
    log = a_log(media)
    backend = EventLogBackend([media], bus_path=tmp_path / "bus.db", poll_seconds=0.005)
    await backend.connect()
    await backend.subscribe("a")

    commit(log, ("nobody listens", b"0"), ("a", b"durable"))
    await backend.publish("a", b"fleeting")
    async with asyncio.timeout(SECONDS_MAX):
        events = [await backend.next_published(), await backend.next_published()]

    assert sorted(event.message for event in events) == [b"durable", b"fleeting"]
    await backend.disconnect()
    log.close()


async def test_the_first_listener_after_a_rest_starts_at_the_end(
    media: Path, tmp_path: Path
) -> None:
    log = a_log(media)
    backend = EventLogBackend([media], bus_path=tmp_path / "bus.db", poll_seconds=0.005)
    await backend.connect()
    reading = asyncio.create_task(backend.next_published())
    await asyncio.sleep(0.02)
    commit(log, ("a", b"while nobody listened"))

    await asyncio.gather(backend.subscribe("a"), backend.subscribe("b"))
    commit(log, ("b", b"1"), ("a", b"2"))
    async with asyncio.timeout(SECONDS_MAX):
        events = [await reading, await backend.next_published()]

    assert [event.message for event in events] == [b"1", b"2"]
    await backend.disconnect()
    log.close()


async def test_the_loop_runs_on_while_a_writer_waits_for_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "bus.db"
    backend = EventLogBackend([], bus_path=path)
    await backend.connect()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    publishing = asyncio.create_task(backend.publish("a", b"1"))
    for _ in range(50):
        await asyncio.sleep(0.002)
    assert not publishing.done()
    holder.execute("ROLLBACK")
    holder.close()

    await publishing
    await backend.disconnect()


async def test_a_closed_backend_refuses(tmp_path: Path) -> None:
    backend = EventLogBackend([], bus_path=tmp_path / "bus.db")

    with pytest.raises(ConnectionError):
        await backend.publish("a", b"1")
    with pytest.raises(ConnectionError):
        await backend.next_published()
