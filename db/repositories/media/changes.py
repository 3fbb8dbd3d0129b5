"""The feed of public changes inside a unit of work.

Whoever follows the feed asks for what comes behind the last number that they saw, so a change may
never become visible with a lower number than one that was seen already. A sequence of the database
does not promise that: numbers are drawn while a transaction runs, and it may commit behind another
one that drew a higher number.

    A draws 5 ───────────────── commits     a reader at 6 would never be told of 5
         B draws 6 ── commits

So numbers are given last of all, right before the commit, one unit of work after the other: on
PostgreSQL a lock is held from the numbering to the end of the commit, on SQLite there is one
writer anyway. Whoever gets the lock sees all numbers that were given before; so the order of
numbers is the order in which changes become visible. Nothing is waited for while the lock is held,
so it can be part of no deadlock, and it costs others the length of a commit.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.repositories.media.rows import MediaRows
from db.rows import upsert
from db.tables.media.changes import catalog_changes as changes

FEED_LOCK: Final = 0x7475_7474_6665_6564
"""Any number that no other advisory lock of the database has."""


class ChangeRows(MediaRows):
    """What changed in a unit of work, and the numbers that it gets."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._noted: dict[tuple[str, str], bool] = {}

    def note_change(self, kind: str, key: str, *, is_public: bool) -> bool:
        """Note that something changed, and whether anyone sees it now; True for the first."""
        is_first = not self._noted
        self._noted.pop((kind, key), None)
        self._noted[kind, key] = is_public
        return is_first

    async def number_changes(self, now: datetime) -> None:
        """Give each noted change the next number; the last thing before the commit.

        What was never public stays unknown, and what is gone is gone once.
        """
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(select(func.pg_advisory_xact_lock(FEED_LOCK)))
        newest = select(func.coalesce(func.max(changes.c.sequence), 0))
        sequence = int((await self._connection.execute(newest)).scalar_one())
        for (kind, key), is_public in self._noted.items():
            number = self._show if is_public else self._bury
            if await number(kind, key, sequence=sequence + 1, now=now):
                sequence += 1
        self._noted.clear()

    async def _show(self, kind: str, key: str, *, sequence: int, now: datetime) -> bool:
        values = {
            "kind": kind,
            "key": key,
            "sequence": sequence,
            "is_gone": False,
            "changed_at": now,
        }
        return await upsert(self._connection, changes, values, keys=("kind", "key"))

    async def _bury(self, kind: str, key: str, *, sequence: int, now: datetime) -> bool:
        """A tombstone for what anyone could see."""
        same = (changes.c.kind == kind) & (changes.c.key == key) & ~changes.c.is_gone
        gone = update(changes).where(same)
        result = await self._connection.execute(
            gone.values(sequence=sequence, is_gone=True, changed_at=now)
        )
        return result.rowcount == 1
