"""Tables of files on their way in, and of how much accounts may keep."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from db.tables.media.base import metadata
from db.types import EnumText, Instant
from domain.media.upload_records import UploadState

RESERVED = "state IN ('OPEN', 'ARRIVED')"
"""Uploads that room is reserved for; spelled the same in the index and in the sum."""

file_uploads = Table(
    "file_uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("playable", Text, nullable=False, unique=True),
    Column("state", EnumText(UploadState), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("allow_duplicate", Boolean, nullable=False),
    Column("session", Text),
    Column("length_bytes", BigInteger),
    Column("offset_bytes", BigInteger, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("lease", Text),
    Column("leased_until", Instant),
    Column("direct_key", Text),
    Column("direct_id", Text),
    Column("failure_code", Text),
    Column("failure", Text),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(
        "ix_file_uploads_reserved",
        "owner_id",
        "state",
        "expires_at",
        "size_bytes",
        sqlite_where=text(RESERVED),
        postgresql_where=text(RESERVED),
    ),
    Index("ix_file_uploads_expires_at", "expires_at"),
)
"""Files that are waited for: one for each thing to be played."""

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("upload_id", Text, ForeignKey("file_uploads.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("start_bytes", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
"""The pieces that are kept of them."""

storage_accounts = Table(
    "storage_accounts",
    metadata,
    Column("owner_id", Text, primary_key=True),
    Column("limit_bytes", BigInteger),
)
"""How much each account may keep; its row is held while room is given out."""
