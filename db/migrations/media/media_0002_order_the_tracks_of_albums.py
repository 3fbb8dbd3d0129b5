"""order the tracks of albums: a page of one is read in the order of an index."""

from alembic import op

revision = "media_0002"
down_revision = "media_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change; the new index serves all that the old one did."""
    op.execute(
        "CREATE INDEX ix_tracks_place_on_album ON tracks "
        "(album_id, coalesce(disc_number, 0), coalesce(track_number, 0), id)"
    )
    op.drop_index("ix_tracks_album_id_id", table_name="tracks")


def downgrade() -> None:
    """Take it back."""
    op.create_index("ix_tracks_album_id_id", "tracks", ["album_id", "id"], unique=False)
    op.execute("DROP INDEX ix_tracks_place_on_album")
