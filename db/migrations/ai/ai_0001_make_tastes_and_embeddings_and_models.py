"""make tastes and embeddings and models."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "ai_0001"
down_revision = None
branch_labels = ("ai",)
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "ai_behaviours",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_behaviours")),
    )
    op.create_index("ix_ai_behaviours_at", "ai_behaviours", ["at"], unique=False)
    op.create_table(
        "ai_embeddings",
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("farthest", sa.Double(), nullable=False),
        sa.Column("tempo_bpm", sa.Double(), nullable=True),
        sa.Column("musical_key", sa.Text(), nullable=True),
        sa.Column("heard_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("playable", name=op.f("pk_ai_embeddings")),
    )
    op.create_table(
        "ai_models",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("trained_at", db.types.Instant(), nullable=False),
        sa.Column("card", db.types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_ai_models")),
    )
    op.create_index("ix_ai_models_trained_at", "ai_models", ["trained_at"], unique=False)
    op.create_table(
        "ai_neighbours",
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("neighbour", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("playable", "neighbour", name=op.f("pk_ai_neighbours")),
    )
    op.create_index("ix_ai_neighbours_neighbour", "ai_neighbours", ["neighbour"], unique=False)
    op.create_index("ix_ai_neighbours_score", "ai_neighbours", ["playable", "score"], unique=False)
    op.create_table(
        "ai_playables",
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("listener_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("like_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("popularity", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("playable", name=op.f("pk_ai_playables")),
    )
    op.create_index(
        "ix_ai_playables_popularity",
        "ai_playables",
        ["is_public", "popularity", "playable"],
        unique=False,
    )
    op.create_table(
        "ai_tastes",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("play_count", sa.Integer(), nullable=False),
        sa.Column("is_liked", sa.Boolean(), nullable=False),
        sa.Column("reaction_at", db.types.Instant(), nullable=True),
        sa.Column("last_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "playable", name=op.f("pk_ai_tastes")),
    )
    op.create_index("ix_ai_tastes_last_at", "ai_tastes", ["user_id", "last_at"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_ai_tastes_last_at", table_name="ai_tastes")
    op.drop_table("ai_tastes")
    op.drop_index("ix_ai_playables_popularity", table_name="ai_playables")
    op.drop_table("ai_playables")
    op.drop_index("ix_ai_neighbours_score", table_name="ai_neighbours")
    op.drop_index("ix_ai_neighbours_neighbour", table_name="ai_neighbours")
    op.drop_table("ai_neighbours")
    op.drop_index("ix_ai_models_trained_at", table_name="ai_models")
    op.drop_table("ai_models")
    op.drop_table("ai_embeddings")
    op.drop_index("ix_ai_behaviours_at", table_name="ai_behaviours")
    op.drop_table("ai_behaviours")
