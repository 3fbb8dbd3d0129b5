"""Records and messages of the ai domain for tests."""

from datetime import UTC, datetime

import numpy as np

from domain.ids import (
    AlbumId,
    ArtistId,
    PlayableKind,
    PlaybackSessionId,
    PlayId,
    TrackId,
    UserId,
)
from domain.messages.events import PlayableLiked, PlayCounted, TrackChanged

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def a_track_change(track: str = "t1", **changes: object) -> TrackChanged:
    """Media's word on a public track of the studio."""
    values = {
        "track_id": TrackId(track),
        "artist_id": ArtistId("a1"),
        "album_id": AlbumId("al1"),
        "owner_id": UserId("studio"),
        "title": f"Song {track}",
        "state": "READY",
        "is_public": True,
        "duration_ms": 180_000,
        "source_key": f"originals/{track}",
        "version": 1,
    }
    return TrackChanged(**(values | changes))


def a_play(user: str = "ben", track: str = "t1", **changes: object) -> PlayCounted:
    """A counted play; each user and track has its own play id."""
    values = {
        "play_id": PlayId(f"{user}-{track}"),
        "session_id": PlaybackSessionId(f"session-{user}"),
        "track_id": TrackId(track),
        "artist_id": ArtistId("a1"),
        "owner_id": UserId("studio"),
        "user_id": UserId(user),
        "listened_ms": 40_000,
        "played_at": NOON,
        "is_private": False,
    }
    return PlayCounted(**(values | changes))


def a_like(
    user: str = "ben", track: str = "t1", *, is_liked: bool = True, at: datetime = NOON
) -> PlayableLiked:
    """A like, or its end."""
    return PlayableLiked(
        user_id=UserId(user),
        kind=PlayableKind.TRACK,
        playable_id=track,
        is_liked=is_liked,
        at=at,
    )


def a_vector(*values: float) -> bytes:
    """A vector of length one in the stored form."""
    vector = np.array(values, dtype="<f4")
    return (vector / np.linalg.norm(vector)).astype("<f4").tobytes()
