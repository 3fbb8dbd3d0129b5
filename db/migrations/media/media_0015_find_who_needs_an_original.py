"""find who needs an original."""

from alembic import op

revision = "media_0015"
down_revision = "media_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_index("ix_tracks_source_key", "tracks", ["source_key"], unique=False)
    op.create_index("ix_videos_source_key", "videos", ["source_key"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_videos_source_key", table_name="videos")
    op.drop_index("ix_tracks_source_key", table_name="tracks")
