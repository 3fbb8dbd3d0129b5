"""sort and credit what there is."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0020"
down_revision = "media_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "categories",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("name_key", name=op.f("uq_categories_name_key")),
    )
    op.create_table(
        "genres",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("merged_into_id", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", db.types.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["genres.id"], name=op.f("fk_genres_merged_into_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["genres.id"], name=op.f("fk_genres_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_genres")),
        sa.UniqueConstraint("name_key", name=op.f("uq_genres_name_key")),
    )
    op.create_index("ix_genres_merged_into_id", "genres", ["merged_into_id"], unique=False)
    op.create_index("ix_genres_state", "genres", ["state", "name_key"], unique=False)
    op.create_table(
        "playable_tags",
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("playable", "tag", name=op.f("pk_playable_tags")),
    )
    op.create_index("ix_playable_tags_tag", "playable_tags", ["tag", "playable"], unique=False)
    op.create_table(
        "contributors",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=True),
        sa.Column("instrument", sa.Text(), nullable=True),
        sa.Column("ipi", sa.Text(), nullable=True),
        sa.Column("isni", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["artists.id"], name=op.f("fk_contributors_artist_id")
        ),
        sa.PrimaryKeyConstraint("subject", "place", name=op.f("pk_contributors")),
    )
    op.create_table(
        "playable_categories",
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_playable_categories_category_id")
        ),
        sa.PrimaryKeyConstraint("playable", "category_id", name=op.f("pk_playable_categories")),
    )
    op.create_index(
        "ix_playable_categories_category_id",
        "playable_categories",
        ["category_id", "playable"],
        unique=False,
    )
    op.add_column("tracks", sa.Column("tags", db.types.Json(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("tracks", "tags")
    op.drop_index("ix_playable_categories_category_id", table_name="playable_categories")
    op.drop_table("playable_categories")
    op.drop_table("contributors")
    op.drop_index("ix_playable_tags_tag", table_name="playable_tags")
    op.drop_table("playable_tags")
    op.drop_index("ix_genres_state", table_name="genres")
    op.drop_index("ix_genres_merged_into_id", table_name="genres")
    op.drop_table("genres")
    op.drop_table("categories")
