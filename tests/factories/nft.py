"""Records of the nft domain for tests."""

from typing import Any

from domain.ids import ArtistId, TrackId, UserId
from domain.nft.records import MintableTrack

ALICE = "0x00000000000000000000000000000000000A11cE"
BOB = "0x0000000000000000000000000000000000000B0b"


def a_track(number: int = 1, **changes: Any) -> MintableTrack:
    """A public track of Anna's."""
    values: dict[str, Any] = {
        "track_id": TrackId(f"track-{number}"),
        "artist_id": ArtistId("artist-1"),
        "owner_id": UserId("anna"),
        "title": f"Song {number}",
        "state": "READY",
        "is_public": True,
        "duration_ms": 183_000,
        "version": 1,
    }
    return MintableTrack(**(values | changes))
