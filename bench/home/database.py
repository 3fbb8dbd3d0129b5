"""A PostgreSQL database with a catalogue, made for a bench and dropped after it."""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy import Table, insert

from bench.processes import TICKS_PER_SECOND, stat_of
from db.engine import DOMAINS, Databases
from db.migrate import migrate
from db.tables import ai, nft, royalties, social, users
from db.tables.media import catalogue
from domain.media.records import PlayableState
from domain.nft.records import TokenState
from domain.pages import instant_cursor, print_cursor

SERVER = os.environ.get("TUTTI_BENCH_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
NAME = "tutti_bench"
START = datetime(2026, 1, 1, tzinfo=UTC)
TRACKS = 2_000
TRACKS_PER_ALBUM = 10
PEOPLE = 50
COMMENTS_PER_TRACK = 3
NEIGHBOURS = 5


class PostgresBackends:
    """The database's own processes, as something that takes processor time."""

    def cpu_seconds(self) -> float:
        """Of all connections to our database; zero where it runs on another machine."""
        total = 0.0
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and _is_ours(folder):
                fields = stat_of(int(folder.name))
                total += (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND if fields else 0.0
        return total


def _is_ours(folder: Path) -> bool:
    try:
        command = (folder / "cmdline").read_bytes()
    except OSError:
        return False
    return command.startswith(b"postgres:") and f" {NAME} ".encode() in command


def database_url() -> str:
    """Where it is, for asyncpg."""
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{NAME}"))


def sqlalchemy_url() -> str:
    """The same, for SQLAlchemy."""
    return database_url().replace("postgresql://", "postgresql+asyncpg://", 1)


def cursors(count: int) -> list[str]:
    """Places in the list of tracks, each followed by a full page."""
    step = (TRACKS - 2 * TRACKS_PER_ALBUM) // count
    return [_cursor(TRACKS - n * step) for n in range(count)]


def _cursor(number: int) -> str:
    return print_cursor((instant_cursor(_published(number)), track_id(number)))


def track_id(number: int) -> str:
    """The key of a track."""
    return f"track-{number:05d}"


def _published(number: int) -> datetime:
    return START + timedelta(seconds=number)


@asynccontextmanager
async def fresh_database() -> AsyncIterator[None]:
    """The database with all its rows; nothing of it stays.

    Raises:
        OSError: there is no PostgreSQL here.
    """
    await _recreate(is_wanted=True)
    try:
        databases = Databases(dict.fromkeys(DOMAINS, sqlalchemy_url()))
        try:
            await migrate(databases)
            await _fill(databases)
        finally:
            await databases.close()
        yield
    finally:
        await _recreate(is_wanted=False)


async def _recreate(*, is_wanted: bool) -> None:
    connection = await asyncpg.connect(SERVER, timeout=5)
    await connection.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
    if is_wanted:
        await connection.execute(f'CREATE DATABASE "{NAME}"')
    await connection.close()


async def _fill(databases: Databases) -> None:
    for table, rows in _rows():
        async with databases.of("media").engine.begin() as connection:
            await connection.execute(insert(table), list(rows))
    connection = await asyncpg.connect(database_url())
    await connection.execute("ANALYZE")
    await connection.close()


def _rows() -> Iterable[tuple[Table, Iterable[dict[str, Any]]]]:
    numbers, groups = range(TRACKS), range(TRACKS // TRACKS_PER_ALBUM)
    comments = range(TRACKS * COMMENTS_PER_TRACK)
    return (
        (users.users, map(_person, range(PEOPLE))),
        (catalogue.artists, map(_artist, groups)),
        (catalogue.albums, map(_album, groups)),
        (catalogue.tracks, map(_track, numbers)),
        (social.known_playables, map(_known, numbers)),
        (social.playable_stats, map(_stats, numbers)),
        (
            social.artist_stats,
            ({"artist_id": f"artist-{g:05d}", "follower_count": g} for g in groups),
        ),
        (social.comments, map(_comment, comments)),
        (royalties.payees, ({"user_id": f"user-{n:02d}"} for n in range(PEOPLE))),
        (nft.tokens, map(_token, numbers)),
        (ai.ai_playables, map(_ai_playable, numbers)),
        (ai.ai_neighbours, (_neighbour(n, step) for n in numbers for step in range(NEIGHBOURS))),
    )


def _person(n: int) -> dict[str, Any]:
    return {
        "id": f"user-{n:02d}",
        "email": f"user-{n:02d}@tutti.example",
        "username": f"user_{n:02d}",
        "display_name": f"User {n}",
        "password_hash": "none",
        "roles": ["listener"],
        "created_at": START,
    }


def _artist(group: int) -> dict[str, Any]:
    return {
        "id": f"artist-{group:05d}",
        "owner_id": f"user-{group % PEOPLE:02d}",
        "name": f"Artist {group}",
        "name_key": f"artist {group}",
        "released_at": START,
        "created_at": START,
    }


def _album(group: int) -> dict[str, Any]:
    return {
        "id": f"album-{group:05d}",
        "artist_id": f"artist-{group:05d}",
        "owner_id": f"user-{group % PEOPLE:02d}",
        "title": f"Album {group}",
        "title_key": f"album {group}",
        "released_at": START,
        "created_at": START,
    }


def _track(n: int) -> dict[str, Any]:
    group = n % (TRACKS // TRACKS_PER_ALBUM)  # the tracks of a page are of different albums
    return {
        "id": track_id(n),
        "artist_id": f"artist-{group:05d}",
        "album_id": f"album-{group:05d}",
        "owner_id": f"user-{group % PEOPLE:02d}",
        "title": f"Song {n}",
        "duration_ms": 180_000 + n,
        "state": PlayableState.READY,
        "published_at": _published(n),
        "version": 1,
        "created_at": START,
    }


def _known(n: int) -> dict[str, Any]:
    track = _track(n)
    return {
        "playable": f"Track:{track_id(n)}",
        "artist_id": track["artist_id"],
        "owner_id": track["owner_id"],
        "is_public": True,
        "version": 1,
    }


def _stats(n: int) -> dict[str, Any]:
    return {
        "playable": f"Track:{track_id(n)}",
        "like_count": n % 90,
        "comment_count": COMMENTS_PER_TRACK,
    }


def _comment(n: int) -> dict[str, Any]:
    return {
        "id": f"comment-{n:06d}",
        "playable": f"Track:{track_id(n // COMMENTS_PER_TRACK)}",
        "author_id": f"user-{n % PEOPLE:02d}",
        "body": f"Comment {n}: once more from the bridge, please.",
        "created_at": START,
    }


def _token(n: int) -> dict[str, Any]:
    return {
        "id": f"token-{n:05d}",
        "track_id": track_id(n),
        "creator_id": "user-00",
        "state": TokenState.FINAL,
        "mint_key": f"{n:064x}",
        "title": f"Song {n}",
        "artist_id": "artist-00000",
        "royalty_bps": 1_000,
        "chain_id": 1,
        "contract": "0x00000000000000000000000000000000000A11cE",
        "token_number": n + 1,
        "job_id": f"nft.{n}",
        "created_at": START,
        "final_at": START,
    }


def _ai_playable(n: int) -> dict[str, Any]:
    track = _track(n)
    return {
        "playable": f"Track:{track_id(n)}",
        "artist_id": track["artist_id"],
        "owner_id": track["owner_id"],
        "title": track["title"],
        "is_public": True,
        "version": 1,
    }


def _neighbour(n: int, step: int) -> dict[str, Any]:
    return {
        "playable": f"Track:{track_id(n)}",
        "neighbour": f"Track:{track_id((n + 17 * (step + 1)) % TRACKS)}",
        "score": 1 - step / 10,
    }
