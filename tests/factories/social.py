"""Records of the social domain for tests."""

from domain.ids import AlbumId, ArtistId, PlayableKey, PlayableKind, TrackId, UserId
from domain.messages.events import AlbumReleased, TrackChanged


def a_track_change(track: str = "t1", **changes: object) -> TrackChanged:
    """Media's word on a public track."""
    values = {
        "track_id": TrackId(track),
        "artist_id": ArtistId("a1"),
        "album_id": AlbumId("al1"),
        "owner_id": UserId("anna"),
        "title": f"Track {track}",
        "state": "READY",
        "is_public": True,
        "duration_ms": 180_000,
        "source_key": None,
        "version": 1,
    }
    return TrackChanged(**(values | changes))


def a_release(album: str = "al1", artist: str = "a1") -> AlbumReleased:
    """A release of an artist."""
    return AlbumReleased(
        album_id=AlbumId(album),
        artist_id=ArtistId(artist),
        title="First Light",
        artist_name="The Larks",
    )


def track_key(track: str = "t1") -> PlayableKey:
    """The key of a track."""
    return PlayableKey(PlayableKind.TRACK, track)
