"""Tables of the social domain."""

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Table, Text, text

from db.tables.platform import NAMING
from db.types import EnumText, Instant
from domain.social.records import NotificationKind

metadata = MetaData(naming_convention=NAMING)

UNREAD = "read_at IS NULL"
"""Notifications that count; spelled the same in the index and in the count it serves."""

known_playables = Table(
    "known_playables",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("artist_id", Text),
    Column("owner_id", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_known_playables_artist_id", "artist_id"),
)
"""A projection of what media can play; `playable` is `Track:<id>` or `Video:<id>`."""

follows = Table(
    "follows",
    metadata,
    Column("artist_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Index("ix_follows_user_id", "user_id", "created_at", "artist_id"),
)

artist_stats = Table(
    "artist_stats",
    metadata,
    Column("artist_id", Text, primary_key=True),
    Column("follower_count", Integer, nullable=False),
)
"""Counted in the same commit as the follow."""

likes = Table(
    "likes",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Index("ix_likes_user_id", "user_id", "created_at", "playable"),
)

playable_stats = Table(
    "playable_stats",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("like_count", Integer, nullable=False, server_default="0"),
    Column("comment_count", Integer, nullable=False, server_default="0"),
)
"""Counted in the same commit as the like or comment."""

comments = Table(
    "comments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("playable", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("edited_at", Instant),
    Column("deleted_at", Instant),
    Index("ix_comments_playable", "playable", "id"),
)
"""Ids are in the order of their making, so a page is a range of ids."""

notifications = Table(
    "notifications",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("kind", EnumText(NotificationKind), nullable=False),
    Column("artist_id", Text, nullable=False),
    Column("album_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("read_at", Instant),
    Index("uq_notifications_once", "user_id", "kind", "album_id", unique=True),
    Index("ix_notifications_user_id", "user_id", "id"),
    Index(
        "ix_notifications_unread",
        "user_id",
        sqlite_where=text(UNREAD),
        postgresql_where=text(UNREAD),
    ),
)
"""The unique index is what makes each notification arrive exactly once."""
