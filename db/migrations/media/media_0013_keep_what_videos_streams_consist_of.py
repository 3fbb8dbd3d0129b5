"""keep what videos' streams consist of."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0013"
down_revision = "media_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "video_files",
        sa.Column("video_id", sa.Text(), nullable=False),
        sa.Column("renditions", db.types.Json(), nullable=False),
        sa.Column("subtitles", db.types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_video_files_video_id")),
        sa.PrimaryKeyConstraint("video_id", name=op.f("pk_video_files")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("video_files")
