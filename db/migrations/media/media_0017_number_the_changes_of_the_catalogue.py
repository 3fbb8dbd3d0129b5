"""number the changes of the catalogue, beginning with what is public now."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0017"
down_revision = "media_0016"
branch_labels = None
depends_on = None

PUBLIC = "published_at IS NOT NULL AND state = 'READY' AND deleted_at IS NULL"
FILL = f"""
INSERT INTO catalog_changes (kind, key, sequence, is_gone, changed_at)
SELECT kind, key, row_number() OVER (ORDER BY at, kind, key), FALSE, at FROM (
    SELECT 'Artist' AS kind, id AS key, released_at AS at FROM artists
    WHERE released_at IS NOT NULL AND deleted_at IS NULL
    UNION ALL
    SELECT 'Album', id, released_at FROM albums
    WHERE released_at IS NOT NULL AND withdrawn_at IS NULL AND deleted_at IS NULL
    UNION ALL
    SELECT 'Track', id, published_at FROM tracks WHERE {PUBLIC}
    UNION ALL
    SELECT 'Channel', id, created_at FROM channels
    UNION ALL
    SELECT 'Video', id, published_at FROM videos WHERE {PUBLIC}
) AS public_things
"""  # noqa: S608  (constants of ours)


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "catalog_changes",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("changed_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_catalog_changes")),
    )
    op.create_index("ix_catalog_changes_sequence", "catalog_changes", ["sequence"], unique=True)
    op.execute(FILL)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_catalog_changes_sequence", table_name="catalog_changes")
    op.drop_table("catalog_changes")
