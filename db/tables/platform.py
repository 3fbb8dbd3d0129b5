"""Tables that stand beside a domain's own in every database: jobs, events, answers."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from db.types import Instant

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts by itself only in a column spelled INTEGER."""

UNFINISHED = "state IN ('queued', 'running')"

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("queue", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("dedupe_key", Text),
    Column("owner_id", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("available_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("lease_owner", Text),
    Column("progress", Float, nullable=False, server_default="0"),
    Column("step", Text),
    Column("error_code", Text),
    Column("error", Text),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Index(
        "uq_jobs_dedupe_key",
        "dedupe_key",
        unique=True,
        sqlite_where=text(UNFINISHED),
        postgresql_where=text(UNFINISHED),
    ),
    Index(
        "ix_jobs_waiting",
        "queue",
        "available_at",
        sqlite_where=text(UNFINISHED),
        postgresql_where=text(UNFINISHED),
    ),
    Index("ix_jobs_finished_at", "finished_at"),
)
"""Commands on their way: the truth of every piece of background work.

state: queued → running → done | dead; a running job whose lease ran out may be claimed again.
"""

events = Table(
    "events",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("channel", Text),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("relayed_at", Instant),
    Index(
        "ix_events_unrelayed",
        "sequence",
        sqlite_where=text("relayed_at IS NULL"),
        postgresql_where=text("relayed_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)
"""The outbox and event log: what happened, in the commit that made it happen."""

idempotent_answers = Table(
    "idempotent_answers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("answer", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Index("ix_idempotent_answers_created_at", "created_at"),
)
"""First answers of mutations that came with an Idempotency-Key; null while one runs.

Where a mutation took effect stands `KEY.done` with the run's id, from the same commit.
"""
