"""Tables of channels and videos."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from db.tables.media.base import metadata
from db.tables.media.catalogue import AWAITED, PUBLIC, playable_columns
from db.types import Instant, Json

channels = Table(
    "channels",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("image_key", Text),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("uq_channels_handle", "handle", unique=True),
    Index("ix_channels_owner_id_id", "owner_id", "id"),
)
"""The homes of videos; the handle is unique over all of them."""

videos = Table(
    "videos",
    metadata,
    *playable_columns(),
    Column("channel_id", Text, ForeignKey("channels.id"), nullable=False),
    Column("description", Text, nullable=False),
    Column("language", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("frame_rate", Float),
    Column("thumbnail_widths", Json, nullable=False),
    Column("storyboard_key", Text),
    Index("ix_videos_channel_id_id", "channel_id", "id"),
    Index("ix_videos_owner_id_id", "owner_id", "id"),
    Index("ix_videos_owner_id_source_hash", "owner_id", "source_hash"),
    Index("ix_videos_source_key", "source_key"),
    Index(
        "ix_videos_awaited",
        "owner_id",
        sqlite_where=text(AWAITED),
        postgresql_where=text(AWAITED),
    ),
    Index(
        "ix_videos_public",
        "published_at",
        "id",
        sqlite_where=text(PUBLIC),
        postgresql_where=text(PUBLIC),
    ),
)
"""Moving pictures, each on a channel."""

video_files = Table(
    "video_files",
    metadata,
    Column("video_id", Text, ForeignKey("videos.id"), primary_key=True),
    Column("renditions", Json, nullable=False),
    Column("subtitles", Json, nullable=False),
)
"""What the stream of a READY video consists of."""
