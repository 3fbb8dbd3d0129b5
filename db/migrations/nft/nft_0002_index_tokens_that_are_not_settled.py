"""index tokens that are not settled, to find those whose minting was given up."""

import sqlalchemy as sa
from alembic import op

revision = "nft_0002"
down_revision = "nft_0001"
branch_labels = None
depends_on = None

UNSETTLED = sa.text("state IN ('PREPARED', 'SENT')")


def upgrade() -> None:
    """Make the change."""
    op.create_index(
        "ix_tokens_unsettled",
        "tokens",
        ["id"],
        unique=False,
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_tokens_unsettled", table_name="tokens")
