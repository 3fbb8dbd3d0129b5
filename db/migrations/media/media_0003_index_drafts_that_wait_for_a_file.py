"""index drafts that wait for a file, of which a creator has a bounded number."""

import sqlalchemy as sa
from alembic import op

revision = "media_0003"
down_revision = "media_0002"
branch_labels = None
depends_on = None

AWAITED = sa.text("state = 'AWAITING_FILE'")


def upgrade() -> None:
    """Make the change."""
    op.create_index(
        "ix_tracks_awaited",
        "tracks",
        ["owner_id"],
        unique=False,
        sqlite_where=AWAITED,
        postgresql_where=AWAITED,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_tracks_awaited", table_name="tracks")
