"""Tables of share links and of what opening them leaves in hand."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from db.tables.media.base import metadata
from db.types import EnumText, Instant
from domain.media.share_links import SharedKind

share_links = Table(
    "share_links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("kind", EnumText(SharedKind), nullable=False),
    Column("key", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("password_hash", Text),
    Column("uses_max", Integer),
    Column("uses", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Index("ix_share_links_owner_id_id", "owner_id", "id"),
)
"""Links; of their secrets only hashes are kept, and uses are counted under the row's lock."""

share_passes = Table(
    "share_passes",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("link_id", Text, ForeignKey("share_links.id", ondelete="CASCADE"), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_share_passes_link_id", "link_id", "opened_at"),
)
"""Who opened a link reads on with a pass, without counting as another use."""
