"""Tables of playlists: lists, items, collaborators, invitations, followers, the change log."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from db.tables.media.base import metadata
from db.types import EnumText, Instant, Json
from domain.media.playlists.records import CollaboratorRole, PlaylistChangeKind, PlaylistPrivacy

LISTED = "privacy = 'PUBLIC'"
"""Playlists that anyone's lists hold; spelled the same in the index and in the reads."""


def _of_playlist() -> ForeignKey:
    """Goes with its playlist."""
    return ForeignKey("playlists.id", ondelete="CASCADE")


playlists = Table(
    "playlists",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("cover_playable", Text),
    Column("privacy", EnumText(PlaylistPrivacy), nullable=False),
    Column("is_collaborative", Boolean, nullable=False),
    Column("allows_duplicates", Boolean, nullable=False),
    Column("rules", Json),
    Column("version", Integer, nullable=False),
    Column("order_epoch", Integer, nullable=False),
    Column("item_count", Integer, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("follower_count", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_playlists_owner_id_id", "owner_id", "id"),
    Index(
        "ix_playlists_public",
        "id",
        sqlite_where=text(LISTED),
        postgresql_where=text(LISTED),
    ),
)
"""Playlists; the counts are written under the row's lock, with what they count."""

playlist_items = Table(
    "playlist_items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("playlist_id", Text, _of_playlist(), nullable=False),
    Column("playable", Text, nullable=False),
    Column("order_key", Text, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Index("ix_playlist_items_order", "playlist_id", "order_key", "id"),
    Index("ix_playlist_items_playable", "playlist_id", "playable"),
)
"""What stands in a playlist, in the order of `order_key`."""

playlist_collaborators = Table(
    "playlist_collaborators",
    metadata,
    Column("playlist_id", Text, _of_playlist(), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("role", EnumText(CollaboratorRole), nullable=False),
    Column("joined_at", Instant, nullable=False),
    Index("ix_playlist_collaborators_user_id", "user_id", "playlist_id"),
)
"""Whom the owner let in."""

playlist_invitations = Table(
    "playlist_invitations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("playlist_id", Text, _of_playlist(), nullable=False),
    Column("role", EnumText(CollaboratorRole), nullable=False),
    Column("user_id", Text),
    Column("token_hash", Text, unique=True),
    Column("uses_left", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_playlist_invitations_playlist_id", "playlist_id", "id"),
    Index("ix_playlist_invitations_user_id", "user_id", "id"),
)
"""Offers that are open; one that is used up or taken back is gone."""

playlist_changes = Table(
    "playlist_changes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("playlist_id", Text, _of_playlist(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("kind", EnumText(PlaylistChangeKind), nullable=False),
    Column("playables", Json, nullable=False),
    Column("details", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_playlist_changes_version", "playlist_id", "version", unique=True),
)
"""Who did what and when: one entry for each version of a playlist, the newest ones kept."""

playlist_followers = Table(
    "playlist_followers",
    metadata,
    Column("playlist_id", Text, _of_playlist(), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("followed_at", Instant, nullable=False),
    Index("ix_playlist_followers_user_id", "user_id", "followed_at", "playlist_id"),
)
"""Who keeps which playlist among their own."""
