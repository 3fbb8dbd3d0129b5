"""Whose a new track is, and which album it is on: found by name, or made."""

from domain.clock import Clock
from domain.ids import AlbumId, ArtistId, TrackId, UserId, new_id
from domain.media.records import Album, Artist
from domain.media.search_text import album_key, text_key
from resolvers.media.releases import MediaWork, add_album, add_artist


async def find_or_add_artist(
    uow: MediaWork, name: str, *, owner_id: UserId, clock: Clock
) -> Artist:
    """The owner's artist of this name."""
    return await add_artist(
        uow,
        Artist(
            id=ArtistId(new_id()),
            owner_id=owner_id,
            name=name,
            name_key=text_key(name),
            bio="",
            image_key=None,
            released_at=None,
            created_at=clock.now(),
        ),
    )


async def find_or_add_album(
    uow: MediaWork,
    artist: Artist,
    album_title: str | None,
    *,
    track_id: TrackId,
    track_title: str,
    year: int | None,
    clock: Clock,
) -> Album:
    """The artist's album of this title; without one the track is a single of its own."""
    return await add_album(
        uow,
        Album(
            id=AlbumId(new_id()),
            artist_id=artist.id,
            owner_id=artist.owner_id,
            title=album_title or track_title,
            title_key=album_key(album_title, track_id),
            release_date=None if year is None else str(year),
            cover_key=None,
            released_at=None,
            created_at=clock.now(),
        ),
    )
