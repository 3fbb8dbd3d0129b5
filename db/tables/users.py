"""Tables of the users domain."""

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, Text

from db.tables.platform import NAMING
from db.types import Instant, Json

metadata = MetaData(naming_convention=NAMING)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("username", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("bio", Text, nullable=False, server_default=""),
    Column("password_hash", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
)
"""Accounts; e-mail and username are kept in lower case."""

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("refresh_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Index("ix_sessions_user_id", "user_id"),
)
"""Log-ins; a refresh token is `<session id>.<secret>`, only the newest secret's hash is kept."""
