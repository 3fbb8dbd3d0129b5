"""take files in by parts, reserve room for them, and note what they are."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0012"
down_revision = "media_0011"
branch_labels = None
depends_on = None

RESERVED = sa.text("state IN ('OPEN', 'ARRIVED')")


def upgrade() -> None:
    """Make the change."""
    for table in ("tracks", "videos"):
        op.add_column(table, sa.Column("source_type", sa.Text(), nullable=True))
    op.create_table(
        "file_uploads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("allow_duplicate", sa.Boolean(), nullable=False),
        sa.Column("session", sa.Text(), nullable=True),
        sa.Column("length_bytes", sa.BigInteger(), nullable=True),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("leased_until", db.types.Instant(), nullable=True),
        sa.Column("direct_key", sa.Text(), nullable=True),
        sa.Column("direct_id", sa.Text(), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.Column("expires_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_uploads")),
        sa.UniqueConstraint("playable", name=op.f("uq_file_uploads_playable")),
    )
    op.create_index(
        "ix_file_uploads_reserved",
        "file_uploads",
        ["owner_id", "state", "expires_at", "size_bytes"],
        unique=False,
        sqlite_where=RESERVED,
        postgresql_where=RESERVED,
    )
    op.create_index("ix_file_uploads_expires_at", "file_uploads", ["expires_at"], unique=False)
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start_bytes", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["file_uploads.id"],
            name=op.f("fk_upload_parts_upload_id_file_uploads"),
        ),
        sa.PrimaryKeyConstraint("upload_id", "number", name=op.f("pk_upload_parts")),
    )
    op.create_table(
        "storage_accounts",
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("limit_bytes", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_storage_accounts")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("storage_accounts")
    op.drop_table("upload_parts")
    op.drop_index("ix_file_uploads_expires_at", table_name="file_uploads")
    op.drop_index("ix_file_uploads_reserved", table_name="file_uploads")
    op.drop_table("file_uploads")
    for table in ("videos", "tracks"):
        op.drop_column(table, "source_type")
