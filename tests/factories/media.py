"""Records of the catalogue for tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from db.repositories.media.catalogue import MediaRepository
from domain.ids import AlbumId, ArtistId, TrackId, UserId
from domain.media.records import Album, Artist, PlayableState, Track, new_track
from domain.media.search_text import text_key
from resolvers.context import UseCaseContext

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def an_artist(key: str = "artist-1", **changes: Any) -> Artist:
    """An artist of Anna's, released."""
    name = changes.pop("name", f"The {key}")
    artist = Artist(
        id=ArtistId(key),
        owner_id=UserId("anna"),
        name=name,
        name_key=text_key(name),
        bio="",
        image_key=None,
        released_at=LONG_AGO,
        created_at=LONG_AGO,
    )
    return replace(artist, **changes)


def an_album(key: str = "album-1", **changes: Any) -> Album:
    """A released album of Anna's."""
    title = changes.pop("title", f"Songs of {key}")
    album = Album(
        id=AlbumId(key),
        artist_id=ArtistId("artist-1"),
        owner_id=UserId("anna"),
        title=title,
        title_key=text_key(title),
        release_date="2025-05-01",
        cover_key=f"covers/{key}/0abc.jpg",
        released_at=LONG_AGO,
        created_at=LONG_AGO,
    )
    return replace(album, **changes)


def a_draft(key: str = "track-1", **changes: Any) -> Track:
    """A track of Anna's that waits for its file."""
    draft = new_track(TrackId(key), an_album(), title=f"Song {key}", now=LONG_AGO)
    return replace(draft, file_name=f"{key}.flac", **changes)


def a_track(key: str = "track-1", **changes: Any) -> Track:
    """A public track of Anna's: three minutes, ready and published."""
    ready: dict[str, Any] = {
        "state": PlayableState.READY,
        "published_at": LONG_AGO,
        "duration_ms": 180_000,
        "source_key": f"originals/ab/{key}",
        "source_hash": f"hash-{key}",
        "source_bytes": 1_000,
        "codec": "flac",
        "sample_rate": 44_100,
        "channels": 2,
        "bitrate": 700_000,
        "loudness_lufs": -14.0,
        "loudness_range": 6.5,
        "true_peak_db": -1.0,
        "waveform": bytes([0, 128, 255]),
        "hls_key": f"hls/{key}/hash-{key}/master.m3u8",
    }
    return a_draft(key, **{**ready, **changes})


async def keep(ctx: UseCaseContext, *records: Artist | Album | Track) -> None:
    """Write records, as they are."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        for record in records:
            match record:
                case Artist():
                    await uow.rows.find_or_add_artist(record)
                case Album():
                    await uow.rows.find_or_add_album(record)
                case Track():
                    await uow.rows.add_track(record)
        await uow.commit()


async def keep_tracks(ctx: UseCaseContext, *tracks: Track) -> Sequence[Track]:
    """Write tracks with the artist and album that `a_track` names."""
    await keep(ctx, an_artist(), an_album(), *tracks)
    return tracks


async def keep_catalogue(ctx: UseCaseContext, count: int) -> None:
    """Write so many public tracks, each with an artist and an album of its own."""
    for number in range(count):
        key = f"{number:05d}"
        await keep(
            ctx,
            an_artist(f"artist-{key}"),
            an_album(f"album-{key}", artist_id=f"artist-{key}"),
            a_track(f"track-{key}", artist_id=f"artist-{key}", album_id=f"album-{key}"),
        )
