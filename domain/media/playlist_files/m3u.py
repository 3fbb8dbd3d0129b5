"""Extended M3U in UTF-8.

#EXTM3U
#PLAYLIST:Mornings
#EXTINF:181,The Larks - First Light      seconds, then who and what
#EXTALB:Dawn
#EXTID:isrc:GBAYE0601498                 ours; other readers pass over it
urn:tutti:Track:0198…
"""

import re

from domain.media.playlist_files.records import (
    ListedPlaylist,
    ListedTrack,
    checked_list,
    listed,
    require_size,
)

INFO = re.compile(r"^#EXTINF:\s*(-?\d{1,7}(?:\.\d{1,6})?)[^,]*,(.*)$")
BETWEEN = " - "


def parse_m3u(text: str) -> ListedPlaylist:
    """Read M3U, plain or extended; raises BadInput, TooLarge."""
    require_size(text)
    title, tracks = "", []
    told: dict[str, str] = {}
    identifiers: list[str] = []
    for row in text.removeprefix("\ufeff").splitlines():
        line = row.strip()
        name, _, value = line.partition(":")
        if line.startswith("#"):
            if name == "#PLAYLIST":
                title = value
            elif name == "#EXTID":
                identifiers.append(value)
            elif name in {"#EXTINF", "#EXTALB", "#EXTART"}:
                told[name] = line if name == "#EXTINF" else value
        elif line:
            tracks.append(_entry(line, told, identifiers))
            told, identifiers = {}, []
    return checked_list(title, tracks)


def print_m3u(playlist: ListedPlaylist) -> str:
    """As extended M3U."""
    rows = ["#EXTM3U", f"#PLAYLIST:{playlist.title}"]
    for track in playlist.tracks:
        rows.append(f"#EXTINF:{_seconds(track.duration_ms)},{_name(track)}")
        if track.creator:
            rows.append(f"#EXTART:{track.creator}")
        if track.album:
            rows.append(f"#EXTALB:{track.album}")
        rows += [f"#EXTID:{each}" for each in track.identifiers[1:]]
        rows.append(track.identifiers[0] if track.identifiers else "urn:tutti:unknown")
    return "\n".join(rows) + "\n"


def _entry(location: str, told: dict[str, str], identifiers: list[str]) -> ListedTrack:
    match = INFO.match(told.get("#EXTINF", ""))
    seconds, name = (match[1], match[2].strip()) if match else ("-1", "")
    artist = told.get("#EXTART", "").strip()
    if artist:
        creator, title = artist, name.removeprefix(f"{artist}{BETWEEN}")
    else:
        creator, _, title = name.rpartition(BETWEEN) if BETWEEN in name else ("", "", name)
    return listed(
        title=title,
        creator=creator,
        album=told.get("#EXTALB"),
        duration_ms=round(float(seconds) * 1000),
        identifiers=[location, *identifiers],
    )


def _name(track: ListedTrack) -> str:
    return f"{track.creator}{BETWEEN}{track.title}" if track.creator else track.title


def _seconds(duration_ms: int | None) -> str:
    if duration_ms is None:
        return "-1"
    return f"{duration_ms / 1000:.3f}".rstrip("0").rstrip(".")
