"""A key-value store in one SQLite file, in which the embedded chain keeps its blocks."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eth.db.backends.base import BaseDB


class ChainFileLocked(Exception):
    """Another process works on this chain file."""


class KeyValueFile(BaseDB):  # type: ignore[misc]
    """Bytes by key, durable: what `transaction` wrote is there after a power cut.

    The file is locked for as long as it is open, so two nodes cannot fork one chain;
    the lock goes with the process, however that ends.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=1.0)
        try:
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS entries"
                " (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
            )
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as refusal:
            self._connection.close()
            if "locked" in str(refusal):
                raise ChainFileLocked("another process works on it") from refusal
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written within, or nothing of it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def __getitem__(self, key: bytes) -> bytes:
        row = self._connection.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value: bytes = row[0]
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._connection.execute(
            "INSERT INTO entries (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, bytes(value)),
        )

    def __delitem__(self, key: bytes) -> None:
        deleted = self._connection.execute("DELETE FROM entries WHERE key = ?", (key,))
        if deleted.rowcount == 0:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        row = self._connection.execute("SELECT 1 FROM entries WHERE key = ?", (key,)).fetchone()
        return row is not None
