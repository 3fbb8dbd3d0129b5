"""JSPF: XSPF as JSON (https://www.xspf.org/jspf)."""

from typing import Any

import msgspec
import orjson

from domain.media.playlist_files.records import (
    ListedPlaylist,
    ListedTrack,
    checked_list,
    listed,
    require_size,
)
from errors import BadInput


def parse_jspf(text: str) -> ListedPlaylist:
    """Read JSPF; raises BadInput, TooLarge."""
    require_size(text)
    try:
        found = orjson.loads(text.removeprefix("\ufeff"))  # bounds how deep it goes
    except (orjson.JSONDecodeError, UnicodeError):
        raise BadInput("This is no JSON.", field="text") from None
    playlist = found.get("playlist") if isinstance(found, dict) else None
    tracks = playlist.get("track", []) if isinstance(playlist, dict) else None
    if not isinstance(playlist, dict) or not isinstance(tracks, list):
        raise BadInput("This is no JSPF: it has no playlist with a list of tracks.", field="text")
    entries = [_entry(each) for each in tracks if isinstance(each, dict)]
    return checked_list(str(playlist.get("title") or ""), entries)


def print_jspf(playlist: ListedPlaylist) -> str:
    """As JSPF."""
    tracks = [_track(track) for track in playlist.tracks]
    told = {"playlist": {"title": playlist.title, "track": tracks}}
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode() + "\n"


def _entry(values: dict[str, Any]) -> ListedTrack:
    uris = [*_several(values.get("identifier")), *_several(values.get("location"))]
    return listed(
        title=values.get("title"),
        creator=values.get("creator"),
        album=values.get("album"),
        duration_ms=values.get("duration"),
        identifiers=uris,
    )


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _track(track: ListedTrack) -> dict[str, Any]:
    told = {
        "identifier": list(track.identifiers),
        "title": track.title,
        "creator": track.creator,
        "album": track.album,
        "duration": track.duration_ms,
    }
    return {name: value for name, value in told.items() if value}
