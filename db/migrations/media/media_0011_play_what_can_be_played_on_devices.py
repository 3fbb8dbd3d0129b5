"""play what can be played, on devices, with queues whose entries have names."""

import json

import sqlalchemy as sa
from alembic import op

import db.types

revision = "media_0011"
down_revision = "media_0010"
branch_labels = None
depends_on = None

OPEN = sa.text("state <> 'ENDED'")
CONTINUED = sa.text("is_continued")
OLD_KEYS = (
    ("playback_sessions", "pk_playback_sessions"),
    ("plays", "pk_plays"),
    ("plays", "uq_plays_session_id_{}"),
)
KEPT = "id, user_id, state, position_ms, listened_ms, sequence, is_private, started_at, updated_at"
COUNTED = "id, session_id, artist_id, user_id, listened_ms, is_private, played_at"


def upgrade() -> None:
    """Make the change."""
    _set_aside("ix_plays_track_id", unique="track_id")
    _make_sessions()
    _make_plays()
    _make_what_listeners_keep()
    op.execute(
        f"""
        INSERT INTO playback_sessions ({KEPT}, playable, entry_id, start_number, is_counted,
            is_bot, volume, speed_percent, sleeps_after_entry)
        SELECT {KEPT}, 'Track:' || track_id, '~1.0', 1, FALSE, FALSE, 100, 100, FALSE
        FROM old_playback_sessions
        """  # noqa: S608  (constants)
    )
    _keep_queues()
    op.execute(
        f"""
        INSERT INTO plays ({COUNTED}, playable, start_number)
        SELECT {COUNTED}, 'Track:' || track_id,
            -row_number() OVER (PARTITION BY session_id ORDER BY played_at, id)
        FROM old_plays
        """  # noqa: S608  (constants)
    )
    op.execute(
        """
        UPDATE playback_sessions SET is_counted = TRUE WHERE state <> 'ENDED' AND EXISTS (
            SELECT 1 FROM plays WHERE plays.session_id = playback_sessions.id
            AND plays.playable = playback_sessions.playable
        )
        """
    )
    op.drop_table("old_plays")
    op.drop_table("old_playback_sessions")


def downgrade() -> None:
    """Take it back; what is not a track was never played before."""
    op.drop_table("speeds")
    op.drop_table("bookmarks")
    op.drop_table("progress")
    op.drop_table("listens")
    op.drop_table("play_queues")
    op.drop_table("devices")
    op.drop_index("ix_plays_user_id_playable_played_at", table_name="plays")
    _set_aside("ix_plays_playable", unique="start_number")
    _make_old_tables()
    op.execute(
        f"""
        INSERT INTO playback_sessions ({KEPT}, track_id, queue)
        SELECT {KEPT}, substr(playable, 7), '[]' FROM old_playback_sessions
        WHERE playable LIKE 'Track:%'
        """  # noqa: S608  (constants)
    )
    op.execute(
        f"""
        INSERT INTO plays ({COUNTED}, track_id)
        SELECT {COUNTED}, substr(playable, 7) FROM old_plays
        WHERE start_number IN (
            SELECT min(first.start_number) FROM old_plays AS first
            WHERE first.session_id = old_plays.session_id AND first.playable = old_plays.playable
        ) AND session_id IN (SELECT id FROM playback_sessions) AND playable LIKE 'Track:%'
        """  # noqa: S608  (constants)
    )
    op.drop_table("old_plays")
    op.drop_table("old_playback_sessions")


def _set_aside(index: str, *, unique: str) -> None:
    """Give the names of both tables, of their keys and indexes free."""
    op.drop_index(index, table_name="plays")
    op.drop_index("ix_playback_sessions_open", table_name="playback_sessions")
    if op.get_bind().dialect.name == "postgresql":  # there, names of keys are the schema's
        for table, key in OLD_KEYS:
            name = key.format(unique)
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {name} TO old_{name}")
    op.rename_table("plays", "old_plays")
    op.rename_table("playback_sessions", "old_playback_sessions")


def _make_sessions() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("install_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.Column("seen_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("user_id", "install_id", name=op.f("uq_devices_user_id_install_id")),
    )
    op.create_table(
        "playback_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("start_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column("listened_ms", sa.Integer(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("speed_percent", sa.Integer(), nullable=False),
        sa.Column("sleep_at", db.types.Instant(), nullable=True),
        sa.Column("sleeps_after_entry", sa.Boolean(), nullable=False),
        sa.Column("started_at", db.types.Instant(), nullable=False),
        sa.Column("updated_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playback_sessions")),
    )
    _index_open_sessions()
    op.create_table(
        "play_queues",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("upcoming", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.Column("repeat", sa.Text(), nullable=False),
        sa.Column("shuffle_seed", sa.Integer(), nullable=True),
        sa.Column("unshuffled", sa.Text(), nullable=False),
        sa.Column("operations", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["playback_sessions.id"], name=op.f("fk_play_queues_session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_play_queues")),
    )


def _index_open_sessions() -> None:
    op.create_index(
        "ix_playback_sessions_open",
        "playback_sessions",
        ["user_id", "id"],
        unique=False,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _make_plays() -> None:
    op.create_table(
        "plays",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("start_number", sa.Integer(), nullable=False),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("artist_id", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("listened_ms", sa.Integer(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("played_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["playback_sessions.id"], name=op.f("fk_plays_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plays")),
        sa.UniqueConstraint(
            "session_id", "start_number", name=op.f("uq_plays_session_id_start_number")
        ),
    )
    op.create_index(
        "ix_plays_user_id_playable_played_at",
        "plays",
        ["user_id", "playable", "played_at"],
        unique=False,
    )
    op.create_index("ix_plays_playable", "plays", ["playable"], unique=False)
    op.create_table(
        "listens",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("start_number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column("listened_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("ended_at", db.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["playback_sessions.id"], name=op.f("fk_listens_session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "start_number", name=op.f("pk_listens")),
    )
    op.create_index("ix_listens_playable", "listens", ["playable", "ended_at"], unique=False)


def _make_what_listeners_keep() -> None:
    op.create_table(
        "progress",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column("is_completed", sa.Boolean(), nullable=False),
        sa.Column("is_continued", sa.Boolean(), nullable=False),
        sa.Column("updated_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "playable", name=op.f("pk_progress")),
    )
    op.create_index(
        "ix_progress_continued",
        "progress",
        ["user_id", "updated_at", "playable"],
        unique=False,
        sqlite_where=CONTINUED,
        postgresql_where=CONTINUED,
    )
    op.create_table(
        "bookmarks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("playable", sa.Text(), nullable=False),
        sa.Column("operation_id", sa.Text(), nullable=False),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", db.types.Instant(), nullable=False),
        sa.Column("updated_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookmarks")),
        sa.UniqueConstraint(
            "user_id", "operation_id", name=op.f("uq_bookmarks_user_id_operation_id")
        ),
    )
    op.create_index(
        "ix_bookmarks_place",
        "bookmarks",
        ["user_id", "playable", "position_ms", "id"],
        unique=False,
    )
    op.create_table(
        "speeds",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("updated_at", db.types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "subject", name=op.f("pk_speeds")),
    )


def _keep_queues() -> None:
    """What was to come still comes; sessions that have ended need no queue."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(f"SELECT id, queue FROM old_playback_sessions WHERE {OPEN.text}")  # noqa: S608
    ).all()
    entries = {
        key: [[f"~1.{place}", f"Track:{track}", 1] for place, track in enumerate(json.loads(q), 1)]
        for key, q in rows
    }
    adding = sa.text(
        "INSERT INTO play_queues (session_id, upcoming, history, repeat, unshuffled, operations)"
        " VALUES (:session_id, :upcoming, '[]', 'OFF', '[]', '[]')"
    )
    for key, upcoming in entries.items():
        connection.execute(adding, {"session_id": key, "upcoming": json.dumps(upcoming)})


def _make_old_tables() -> None:
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
    _index_open_sessions()
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
