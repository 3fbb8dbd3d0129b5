"""Tables of the royalties domain."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text

from db.tables.platform import NAMING
from db.types import EnumText, Instant
from domain.royalties.records import EntryKind

metadata = MetaData(naming_convention=NAMING)

royalty_tracks = Table(
    "royalty_tracks",
    metadata,
    Column("track_id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
"""A projection of media's tracks."""

payees = Table("payees", metadata, Column("user_id", Text, primary_key=True))
"""A projection of the accounts that can be paid."""

split_shares = Table(
    "split_shares",
    metadata,
    Column("track_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("payee_id", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("basis_points", Integer, nullable=False),
)
"""Every version of every split; never changed, only added to."""

accruals = Table(
    "accruals",
    metadata,
    Column("track_id", Text, primary_key=True),
    Column("plays", BigInteger, nullable=False),
    Column("accrued", BigInteger, nullable=False),
)
"""Running totals; the row is the lock under which a track accrues."""

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", EnumText(EntryKind), nullable=False),
    Column("track_id", Text, nullable=False),
    Column("split_version", Integer, nullable=False),
    Column("period", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_ledger_entries_period", "period", "track_id"),
    Index("ix_ledger_entries_track_id", "track_id", "split_version"),
)

postings = Table(
    "postings",
    metadata,
    Column("entry_id", Text, ForeignKey("ledger_entries.id"), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Index("ix_postings_account", "account", "entry_id"),
)
"""Double entry: the postings of an entry sum to zero."""

royalty_plays = Table(
    "royalty_plays",
    metadata,
    Column("play_id", Text, primary_key=True),
    Column("track_id", Text, nullable=False),
    Column("played_at", Instant, nullable=False),
    Column("entry_id", Text, ForeignKey("ledger_entries.id")),
    Index("ix_royalty_plays_entry_id", "entry_id"),
    Index("ix_royalty_plays_track_id", "track_id", "entry_id"),
)
"""The sources of every entry; the primary key is what makes a play pay once."""
