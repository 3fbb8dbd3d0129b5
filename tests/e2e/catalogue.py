"""A catalogue of any size, written straight into the tables of all six domains."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from db.engine import Databases
from db.rows import values_of
from db.tables import ai, nft, royalties, social, users
from db.tables.media import catalogue
from domain.ids import AlbumId, ArtistId, TrackId, UserId
from domain.nft.records import TokenState
from schema.ids import print_id
from tests.factories.media import a_track, an_album, an_artist

START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS_AT_ONCE = 500
TRACKS_PER_ALBUM = 10
NEIGHBOURS = 4
PEOPLE = 20


def track_id(number: int) -> TrackId:
    return TrackId(f"track-{number:05d}")


def global_track_id(number: int) -> str:
    """The id by which clients know a track of the catalogue."""
    return print_id("Track", track_id(number))


async def write_people(databases: Databases) -> None:
    """The catalogue's owners and commentators; `write_catalogue` needs them."""
    people = [_person(number) for number in range(PEOPLE)]
    await _write(databases, "users", users.users, people)
    await _write(databases, "royalties", royalties.payees, [{"user_id": p["id"]} for p in people])


async def write_catalogue(databases: Databases, numbers: range) -> None:
    """Public tracks, ten on an album; each has a comment, likes, a token and neighbours.

    Give whole albums: a range from and to multiples of ten.
    """
    await _write_media(databases, numbers)
    await _write_social(databases, numbers)
    await _write(databases, "royalties", royalties.royalty_tracks, map(_royalty_track, numbers))
    await _write(databases, "nft", nft.mintable_tracks, map(_mintable, numbers))
    await _write(databases, "nft", nft.tokens, map(_token, numbers))
    await _write(databases, "ai", ai.ai_playables, map(_ai_playable, numbers))
    near = (
        _neighbour(number, step, numbers) for number in numbers for step in range(1, NEIGHBOURS)
    )
    await _write(databases, "ai", ai.ai_neighbours, near)


async def _write_media(databases: Databases, numbers: range) -> None:
    groups = range(numbers.start // TRACKS_PER_ALBUM, numbers.stop // TRACKS_PER_ALBUM)
    owners = {group: UserId(f"user-{group % PEOPLE:02d}") for group in groups}
    artists = [an_artist(f"artist-{g:05d}", owner_id=owners[g]) for g in groups]
    albums = [
        an_album(f"album-{g:05d}", artist_id=ArtistId(f"artist-{g:05d}"), owner_id=owners[g])
        for g in groups
    ]
    tracks = (
        a_track(
            track_id(number),
            artist_id=ArtistId(f"artist-{number // TRACKS_PER_ALBUM:05d}"),
            album_id=AlbumId(f"album-{number // TRACKS_PER_ALBUM:05d}"),
            owner_id=owners[number // TRACKS_PER_ALBUM],
            published_at=START + timedelta(seconds=number),
        )
        for number in numbers
    )
    await _write(databases, "media", catalogue.artists, map(values_of, artists))
    await _write(databases, "media", catalogue.albums, map(values_of, albums))
    await _write(databases, "media", catalogue.tracks, map(values_of, tracks))


async def _write_social(databases: Databases, numbers: range) -> None:
    playables = [f"Track:{track_id(number)}" for number in numbers]
    known = [
        {
            "playable": key,
            "artist_id": f"artist-{number // TRACKS_PER_ALBUM:05d}",
            "owner_id": f"user-{number // TRACKS_PER_ALBUM % PEOPLE:02d}",
            "is_public": True,
            "version": 1,
        }
        for number, key in zip(numbers, playables, strict=True)
    ]
    stats = [{"playable": key, "like_count": 7, "comment_count": 1} for key in playables]
    comments = [
        {
            "id": f"0000-comment-{number:05d}",
            "playable": key,
            "author_id": f"user-{number % PEOPLE:02d}",
            "body": f"Comment {number}",
            "created_at": START,
            "edited_at": None,
            "deleted_at": None,
        }
        for number, key in zip(numbers, playables, strict=True)
    ]
    artists = {row["artist_id"] for row in known}
    followers = [{"artist_id": key, "follower_count": 3} for key in sorted(artists)]
    await _write(databases, "social", social.known_playables, known)
    await _write(databases, "social", social.playable_stats, stats)
    await _write(databases, "social", social.artist_stats, followers)
    await _write(databases, "social", social.comments, comments)


def _person(number: int) -> dict[str, Any]:
    return {
        "id": f"user-{number:02d}",
        "email": f"user-{number:02d}@tutti.example",
        "username": f"user-{number:02d}",
        "display_name": f"User {number}",
        "bio": "",
        "password_hash": "plain:none",
        "roles": ["listener"],
        "created_at": START,
    }


def _royalty_track(number: int) -> dict[str, Any]:
    return {"track_id": track_id(number), "owner_id": "user-00", "version": 1}


def _mintable(number: int) -> dict[str, Any]:
    return {
        "track_id": track_id(number),
        "artist_id": "artist-00000",
        "owner_id": "user-00",
        "title": f"Song {number}",
        "state": "READY",
        "is_public": True,
        "duration_ms": 180_000,
        "version": 1,
    }


def _token(number: int) -> dict[str, Any]:
    nothing = dict.fromkeys(column.name for column in nft.tokens.c)
    return nothing | {
        "id": f"token-{number:05d}",
        "track_id": track_id(number),
        "creator_id": "user-00",
        "state": TokenState.FINAL,
        "mint_key": f"{number:064x}",
        "title": f"Song {number}",
        "artist_id": "artist-00000",
        "duration_ms": 180_000,
        "royalty_bps": 1_000,
        "chain_id": 1,
        "contract": "0x00000000000000000000000000000000000A11cE",
        "token_number": number + 1,
        "job_id": f"nft.{number}",
        "created_at": START,
        "final_at": START,
    }


def _ai_playable(number: int) -> dict[str, Any]:
    return {
        "playable": f"Track:{track_id(number)}",
        "artist_id": f"artist-{number // TRACKS_PER_ALBUM:05d}",
        "owner_id": "user-00",
        "title": f"Song {number}",
        "is_public": True,
        "version": 1,
        "listener_count": number,
        "like_count": 0,
        "popularity": number,
    }


def _neighbour(number: int, step: int, numbers: range) -> dict[str, Any]:
    return {
        "playable": f"Track:{track_id(number)}",
        "neighbour": f"Track:{track_id(numbers[(number - numbers.start + step) % len(numbers)])}",
        "score": 1 - step / 10,
    }


async def _write(databases: Databases, domain: str, table: Table, rows: Any) -> None:
    async with databases.of(domain).engine.begin() as connection:
        for slice_of_rows in _slices(rows):
            await connection.execute(insert(table), slice_of_rows)


def _slices(rows: Any) -> Iterator[Sequence[dict[str, Any]]]:
    waiting: list[dict[str, Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == ROWS_AT_ONCE:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
