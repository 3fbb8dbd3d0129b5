"""make the teams of artists."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0009"
down_revision = "media_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "artist_members",
        sa.Column("artist_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("added_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["artists.id"], name=op.f("fk_artist_members_artist_id")
        ),
        sa.PrimaryKeyConstraint("artist_id", "user_id", name=op.f("pk_artist_members")),
    )
    op.create_index(
        "ix_artist_members_user_id", "artist_members", ["user_id", "artist_id"], unique=False
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_artist_members_user_id", table_name="artist_members")
    op.drop_table("artist_members")
