"""make channels and videos."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0006"
down_revision = "media_0005"
branch_labels = None
depends_on = None

AWAITED = sa.text("state = 'AWAITING_FILE'")
PUBLIC = sa.text("published_at IS NOT NULL AND state = 'READY'")


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "channels",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("image_key", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )
    op.create_index("uq_channels_handle", "channels", ["handle"], unique=True)
    op.create_index("ix_channels_owner_id_id", "channels", ["owner_id", "id"], unique=False)
    op.create_table(
        "videos",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("published_at", db.types.Instant(), nullable=True),
        sa.Column("release_at", db.types.Instant(), nullable=True),
        sa.Column("deleted_at", db.types.Instant(), nullable=True),
        sa.Column("is_explicit", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("territories", sa.Text(), server_default="", nullable=False),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("source_hash", sa.Text(), nullable=True),
        sa.Column("source_bytes", sa.BigInteger(), nullable=True),
        sa.Column("codec", sa.Text(), nullable=True),
        sa.Column("sample_rate", sa.Integer(), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=True),
        sa.Column("bitrate", sa.Integer(), nullable=True),
        sa.Column("loudness_lufs", sa.Float(), nullable=True),
        sa.Column("loudness_range", sa.Float(), nullable=True),
        sa.Column("true_peak_db", sa.Float(), nullable=True),
        sa.Column("waveform", sa.LargeBinary(), nullable=True),
        sa.Column("hls_key", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", db.types.Json(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("frame_rate", sa.Float(), nullable=True),
        sa.Column("thumbnail_widths", db.types.Json(), nullable=False),
        sa.Column("storyboard_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_videos_channel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
    )
    op.create_index("ix_videos_channel_id_id", "videos", ["channel_id", "id"], unique=False)
    op.create_index("ix_videos_owner_id_id", "videos", ["owner_id", "id"], unique=False)
    op.create_index(
        "ix_videos_owner_id_source_hash", "videos", ["owner_id", "source_hash"], unique=False
    )
    op.create_index(
        "ix_videos_awaited",
        "videos",
        ["owner_id"],
        unique=False,
        sqlite_where=AWAITED,
        postgresql_where=AWAITED,
    )
    op.create_index(
        "ix_videos_public",
        "videos",
        ["published_at", "id"],
        unique=False,
        sqlite_where=PUBLIC,
        postgresql_where=PUBLIC,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("videos")
    op.drop_table("channels")
