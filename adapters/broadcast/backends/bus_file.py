"""The event log of messages that need no durability: one SQLite file of its own."""

import sqlite3
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from adapters.broadcast.backend import LiveMessage
from adapters.broadcast.backends.log_tail import file_inode

ROWS_KEPT: Final = 20_000
TRIM_EVERY: Final = 500

CREATE_EVENTS: Final = """
CREATE TABLE IF NOT EXISTS events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    channel TEXT,
    payload BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    relayed_at INTEGER
)
"""
INSERT_EVENT: Final = (
    "INSERT INTO events (id, name, channel, payload, created_at) VALUES (?, 'live', ?, ?, ?)"
)
TRIM_EVENTS: Final = "DELETE FROM events WHERE sequence <= ?"


class BusFile:
    """Appends to `bus.db`; a lost or damaged file costs messages in flight and no more."""

    def __init__(self, path: Path, *, rows_kept: int = ROWS_KEPT) -> None:
        self.path = path
        self._rows_kept = rows_kept
        self._connection: sqlite3.Connection | None = None
        self._inode: int | None = None
        self._trimmed_at = 0

    def open(self) -> None:
        """Create the file where it is missing, and anew where it is damaged."""
        try:
            self._open()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._remove()
            self._open()

    def append(self, messages: Sequence[LiveMessage]) -> None:
        """Write all in one short transaction, and trim what is too old now and then."""
        if self._connection is None or file_inode(self.path) != self._inode:
            self.close()
            self.open()
        assert self._connection is not None
        now = time.time_ns() // 1_000
        rows = [(uuid.uuid4().hex, *message, now) for message in messages]
        cursor = self._connection
        cursor.execute("BEGIN IMMEDIATE")
        try:
            cursor.executemany(INSERT_EVENT, rows)
            last = cursor.execute("SELECT last_insert_rowid()").fetchone()[0]
            if last - self._trimmed_at >= TRIM_EVERY:
                cursor.execute(TRIM_EVENTS, (last - self._rows_kept,))
                self._trimmed_at = last
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            with closing(self._connection):
                self._connection = None

    def _open(self) -> None:
        connection = sqlite3.connect(
            self.path, timeout=5.0, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(CREATE_EVENTS)
        except BaseException:
            connection.close()
            raise
        self._connection, self._inode = connection, file_inode(self.path)

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
