"""Tables of the nft domain."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from db.tables.platform import NAMING
from db.types import EnumText, Instant
from domain.nft.records import TokenState

metadata = MetaData(naming_convention=NAMING)

UNMINED = "state = 'SENT'"
"""Spelled the same in index and query, so that the partial index serves."""

UNSETTLED = "state IN ('PREPARED', 'SENT')"
"""The same for tokens whose minting is under way, or was given up."""

mintable_tracks = Table(
    "mintable_tracks",
    metadata,
    Column("track_id", Text, primary_key=True),
    Column("artist_id", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("duration_ms", Integer),
    Column("version", Integer, nullable=False),
)
"""What nft keeps of media's tracks, fed by its events."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("track_id", Text, nullable=False),
    Column("creator_id", Text, nullable=False),
    Column("state", EnumText(TokenState), nullable=False),
    Column("mint_key", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("artist_id", Text, nullable=False),
    Column("duration_ms", Integer),
    Column("receiver", Text),
    Column("royalty_receiver", Text),
    Column("royalty_bps", Integer, nullable=False),
    Column("metadata_cid", Text),
    Column("chain_id", BigInteger),
    Column("contract", Text),
    Column("sender", Text),
    Column("nonce", BigInteger),
    Column("transaction_raw", LargeBinary),
    Column("transaction_hash", Text),
    Column("block_number", BigInteger),
    Column("token_number", BigInteger),
    Column("owner_address", Text),
    Column("failure_code", Text),
    Column("failure", Text),
    Column("job_id", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("final_at", Instant),
    UniqueConstraint("chain_id", "contract", "token_number"),
    UniqueConstraint("chain_id", "sender", "nonce"),
    Index("ix_tokens_track_id", "track_id", "id"),
    Index("ix_tokens_creator_id", "creator_id", "id"),
    Index(
        "ix_tokens_unmined",
        "chain_id",
        "sender",
        "nonce",
        sqlite_where=text(UNMINED),
        postgresql_where=text(UNMINED),
    ),
    Index(
        "ix_tokens_unsettled",
        "id",
        sqlite_where=text(UNSETTLED),
        postgresql_where=text(UNSETTLED),
    ),
)
"""Tokens asked for; a nonce of a minter belongs to one of them at most."""

token_transfers = Table(
    "token_transfers",
    metadata,
    Column("chain_id", BigInteger, primary_key=True),
    Column("transaction_hash", Text, primary_key=True),
    Column("log_index", Integer, primary_key=True),
    Column("contract", Text, nullable=False),
    Column("token_number", BigInteger, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("sender", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Index("ix_token_transfers_token", "chain_id", "contract", "token_number", "block_number"),
)
"""Every transfer the contract logged, once."""

chain_senders = Table(
    "chain_senders",
    metadata,
    Column("chain_id", BigInteger, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("next_nonce", BigInteger, nullable=False),
)
"""The next nonce of each minter; its row is held while a transaction is signed."""

chain_cursors = Table(
    "chain_cursors",
    metadata,
    Column("chain_id", BigInteger, primary_key=True),
    Column("contract", Text, primary_key=True),
    Column("next_block", BigInteger, nullable=False),
)
"""Where the indexer goes on."""
