"""make the catalogue and playback."""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0001"
down_revision = None
branch_labels = ("media",)
depends_on = None

POSTGRES_INDEX = """
CREATE INDEX ix_search_entries_words ON search_entries
USING gin (array_to_tsvector(string_to_array(words, ' ')))
"""
"""The words are folded before they come here, so they are the lexemes as they stand."""

SQLITE_INDEX = (
    """
    CREATE VIRTUAL TABLE search_words USING fts5(
        words, content='search_entries', content_rowid='number',
        tokenize='unicode61 remove_diacritics 0', prefix='2 3'
    )
    """,
    """
    CREATE TRIGGER search_entries_added AFTER INSERT ON search_entries BEGIN
        INSERT INTO search_words (rowid, words) VALUES (new.number, new.words);
    END
    """,
    """
    CREATE TRIGGER search_entries_changed AFTER UPDATE OF words ON search_entries
    WHEN old.words <> new.words BEGIN
        INSERT INTO search_words (search_words, rowid, words)
        VALUES ('delete', old.number, old.words);
        INSERT INTO search_words (rowid, words) VALUES (new.number, new.words);
    END
    """,
    """
    CREATE TRIGGER search_entries_removed AFTER DELETE ON search_entries BEGIN
        INSERT INTO search_words (search_words, rowid, words)
        VALUES ('delete', old.number, old.words);
    END
    """,
)
"""The index keeps no copy of the text; triggers hold it to the rows."""


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "artists",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), server_default="", nullable=False),
        sa.Column("image_key", sa.Text(), nullable=True),
        sa.Column("released_at", db.types.Instant(), nullable=True),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artists")),
        sa.UniqueConstraint("owner_id", "name_key", name=op.f("uq_artists_owner_id_name_key")),
    )
    op.create_table(
        "search_entries",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_search_entries_kind_key")),
    )
    op.create_table(
        "albums",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("release_date", sa.Text(), nullable=True),
        sa.Column("cover_key", sa.Text(), nullable=True),
        sa.Column("released_at", db.types.Instant(), nullable=True),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name=op.f("fk_albums_artist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_albums")),
        sa.UniqueConstraint("artist_id", "title_key", name=op.f("uq_albums_artist_id_title_key")),
    )
    op.create_index("ix_albums_artist_id_id", "albums", ["artist_id", "id"], unique=False)
    op.create_table(
        "tracks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=False),
        sa.Column("album_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("track_number", sa.Integer(), nullable=True),
        sa.Column("disc_number", sa.Integer(), nullable=True),
        sa.Column("genre", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("isrc", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("published_at", db.types.Instant(), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("source_hash", sa.Text(), nullable=True),
        sa.Column("source_bytes", sa.BigInteger(), nullable=True),
        sa.Column("codec", sa.Text(), nullable=True),
        sa.Column("sample_rate", sa.Integer(), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=True),
        sa.Column("bitrate", sa.Integer(), nullable=True),
        sa.Column("loudness_lufs", sa.Float(), nullable=True),
        sa.Column("loudness_range", sa.Float(), nullable=True),
        sa.Column("true_peak_db", sa.Float(), nullable=True),
        sa.Column("waveform", sa.LargeBinary(), nullable=True),
        sa.Column("hls_key", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name=op.f("fk_tracks_album_id")),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name=op.f("fk_tracks_artist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks")),
    )
    op.create_index("ix_tracks_album_id_id", "tracks", ["album_id", "id"], unique=False)
    op.create_index("ix_tracks_artist_id_id", "tracks", ["artist_id", "id"], unique=False)
    op.create_index("ix_tracks_owner_id_id", "tracks", ["owner_id", "id"], unique=False)
    op.create_index(
        "ix_tracks_owner_id_source_hash", "tracks", ["owner_id", "source_hash"], unique=False
    )
    op.create_index(
        "ix_tracks_public",
        "tracks",
        ["published_at", "id"],
        unique=False,
        sqlite_where=sa.text("published_at IS NOT NULL AND state = 'READY'"),
        postgresql_where=sa.text("published_at IS NOT NULL AND state = 'READY'"),
    )
    op.create_table(
        "playback_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column("listened_ms", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("queue", db.types.Json(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("started_at", db.types.Instant(), nullable=False),
        sa.Column("updated_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_playback_sessions_track_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playback_sessions")),
    )
    op.create_index(
        "ix_playback_sessions_open",
        "playback_sessions",
        ["user_id", "id"],
        unique=False,
        sqlite_where=sa.text("state <> 'ENDED'"),
        postgresql_where=sa.text("state <> 'ENDED'"),
    )
    op.create_table(
        "plays",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("listened_ms", sa.Integer(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("played_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["playback_sessions.id"], name=op.f("fk_plays_session_id")
        ),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name=op.f("fk_plays_track_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plays")),
        sa.UniqueConstraint("session_id", "track_id", name=op.f("uq_plays_session_id_track_id")),
    )
    op.create_index("ix_plays_track_id", "plays", ["track_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_INDEX)
    else:
        for statement in SQLITE_INDEX:
            op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_search_entries_words", table_name="search_entries")
    else:
        for name in ("added", "changed", "removed"):
            op.execute(f"DROP TRIGGER search_entries_{name}")
        op.execute("DROP TABLE search_words")
    op.drop_index("ix_plays_track_id", table_name="plays")
    op.drop_table("plays")
    op.drop_index(
        "ix_playback_sessions_open",
        table_name="playback_sessions",
        sqlite_where=sa.text("state <> 'ENDED'"),
        postgresql_where=sa.text("state <> 'ENDED'"),
    )
    op.drop_table("playback_sessions")
    op.drop_index(
        "ix_tracks_public",
        table_name="tracks",
        sqlite_where=sa.text("published_at IS NOT NULL AND state = 'READY'"),
        postgresql_where=sa.text("published_at IS NOT NULL AND state = 'READY'"),
    )
    op.drop_index("ix_tracks_owner_id_source_hash", table_name="tracks")
    op.drop_index("ix_tracks_owner_id_id", table_name="tracks")
    op.drop_index("ix_tracks_artist_id_id", table_name="tracks")
    op.drop_index("ix_tracks_album_id_id", table_name="tracks")
    op.drop_table("tracks")
    op.drop_index("ix_albums_artist_id_id", table_name="albums")
    op.drop_table("albums")
    op.drop_table("search_entries")
    op.drop_table("artists")
