"""XSPF, the XML Shareable Playlist Format (https://www.xspf.org/spec), version 1."""

from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from domain.media.playlist_files.records import (
    FILE_CHARS_MAX,
    ListedPlaylist,
    ListedTrack,
    checked_list,
    listed,
    require_size,
)
from domain.media.xml_reading import read_xml
from errors import BadInput

XSPF = "http://xspf.org/ns/0/"


def parse_xspf(text: str) -> ListedPlaylist:
    """Read XSPF; raises BadInput, TooLarge."""
    require_size(text)
    root = read_xml(text, field="text", chars_max=FILE_CHARS_MAX)
    if root.tag != _named("playlist"):
        raise BadInput("This is no XSPF: its root is not playlist.", field="text")
    entries = root.iterfind(f"{_named('trackList')}/{_named('track')}")
    return checked_list(_text(root, "title"), map(_entry, entries))


def print_xspf(playlist: ListedPlaylist) -> str:
    """As XSPF."""
    tracks = "".join(_print_track(track) for track in playlist.tracks)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<playlist version="1" xmlns="{XSPF}">\n{_element("title", playlist.title)}'
        f"<trackList>\n{tracks}</trackList>\n</playlist>\n"
    )


def _named(name: str) -> str:
    return f"{{{XSPF}}}{name}"


def _text(element: Element, name: str) -> str:
    return element.findtext(_named(name), "")


def _entry(element: Element) -> ListedTrack:
    uris = [
        (each.text or "").strip()
        for each in element
        if each.tag in {_named("identifier"), _named("location")}
    ]
    return listed(
        title=_text(element, "title"),
        creator=_text(element, "creator"),
        album=_text(element, "album"),
        duration_ms=_text(element, "duration").strip(),
        identifiers=uris,
    )


def _print_track(track: ListedTrack) -> str:
    parts = [_element("identifier", each) for each in track.identifiers]
    parts += [_element(name, getattr(track, name)) for name in ("title", "creator", "album")]
    if track.duration_ms is not None:
        parts.append(_element("duration", str(track.duration_ms)))
    return f"<track>\n{''.join(parts)}</track>\n"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n" if text else ""
