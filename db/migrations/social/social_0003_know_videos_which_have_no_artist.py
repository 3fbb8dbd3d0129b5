"""know videos, which have no artist."""

import sqlalchemy as sa
from alembic import op

revision = "social_0003"
down_revision = "social_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("known_playables") as known:
        known.alter_column("artist_id", existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    """Take it back; what is known of videos is told anew by their next change."""
    op.execute("DELETE FROM known_playables WHERE artist_id IS NULL")
    with op.batch_alter_table("known_playables") as known:
        known.alter_column("artist_id", existing_type=sa.Text(), nullable=False)
