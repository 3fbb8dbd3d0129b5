"""find recordings that sound alike."""

import sqlalchemy as sa
from alembic import op

revision = "media_0016"
down_revision = "media_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "fingerprints",
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("playable", name=op.f("pk_fingerprints")),
    )
    op.create_table(
        "fingerprint_words",
        sa.Column("word", sa.Integer(), nullable=False),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", "playable", name=op.f("pk_fingerprint_words")),
    )
    op.create_index(
        "ix_fingerprint_words_playable", "fingerprint_words", ["playable"], unique=False
    )
    op.create_table(
        "playable_matches",
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("playable", "other", name=op.f("pk_playable_matches")),
    )
    op.create_index("ix_playable_matches_other", "playable_matches", ["other"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_playable_matches_other", table_name="playable_matches")
    op.drop_table("playable_matches")
    op.drop_index("ix_fingerprint_words_playable", table_name="fingerprint_words")
    op.drop_table("fingerprint_words")
    op.drop_table("fingerprints")
