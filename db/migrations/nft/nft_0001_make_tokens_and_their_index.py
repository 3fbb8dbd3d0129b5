"""make tokens and their index."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "nft_0001"
down_revision = None
branch_labels = ("nft",)
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "chain_cursors",
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("next_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "contract", name=op.f("pk_chain_cursors")),
    )
    op.create_table(
        "chain_senders",
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("next_nonce", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "address", name=op.f("pk_chain_senders")),
    )
    op.create_table(
        "mintable_tracks",
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("track_id", name=op.f("pk_mintable_tracks")),
    )
    op.create_table(
        "token_transfers",
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_hash", sa.Text(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("token_number", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "chain_id", "transaction_hash", "log_index", name=op.f("pk_token_transfers")
        ),
    )
    op.create_index(
        "ix_token_transfers_token",
        "token_transfers",
        ["chain_id", "contract", "token_number", "block_number"],
        unique=False,
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mint_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("receiver", sa.Text(), nullable=True),
        sa.Column("royalty_receiver", sa.Text(), nullable=True),
        sa.Column("royalty_bps", sa.Integer(), nullable=False),
        sa.Column("metadata_cid", sa.Text(), nullable=True),
        sa.Column("chain_id", sa.BigInteger(), nullable=True),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("nonce", sa.BigInteger(), nullable=True),
        sa.Column("transaction_raw", sa.LargeBinary(), nullable=True),
        sa.Column("transaction_hash", sa.Text(), nullable=True),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("token_number", sa.BigInteger(), nullable=True),
        sa.Column("owner_address", sa.Text(), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.Column("final_at", db.types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint(
            "chain_id",
            "contract",
            "token_number",
            name=op.f("uq_tokens_chain_id_contract_token_number"),
        ),
        sa.UniqueConstraint(
            "chain_id", "sender", "nonce", name=op.f("uq_tokens_chain_id_sender_nonce")
        ),
        sa.UniqueConstraint("mint_key", name=op.f("uq_tokens_mint_key")),
    )
    op.create_index("ix_tokens_creator_id", "tokens", ["creator_id", "id"], unique=False)
    op.create_index("ix_tokens_track_id", "tokens", ["track_id", "id"], unique=False)
    op.create_index(
        "ix_tokens_unmined",
        "tokens",
        ["chain_id", "sender", "nonce"],
        unique=False,
        sqlite_where=sa.text("state = 'SENT'"),
        postgresql_where=sa.text("state = 'SENT'"),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index(
        "ix_tokens_unmined",
        table_name="tokens",
        sqlite_where=sa.text("state = 'SENT'"),
        postgresql_where=sa.text("state = 'SENT'"),
    )
    op.drop_index("ix_tokens_track_id", table_name="tokens")
    op.drop_index("ix_tokens_creator_id", table_name="tokens")
    op.drop_table("tokens")
    op.drop_index("ix_token_transfers_token", table_name="token_transfers")
    op.drop_table("token_transfers")
    op.drop_table("mintable_tracks")
    op.drop_table("chain_senders")
    op.drop_table("chain_cursors")
