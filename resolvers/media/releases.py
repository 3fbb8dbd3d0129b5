"""What every change of something playable brings with it, in the same commit."""

from dataclasses import replace
from typing import Final

from domain.clock import Clock
from domain.media.records import Album, Artist, Playable, Track
from domain.media.videos import Video
from domain.messages.events import AlbumChanged, AlbumReleased, ArtistChanged, TrackChanged
from errors import Conflict
from resolvers.media.feed import note_change
from resolvers.media.video_releases import save_video
from resolvers.media.work import MediaWork as MediaWork

DELETED: Final = "DELETED"
"""The state that other domains are told of a deleted track."""


async def add_track(uow: MediaWork, track: Track, clock: Clock) -> Track:
    """Add a new track and tell the other domains of it.

    Raises:
        Conflict: its album or artist was deleted in the same moment.
    """
    album = await uow.rows.get_album(track.album_id)
    artist = await uow.rows.get_artist(track.artist_id)
    if album.deleted_at is not None or artist.deleted_at is not None:
        raise Conflict("Its album or artist was deleted just now; try again.")
    await uow.rows.add_track(track)
    await _tell(uow, track, clock)
    return track


async def save_track(uow: MediaWork, track: Track, clock: Clock) -> Track:
    """Write a changed track with its next version and tell the other domains of it.

    The first public track of an album releases the album (once in its life), and the
    artist's first release shows the artist.
    """
    changed = replace(track, version=track.version + 1)
    await uow.rows.save_track(changed)
    await _tell(uow, changed, clock)
    return changed


async def save_playable(uow: MediaWork, playable: Playable, clock: Clock) -> Playable:
    """Write a changed record of any kind with its next version, and tell of it."""
    match playable:
        case Track():
            return await save_track(uow, playable, clock)
        case Video():
            return await save_video(uow, playable)
    raise AssertionError(f"nobody saves a {playable.kind}")


async def add_artist(uow: MediaWork, artist: Artist) -> Artist:
    """Add the artist, or find the owner's one of this name; a new one is told of."""
    kept = await uow.rows.find_or_add_artist(artist)
    if kept.id == artist.id:
        await _tell_of_artist(uow, artist)
    return kept


async def add_album(uow: MediaWork, album: Album) -> Album:
    """Add the album, or find the artist's one of this title; a new one is told of."""
    kept = await uow.rows.find_or_add_album(album)
    if kept.id == album.id:
        await _tell_of_album(uow, album)
    return kept


async def save_artist(uow: MediaWork, artist: Artist) -> Artist:
    """Write a changed artist with the next version and tell the other domains of it."""
    changed = replace(artist, version=artist.version + 1)
    await uow.rows.save_artist(changed)
    await _tell_of_artist(uow, changed)
    return changed


async def save_album(uow: MediaWork, album: Album) -> Album:
    """Write a changed album with its next version and tell the other domains of it."""
    changed = replace(album, version=album.version + 1)
    await uow.rows.save_album(changed)
    await _tell_of_album(uow, changed)
    return changed


async def _tell_of_artist(uow: MediaWork, artist: Artist) -> None:
    note_change(uow, "Artist", artist.id, is_public=artist.is_public)
    await uow.publish(
        ArtistChanged(
            artist_id=artist.id,
            owner_id=artist.owner_id,
            artist_name=artist.name,
            is_public=artist.is_public,
            is_deleted=artist.deleted_at is not None,
            version=artist.version,
        )
    )


async def _tell_of_album(uow: MediaWork, album: Album) -> None:
    note_change(uow, "Album", album.id, is_public=album.is_public)
    await uow.publish(
        AlbumChanged(
            album_id=album.id,
            artist_id=album.artist_id,
            owner_id=album.owner_id,
            title=album.title,
            is_public=album.is_public,
            is_deleted=album.deleted_at is not None,
            version=album.version,
        )
    )


async def _tell(uow: MediaWork, track: Track, clock: Clock) -> None:
    note_change(uow, "Track", track.id, is_public=track.is_public)
    await uow.publish(
        TrackChanged(
            track_id=track.id,
            artist_id=track.artist_id,
            album_id=track.album_id,
            owner_id=track.owner_id,
            title=track.title,
            state=track.state.value if track.deleted_at is None else DELETED,
            is_public=track.is_public,
            duration_ms=track.duration_ms,
            source_key=track.source_key,
            version=track.version,
        )
    )
    if track.is_public:
        await _release(uow, track, clock)


async def _release(uow: MediaWork, track: Track, clock: Clock) -> None:
    """Show the artists of a public track, and release its album if it is the first on it.

    The track's artist need not be the album's, as on a compilation.
    """
    now = clock.now()
    album = await uow.rows.get_album(track.album_id)
    artists = {}
    for artist_id in sorted({album.artist_id, track.artist_id}):
        artist = artists[artist_id] = await uow.rows.get_artist(artist_id)
        if artist.released_at is None:
            await save_artist(uow, replace(artist, released_at=now))
    if album.is_public:
        return
    released_at = album.released_at or now
    await save_album(uow, replace(album, released_at=released_at, withdrawn_at=None))
    if album.released_at is not None:
        return
    await uow.publish(
        AlbumReleased(
            album_id=album.id,
            artist_id=album.artist_id,
            title=album.title,
            artist_name=artists[album.artist_id].name,
        )
    )
