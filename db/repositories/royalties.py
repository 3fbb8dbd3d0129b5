"""Splits, accruals and the ledger inside a unit of work."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import (
    fetch_records,
    insert_new,
    insert_record,
    lock_record,
    update_record,
    upsert,
    values_of,
)
from db.tables.royalties import (
    accruals,
    ledger_entries,
    payees,
    postings,
    royalty_plays,
    royalty_tracks,
    split_shares,
)
from domain.ids import TrackId, UserId
from domain.royalties.records import (
    Accrual,
    KnownTrack,
    LedgerEntry,
    Play,
    Posting,
    Share,
    Split,
)


class RoyaltiesRepository:
    """Reads for update and writes of the royalties domain."""

    domain: ClassVar[str] = "royalties"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep_track(self, track: KnownTrack) -> None:
        """Take over media's newest word on a track; an older one is ignored."""
        await upsert(
            self._connection,
            royalty_tracks,
            values_of(track),
            keys=["track_id"],
            where=royalty_tracks.c.version < track.version,
        )

    async def keep_payee(self, user_id: UserId) -> None:
        """Know an account that can be paid."""
        await insert_new(self._connection, payees, {"user_id": user_id})

    async def find_track(self, track_id: TrackId) -> KnownTrack | None:
        """Whose a track is."""
        found = await fetch_records(
            self._connection,
            select(royalty_tracks).where(royalty_tracks.c.track_id == track_id),
            KnownTrack,
        )
        return found[0] if found else None

    async def list_unknown_payees(self, ids: Sequence[UserId]) -> list[UserId]:
        """Those of the ids that are no account."""
        statement = select(payees.c.user_id).where(payees.c.user_id.in_(ids))
        known = set((await self._connection.execute(statement)).scalars())
        return [each for each in ids if each not in known]

    async def lock_accrual(self, track_id: TrackId) -> Accrual:
        """A track's running totals, held: one at a time accrues or changes the split."""
        await insert_new(
            self._connection, accruals, {"track_id": track_id, "plays": 0, "accrued": 0}
        )
        found = await lock_record(
            self._connection, select(accruals).where(accruals.c.track_id == track_id), Accrual
        )
        assert found is not None
        return found

    async def save_accrual(self, accrual: Accrual) -> None:
        """Write the running totals."""
        await update_record(self._connection, accruals, accrual, key="track_id")

    async def find_split(self, track_id: TrackId) -> Split | None:
        """The newest split; None while the implicit one holds."""
        newest = select(func.max(split_shares.c.version)).where(split_shares.c.track_id == track_id)
        rows = await self._connection.execute(
            select(split_shares)
            .where(
                split_shares.c.track_id == track_id,
                split_shares.c.version == newest.scalar_subquery(),
            )
            .order_by(split_shares.c.place)
        )
        found = rows.all()
        if not found:
            return None
        shares = tuple(Share(payee_id=r.payee_id, basis_points=r.basis_points) for r in found)
        return Split(track_id=track_id, version=found[0].version, shares=shares)

    async def add_split(self, split: Split) -> None:
        """Add a version."""
        for place, share in enumerate(split.shares):
            await self._connection.execute(
                split_shares.insert().values(
                    track_id=split.track_id,
                    version=split.version,
                    place=place,
                    **values_of(share),
                )
            )

    async def add_play(self, play: Play) -> bool:
        """Keep a play; False when it was kept before."""
        return await insert_new(self._connection, royalty_plays, values_of(play))

    async def credited(self, track_id: TrackId, version: int) -> Mapping[str, int]:
        """What each account got so far under one version of a track's split."""
        rows = await self._connection.execute(
            select(postings.c.account, func.sum(postings.c.amount))
            .join(ledger_entries, ledger_entries.c.id == postings.c.entry_id)
            .where(ledger_entries.c.track_id == track_id, ledger_entries.c.split_version == version)
            .group_by(postings.c.account)
        )
        return {account: int(amount) for account, amount in rows.all()}

    async def add_entry(self, entry: LedgerEntry, lines: Sequence[Posting]) -> None:
        """Post an entry; its lines sum to zero."""
        assert sum(line.amount for line in lines) == 0, lines
        await insert_record(self._connection, ledger_entries, entry)
        for line in lines:
            await insert_record(self._connection, postings, line)

    async def settle_plays(self, track_id: TrackId, entry_id: str) -> int:
        """Say which entry paid a track's waiting plays; how many they were."""
        result = await self._connection.execute(
            update(royalty_plays)
            .where(royalty_plays.c.track_id == track_id, royalty_plays.c.entry_id.is_(None))
            .values(entry_id=entry_id)
        )
        return result.rowcount
