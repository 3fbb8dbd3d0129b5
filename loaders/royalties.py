"""Reads of the royalties domain by key."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Text, bindparam, func, select

from db.read import Read, key_in, query
from db.tables.royalties import (
    ledger_entries,
    postings,
    royalty_plays,
    royalty_tracks,
    split_shares,
)
from domain.ids import TrackId, UserId
from domain.royalties.records import KnownTrack, Play, StatementLine
from loaders.batch import BatchLoader, GroupLoader


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRow:
    """One share of a track's newest split."""

    track_id: TrackId
    version: int
    payee_id: UserId
    place: int
    basis_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The sum of an account."""

    balance: int


class KnownTrackById(BatchLoader[TrackId, KnownTrack]):
    """Track ids to whose they are."""

    query = query(select(royalty_tracks).where(key_in(royalty_tracks.c.track_id)), KnownTrack)
    key_name = "track_id"


_newest = (
    select(split_shares.c.track_id, func.max(split_shares.c.version).label("version"))
    .where(key_in(split_shares.c.track_id))
    .group_by(split_shares.c.track_id)
    .subquery()
)


class SplitRowsByTrackId(GroupLoader[TrackId, SplitRow]):
    """Track ids to the shares of their newest split, in order."""

    query = query(
        select(split_shares)
        .join(
            _newest,
            (_newest.c.track_id == split_shares.c.track_id)
            & (_newest.c.version == split_shares.c.version),
        )
        .order_by(split_shares.c.track_id, split_shares.c.place),
        SplitRow,
    )
    key_name = "track_id"


_plays_of_entry = (
    select(func.count())
    .select_from(royalty_plays)
    .where(royalty_plays.c.entry_id == ledger_entries.c.id)
    .scalar_subquery()
)

STATEMENT_LINES_MAX = 10_000

STATEMENT_LINES = query(
    select(
        ledger_entries.c.track_id,
        func.sum(_plays_of_entry).label("plays"),
        func.sum(postings.c.amount).label("earned"),
    )
    .select_from(postings)
    # Written so that SQLite begins with the account's postings, and not with the whole month.
    .outerjoin(ledger_entries, ledger_entries.c.id == postings.c.entry_id)
    .where(
        postings.c.account == bindparam("account"),
        func.coalesce(ledger_entries.c.period, "") == bindparam("period", type_=Text),
    )
    .group_by(ledger_entries.c.track_id)
    .order_by(func.sum(postings.c.amount).desc(), ledger_entries.c.track_id)
    .limit(STATEMENT_LINES_MAX),
    lambda track_id, plays, earned: StatementLine(
        track_id=track_id, plays=int(plays), earned=int(earned)
    ),
)
PLAYS_OF_LINE = query(
    select(royalty_plays)
    .join(ledger_entries, ledger_entries.c.id == royalty_plays.c.entry_id)
    .join(postings, postings.c.entry_id == ledger_entries.c.id)
    .where(
        postings.c.account == bindparam("account"),
        ledger_entries.c.period == bindparam("period"),
        ledger_entries.c.track_id == bindparam("track_id"),
        royalty_plays.c.play_id > bindparam("after"),
    )
    .order_by(royalty_plays.c.play_id)
    .limit(bindparam("limit")),
    Play,
)
BALANCE_OF_ACCOUNT = query(
    select(func.coalesce(func.sum(postings.c.amount), 0).label("balance")).where(
        postings.c.account == bindparam("account")
    ),
    lambda balance: Balance(balance=int(balance)),
)


class RoyaltiesLoaders:
    """The loaders over royalties' tables."""

    def __init__(self, read: Read) -> None:
        self._read = read

    @cached_property
    def track_by_id(self) -> KnownTrackById:
        """Whose tracks are."""
        return KnownTrackById(self._read)

    @cached_property
    def split_rows_by_track_id(self) -> SplitRowsByTrackId:
        """Newest splits."""
        return SplitRowsByTrackId(self._read)
