"""score plays and keep feeds."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0018"
down_revision = "media_0017"
branch_labels = None
depends_on = None

PUBLIC = sa.text("published_at IS NOT NULL AND state = 'READY'")


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "play_scores",
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("heat", sa.Float(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=True),
        sa.Column("genre_key", sa.Text(), nullable=True),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("placed_bucket", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("playable", name=op.f("pk_play_scores")),
    )
    op.create_index("ix_play_scores_heat", "play_scores", ["heat"], unique=False)
    op.create_index(
        "ix_play_scores_placed_bucket", "play_scores", ["placed_bucket", "bucket"], unique=False
    )
    op.create_table(
        "play_marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", db.types.Instant(), nullable=False),
        sa.Column("play_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_play_marks")),
    )
    op.create_table(
        "listener_tastes",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("plays_before", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "what", name=op.f("pk_listener_tastes")),
    )
    op.create_table(
        "feed_snapshots",
        sa.Column("snapshot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot", name=op.f("pk_feed_snapshots")),
    )
    op.create_table(
        "feed_places",
        sa.Column("snapshot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=True),
        sa.Column("genre_key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("snapshot", "scope", "place", name=op.f("pk_feed_places")),
    )
    op.create_index("ix_plays_played_at", "plays", ["played_at", "id"], unique=False)
    op.create_index(
        "ix_tracks_public_genre",
        "tracks",
        ["genre", "published_at", "id"],
        unique=False,
        sqlite_where=PUBLIC,
        postgresql_where=PUBLIC,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_tracks_public_genre", table_name="tracks")
    op.drop_index("ix_plays_played_at", table_name="plays")
    for name in ("feed_places", "feed_snapshots", "listener_tastes", "play_marks", "play_scores"):
        op.drop_table(name)
