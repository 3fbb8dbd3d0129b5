"""What every change of something playable brings with it, in the same commit."""

from dataclasses import replace

from domain.clock import Clock
from domain.media.records import Playable, Track
from domain.media.videos import Video
from domain.messages.events import AlbumReleased, TrackChanged
from resolvers.media.video_releases import save_video
from resolvers.media.work import MediaWork as MediaWork


async def add_track(uow: MediaWork, track: Track, clock: Clock) -> Track:
    """Add a new track and tell the other domains of it."""
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


async def _tell(uow: MediaWork, track: Track, clock: Clock) -> None:
    await uow.publish(
        TrackChanged(
            track_id=track.id,
            artist_id=track.artist_id,
            album_id=track.album_id,
            owner_id=track.owner_id,
            title=track.title,
            state=track.state.value,
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
            await uow.rows.save_artist(replace(artist, released_at=now))
    if album.released_at is not None:
        return
    await uow.rows.save_album(replace(album, released_at=now))
    await uow.publish(
        AlbumReleased(
            album_id=album.id,
            artist_id=album.artist_id,
            title=album.title,
            artist_name=artists[album.artist_id].name,
        )
    )
