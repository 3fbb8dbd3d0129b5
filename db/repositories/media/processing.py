"""The state of work on files inside a unit of work."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import lock_record, upsert, values_of
from db.tables.media.processing import processing_steps, processings
from domain.ids import PlayableKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """How often something was asked to be processed again, and whether it is asked now."""

    playable: str
    run: int
    is_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStep:
    """What a finished step found."""

    fingerprint: str
    """What it is true of; for anything else it is void."""
    found: bytes
    """JSON."""


class ProcessingRepository:
    """Reads for update and writes of the work on files."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock_processing(self, key: PlayableKey) -> Processing:
        """How often it was asked for, held for update; never, where there is no row.

        Whoever calls this holds the playable's own row, so nobody adds one meanwhile.
        """
        statement = select(processings).where(processings.c.playable == str(key))
        found = await lock_record(self._connection, statement, Processing)
        return found or Processing(playable=str(key), run=0, is_asked=False)

    async def save_processing(self, processing: Processing) -> None:
        """Write it."""
        values = values_of(processing)
        await upsert(self._connection, processings, values, keys=("playable",))

    async def find_steps(self, key: PlayableKey) -> dict[str, KeptStep]:
        """What was kept of finished steps, by the step's name."""
        columns = processing_steps.c
        statement = select(columns.step, columns.fingerprint, columns.found).where(
            columns.playable == str(key)
        )
        rows = (await self._connection.execute(statement)).all()
        return {
            row.step: KeptStep(fingerprint=row.fingerprint, found=bytes(row.found)) for row in rows
        }

    async def keep_step(self, key: PlayableKey, step: str, kept: KeptStep) -> None:
        """Keep what a step found, over what it found before."""
        values = {"playable": str(key), "step": step, **values_of(kept)}
        await upsert(self._connection, processing_steps, values, keys=("playable", "step"))

    async def forget_steps(self, key: PlayableKey) -> None:
        """Forget what the steps found: the whole is finished, or is begun anew."""
        of_it = processing_steps.c.playable == str(key)
        await self._connection.execute(delete(processing_steps).where(of_it))
