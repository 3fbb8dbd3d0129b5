"""Follows one event log in a SQLite file that other connections append to."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from adapters.broadcast.backend import LiveMessage, MessagesLost

ROWS_MAX: Final = 500
READ_ROWS: Final = (
    "SELECT sequence, channel, CASE WHEN channel IS NULL THEN NULL ELSE payload END"
    " FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?"
)
READ_END: Final = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"


class LoggedMessage(NamedTuple):
    """A message and its row; the file is told by its inode."""

    message: LiveMessage
    inode: int
    sequence: int


class LogTail:
    """The rows of `events(sequence, channel, payload, …)` after the one read last.

    Sequences are given out under SQLite's single write lock, so commit order is their
    order and none is skipped: a hole means that rows were deleted before we read them.
    Nothing is read unless `PRAGMA data_version` says that somebody committed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._version: int | None = None
        self._last: int | None = None

    def open(self) -> None:
        """Stand at the current end, or where reading stopped; a missing log may come."""
        inode = file_inode(self.path)
        if inode is None:
            self._last = self._last or 0
            return
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=1.0,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            end = connection.execute(READ_END).fetchone()[0]
        except sqlite3.OperationalError as error:
            connection.close()
            if "no such table" not in str(error):
                raise
            self._last = self._last or 0
            return
        if self._last is None:
            self._last = end
        self._connection, self._inode, self._version = connection, inode, None

    def skip(self) -> None:
        """Stand at the current end, whatever came before it."""
        if self._connection is not None:
            self._last = self._connection.execute(READ_END).fetchone()[0]

    @property
    def position(self) -> tuple[int, int]:
        """Inode of the file and the sequence read last; zeros where there is no file yet."""
        return self._inode, self._last or 0

    def read(self) -> list[LoggedMessage]:
        """The next messages, at most `ROWS_MAX`; rows without a channel are passed over.

        Raises:
            MessagesLost: rows were deleted unread, or the file was replaced.
        """
        if self._connection is not None and file_inode(self.path) != self._inode:
            self.close()
            self._last = 0
            self.open()
            raise MessagesLost(f"{self.path.name} was replaced")
        if self._connection is None:
            self.open()
        if self._connection is None or self._last is None:
            return []
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return []
        rows = self._connection.execute(READ_ROWS, (self._last, ROWS_MAX)).fetchall()
        self._forget_hole(rows)
        if rows:
            self._last = rows[-1][0]
        if len(rows) < ROWS_MAX:
            self._version = version
        return [
            LoggedMessage(LiveMessage(channel, payload), self._inode, sequence)
            for sequence, channel, payload in rows
            if channel is not None
        ]

    def close(self) -> None:
        """Close the file; the position stays."""
        if self._connection is not None:
            with closing(self._connection):
                self._connection = None

    def _forget_hole(self, rows: list[tuple[int, str | None, bytes | None]]) -> None:
        """Step over deleted rows, and say so."""
        assert self._last is not None
        if rows and rows[0][0] != self._last + 1:
            self._last = rows[0][0] - 1
            raise MessagesLost(f"{self.path.name} was cut at {rows[0][0]}")


def file_inode(path: Path) -> int | None:
    """Which file stands at the path, so that a replaced one is noticed."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
