"""identify and edit the catalogue: identifiers, versions, territories, plans and deletions."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0004"
down_revision = "media_0003"
branch_labels = None
depends_on = None

IDENTIFIED = {
    "artists": ("music_brainz_id",),
    "albums": ("upc", "music_brainz_id"),
    "tracks": ("isrc", "iswc", "music_brainz_recording_id", "music_brainz_work_id"),
}
"""Columns by which something is found."""
UNIQUE = ("artists", "albums")
"""Where an owner has each identifier once."""
OWNED = ("artists", "albums")
PLANNED = ("albums", "tracks")


def upgrade() -> None:
    """Make the change."""
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    for table, names in IDENTIFIED.items():
        for name in names:
            _index(f"ix_{table}_{name}", table, [name, "id"], f"{name} IS NOT NULL")
            if table in UNIQUE:
                kept = f"{name} IS NOT NULL AND deleted_at IS NULL"
                unique = f"uq_{table}_owner_id_{name}"
                _index(unique, table, ["owner_id", name], kept, is_unique=True)
    for table in OWNED:
        op.create_index(f"ix_{table}_owner_id_id", table, ["owner_id", "id"])
    for table in PLANNED:
        _index(f"ix_{table}_planned", table, ["release_at", "id"], "release_at IS NOT NULL")


def downgrade() -> None:
    """Take it back."""
    for table in PLANNED:
        op.drop_index(f"ix_{table}_planned", table_name=table)
    for table in OWNED:
        op.drop_index(f"ix_{table}_owner_id_id", table_name=table)
    for table, names in IDENTIFIED.items():
        for name in names:
            op.drop_index(f"ix_{table}_{name}", table_name=table)
            if table in UNIQUE:
                op.drop_index(f"uq_{table}_owner_id_{name}", table_name=table)
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)


def _columns() -> dict[str, list[sa.Column[object]]]:
    """New columns by table; those that may not be empty have a value for the rows there are."""
    return {
        "artists": [*_texts("music_brainz_id"), *_instants("deleted_at"), _version()],
        "albums": [
            *_texts("upc", "music_brainz_id"),
            *_instants("release_at", "withdrawn_at", "deleted_at"),
            *_rights(),
            _version(),
        ],
        "tracks": [
            *_texts("iswc", "music_brainz_recording_id", "music_brainz_work_id"),
            *_texts("version_title", "language"),
            *_instants("release_at", "deleted_at"),
            *_rights(),
        ],
    }


def _texts(*names: str) -> Iterable[sa.Column[object]]:
    return (sa.Column(name, sa.Text(), nullable=True) for name in names)


def _instants(*names: str) -> Iterable[sa.Column[object]]:
    return (sa.Column(name, db.types.Instant(), nullable=True) for name in names)


def _rights() -> Iterable[sa.Column[object]]:
    yield sa.Column("is_explicit", sa.Boolean(), server_default=sa.false(), nullable=False)
    yield sa.Column("territories", sa.Text(), server_default="", nullable=False)


def _version() -> sa.Column[object]:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _index(
    name: str, table: str, columns: list[str], where: str, *, is_unique: bool = False
) -> None:
    """An index over some rows only."""
    op.create_index(
        name,
        table,
        columns,
        unique=is_unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
