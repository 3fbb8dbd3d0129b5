"""Finding public tracks by what a file of a playlist says of them."""

from dataclasses import dataclass

from sqlalchemy import Select, select, text

from db.read import key_in, query
from db.tables.media.catalogue import PUBLIC, artists, tracks
from domain.ids import TrackId

CANDIDATES_MAX = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A public track that may be meant."""

    id: TrackId
    title: str
    isrc: str | None
    music_brainz_id: str | None
    artist_key: str
    """The artist's name as imports compare it."""


def _candidates() -> Select[tuple[str, ...]]:
    return (
        select(
            tracks.c.id,
            tracks.c.title,
            tracks.c.isrc,
            tracks.c.music_brainz_recording_id.label("music_brainz_id"),
            artists.c.name_key.label("artist_key"),
        )
        .join(artists, artists.c.id == tracks.c.artist_id)
        .where(text(PUBLIC), tracks.c.deleted_at.is_(None))
        .limit(CANDIDATES_MAX)
    )


BY_ISRC = query(_candidates().where(key_in(tracks.c.isrc)), Candidate)
BY_MUSIC_BRAINZ_ID = query(
    _candidates().where(key_in(tracks.c.music_brainz_recording_id)), Candidate
)
BY_ARTIST = query(_candidates().where(key_in(artists.c.name_key)), Candidate)
