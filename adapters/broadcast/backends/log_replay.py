"""Reads again, from the event logs, what a listener missed; each call has its own connection."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from adapters.broadcast.backend import LiveMessage, MessagesLost, PlacedEvent, ReplayLimits
from adapters.broadcast.backends.log_position import LogPosition, place_of
from adapters.broadcast.backends.log_tail import READ_END, file_inode

COUNT_AFTER: Final = "SELECT count(*) FROM events WHERE sequence > ?"
READ_CHANNEL: Final = (
    "SELECT sequence, payload, created_at FROM events"
    " WHERE sequence > ? AND channel = ? ORDER BY sequence LIMIT ?"
)


def replay_logs(
    paths: Sequence[Path], channel: str, position: LogPosition, limits: ReplayLimits
) -> list[PlacedEvent]:
    """What a channel was told after a position, log by log, oldest first.

    Raises:
        MessagesLost: a log is not the one of the position or was cut, or too much was missed.
        ConnectionError: a log cannot be read now.
    """
    found: list[PlacedEvent] = []
    for path in paths:
        inode = file_inode(path)
        if inode is None:
            continue
        if inode not in position.sequences:
            raise MessagesLost(f"{path.name} was replaced")
        for sequence, payload in _read_after(path, channel, position.sequences[inode], limits):
            position = position.at(inode, sequence)
            message = LiveMessage(channel, payload)
            place = place_of(inode, sequence)
            found.append(PlacedEvent(message, place=place, position=str(position)))
    return found


def _read_after(
    path: Path, channel: str, sequence: int, limits: ReplayLimits
) -> list[tuple[int, bytes]]:
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(
            sqlite3.connect(address, uri=True, timeout=1.0, isolation_level=None)
        ) as connection:
            connection.execute("BEGIN")  # all is read as of one moment
            _require_whole(connection, sequence, limits)
            given = (sequence, channel, limits.messages_max + 1)
            rows = connection.execute(READ_CHANNEL, given).fetchall()
    except sqlite3.Error as error:
        raise ConnectionError(f"{path.name} cannot be read: {error}") from error
    if len(rows) > limits.messages_max:
        raise MessagesLost(f"more than {limits.messages_max} messages were missed")
    if rows and rows[0][2] < (time.time() - limits.seconds_max) * 1_000_000:
        raise MessagesLost("what was missed is too old")
    return [(row[0], row[1]) for row in rows]


def _require_whole(connection: sqlite3.Connection, sequence: int, limits: ReplayLimits) -> None:
    """Every row since then is still there: sequences have no holes but where rows were deleted."""
    missed = connection.execute(READ_END).fetchone()[0] - sequence
    if not 0 <= missed <= limits.scanned_max:
        raise MessagesLost("the position is not within what is looked through")
    if connection.execute(COUNT_AFTER, (sequence,)).fetchone()[0] != missed:
        raise MessagesLost("the log was cut")
