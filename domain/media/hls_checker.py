"""A strict checker of HLS playlists: it names each fault with the section of RFC 8216 it offends.

A playlist is read line by line into tags and URIs; whole-playlist rules come at the end.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.media import hls_attributes as attributes
from domain.media.hls_attributes import Attributes, BadAttributes

MEDIA_ONLY: Final = frozenset(
    {
        *("EXTINF", "EXT-X-BYTERANGE", "EXT-X-DISCONTINUITY", "EXT-X-KEY", "EXT-X-MAP"),
        *("EXT-X-PROGRAM-DATE-TIME", "EXT-X-DATERANGE", "EXT-X-TARGETDURATION"),
        *("EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-ENDLIST"),
        *("EXT-X-PLAYLIST-TYPE", "EXT-X-I-FRAMES-ONLY"),
    }
)
MASTER_ONLY: Final = frozenset(
    {
        *("EXT-X-MEDIA", "EXT-X-STREAM-INF", "EXT-X-I-FRAME-STREAM-INF"),
        *("EXT-X-SESSION-DATA", "EXT-X-SESSION-KEY"),
    }
)
ONCE: Final[Mapping[str, str]] = {
    "EXTM3U": "4.3.1.1",
    "EXT-X-VERSION": "4.3.1.2",
    "EXT-X-TARGETDURATION": "4.3.3.1",
    "EXT-X-MEDIA-SEQUENCE": "4.3.3.2",
    "EXT-X-DISCONTINUITY-SEQUENCE": "4.3.3.3",
    "EXT-X-ENDLIST": "4.3.3.4",
    "EXT-X-PLAYLIST-TYPE": "4.3.3.5",
    "EXT-X-I-FRAMES-ONLY": "4.3.3.6",
}
INTEGERS: Final = ("EXT-X-VERSION", *(n for n in ONCE if "DURATION" in n or "SEQUENCE" in n))
VERSION_OF: Final[Mapping[str, int]] = {"EXT-X-BYTERANGE": 4, "EXT-X-I-FRAMES-ONLY": 4}
"""The lowest version that may use a tag (section 7); EXTINF and EXT-X-MAP have other rules."""
VERSION_OF_MAP: Final = 6
VERSION_OF_MAP_WITH_I_FRAMES: Final = 5
VERSION_OF_DECIMALS: Final = 3
VERSION_WITHOUT_ALLOW_CACHE: Final = 7

INTEGER: Final = re.compile(r"^[0-9]{1,20}$")
DURATION: Final = re.compile(r"^([0-9]+)(\.[0-9]+)?,(.*)$")
BYTE_RANGE: Final = re.compile(r"^[0-9]+(@[0-9]+)?$")
DATE_TIME: Final = re.compile(
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
FRAGMENT: Final = re.compile(r"\.(?:m4s|mp4|cmfv|cmfa)(?:\?|$)")
LINES_MAX: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a playlist."""

    section: str
    """Of RFC 8216."""
    line: int
    """Counted from 1; 0 for the playlist as a whole."""
    message: str

    def __str__(self) -> str:
        """For people: `line 3: … (RFC 8216, 4.3.3.1)`."""
        return f"line {self.line}: {self.message} (RFC 8216, {self.section})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that means something."""

    number: int
    tag: str | None
    """Without its `#`; None for a URI."""
    value: str


def check_playlist(text: str) -> list[Fault]:
    """All faults of a playlist, in the order of its lines; none for a valid one."""
    lines = list(_lines(text))
    named = {line.tag for line in lines if line.tag}
    faults = [*_text_faults(text), *_head_faults(lines), *_kind_faults(lines)]
    if named & MASTER_ONLY:
        faults += _master_faults(lines)
    else:
        faults += _media_faults(lines)
    return sorted(faults, key=lambda fault: fault.line)


def _lines(text: str) -> Iterator[Line]:
    for number, raw in enumerate(text.split("\n")[:LINES_MAX], start=1):
        line = raw.removesuffix("\r")
        if line.startswith("#EXT"):
            tag, _, value = line[1:].partition(":")
            yield Line(number=number, tag=tag, value=value)
        elif line.strip() and not line.startswith("#"):
            yield Line(number=number, tag=None, value=line)


def _text_faults(text: str) -> Iterator[Fault]:
    if text.startswith("\ufeff"):
        yield Fault(section="4.1", line=1, message="begins with a byte order mark")
    for number, line in enumerate(text.split("\n")[:LINES_MAX], start=1):
        told = line.removesuffix("\r")
        if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in told):
            yield Fault(section="4.1", line=number, message="holds control characters")
        if told.strip() not in ("", told) and not told.startswith("#EXTINF"):
            yield Fault(section="4.1", line=number, message="has space around it")


def _head_faults(lines: list[Line]) -> Iterator[Fault]:
    """What may stand once, and must be a whole number."""
    if not lines or lines[0].tag != "EXTM3U" or lines[0].number != 1:
        yield Fault(section="4.3.1.1", line=1, message="does not begin with EXTM3U")
    seen: Counter[str] = Counter()
    for line in lines:
        if line.tag is None or line.tag not in ONCE:
            continue
        seen[line.tag] += 1
        if seen[line.tag] > 1:
            yield Fault(section=ONCE[line.tag], line=line.number, message=f"{line.tag} comes twice")
        if line.tag in INTEGERS and not INTEGER.match(line.value):
            told = f"{line.tag} is no whole number: {line.value!r}"
            yield Fault(section=ONCE[line.tag], line=line.number, message=told)


def _kind_faults(lines: list[Line]) -> Iterator[Fault]:
    """A playlist is of media or of variants, never of both (4.1)."""
    if not any(line.tag in MASTER_ONLY for line in lines):
        return
    for line in lines:
        if line.tag in MEDIA_ONLY:
            told = f"{line.tag} stands in a playlist of variants"
            yield Fault(section="4.1", line=line.number, message=told)


def _version(lines: list[Line]) -> int:
    """The version that the playlist says; 1 where it says none."""
    told = next((line.value for line in lines if line.tag == "EXT-X-VERSION"), "1")
    return int(told) if INTEGER.match(told) else 1


def _media_faults(lines: list[Line]) -> Iterator[Fault]:
    yield from _target_faults(lines)
    yield from _segment_faults(lines)
    yield from _order_faults(lines)
    yield from _media_tag_faults(lines)
    yield from _version_faults(lines)


def _target_faults(lines: list[Line]) -> Iterator[Fault]:
    """No segment is longer than the target, when rounded (4.3.3.1)."""
    told = next((line.value for line in lines if line.tag == "EXT-X-TARGETDURATION"), None)
    if told is None:
        yield Fault(section="4.3.3.1", line=0, message="has no EXT-X-TARGETDURATION")
        return
    for line in lines:
        match = DURATION.match(line.value) if line.tag == "EXTINF" else None
        if match and INTEGER.match(told):
            seconds = float(match[1] + (match[2] or ""))
            if int(seconds + 0.5) > int(told):
                message = f"lasts {seconds:g} s, longer than the target of {told} s"
                yield Fault(section="4.3.3.1", line=line.number, message=message)


def _segment_faults(lines: list[Line]) -> Iterator[Fault]:
    """Each URI has an EXTINF before it, and each EXTINF a URI behind it (4.3.2.1)."""
    waiting: Line | None = None
    has_map = False
    before: str | None = None
    offset_wanted = False
    for line in lines:
        if line.tag == "EXTINF":
            if waiting is not None:
                yield Fault(section="4.3.2.1", line=waiting.number, message="EXTINF without a URI")
            waiting = line
        elif line.tag == "EXT-X-MAP":
            has_map = True
        elif line.tag == "EXT-X-BYTERANGE":
            offset_wanted = "@" not in line.value
        elif line.tag is None:
            if waiting is None:
                yield Fault(section="4.3.2.1", line=line.number, message="segment without EXTINF")
            if FRAGMENT.search(line.value) and not has_map:
                message = "fragmented MP4 without an EXT-X-MAP before it"
                yield Fault(section="3.3", line=line.number, message=message)
            if offset_wanted and before != line.value:
                message = "EXT-X-BYTERANGE has no offset, and the segment before is of another file"
                yield Fault(section="4.3.2.2", line=line.number, message=message)
            waiting, before, offset_wanted = None, line.value, False
    if waiting is not None:
        yield Fault(section="4.3.2.1", line=waiting.number, message="EXTINF without a URI")


def _order_faults(lines: list[Line]) -> Iterator[Fault]:
    """Sequence numbers stand before what they count (4.3.3.2, 4.3.3.3)."""
    first = next((line.number for line in lines if line.tag is None), None)
    for line in lines:
        is_sequence = line.tag in ("EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE")
        if is_sequence and first is not None and line.number > first:
            told = f"{line.tag} stands behind the first segment"
            yield Fault(section=ONCE[line.tag or ""], line=line.number, message=told)


def _media_tag_faults(lines: list[Line]) -> Iterator[Fault]:
    for line in lines:
        match line.tag:
            case "EXTINF" if not DURATION.match(line.value):
                message = f"EXTINF has no duration with a comma behind it: {line.value!r}"
                yield Fault(section="4.3.2.1", line=line.number, message=message)
            case "EXT-X-BYTERANGE" if not BYTE_RANGE.match(line.value):
                message = f"EXT-X-BYTERANGE is no length with an offset: {line.value!r}"
                yield Fault(section="4.3.2.2", line=line.number, message=message)
            case "EXT-X-PLAYLIST-TYPE" if line.value not in ("EVENT", "VOD"):
                message = f"EXT-X-PLAYLIST-TYPE is neither EVENT nor VOD: {line.value!r}"
                yield Fault(section="4.3.3.5", line=line.number, message=message)
            case "EXT-X-PROGRAM-DATE-TIME" if not DATE_TIME.match(line.value):
                message = f"EXT-X-PROGRAM-DATE-TIME is no date: {line.value!r}"
                yield Fault(section="4.3.2.6", line=line.number, message=message)
            case "EXT-X-KEY" | "EXT-X-MAP" | "EXT-X-DATERANGE" | "EXT-X-START":
                yield from _attribute_faults(line)


def _version_faults(lines: list[Line]) -> Iterator[Fault]:
    """What needs a higher version than the playlist says (section 7)."""
    version = _version(lines)
    has_i_frames = any(line.tag == "EXT-X-I-FRAMES-ONLY" for line in lines)
    for line in lines:
        needed = VERSION_OF.get(line.tag or "", 1)
        if line.tag == "EXTINF" and (match := DURATION.match(line.value)) and match[2]:
            needed = VERSION_OF_DECIMALS
        elif line.tag == "EXT-X-MAP":
            needed = VERSION_OF_MAP_WITH_I_FRAMES if has_i_frames else VERSION_OF_MAP
        if version < needed:
            message = f"{line.tag} needs version {needed}, the playlist says {version}"
            yield Fault(section="7", line=line.number, message=message)
        if line.tag == "EXT-X-ALLOW-CACHE" and version >= VERSION_WITHOUT_ALLOW_CACHE:
            message = f"EXT-X-ALLOW-CACHE is no more in version {version}"
            yield Fault(section="7", line=line.number, message=message)


def _master_faults(lines: list[Line]) -> Iterator[Fault]:
    yield from _variant_faults(lines)
    told: list[tuple[Line, Attributes]] = []
    for line in lines:
        if line.tag in MASTER_ONLY:
            yield from _attribute_faults(line)
            try:
                told.append((line, attributes.parse(line.value)))
            except BadAttributes:
                continue
    yield from _group_faults(told)


def _variant_faults(lines: list[Line]) -> Iterator[Fault]:
    """The URI of a variant follows its EXT-X-STREAM-INF at once (4.3.4.2)."""
    waiting: Line | None = None
    for line in lines:
        if waiting is not None and line.tag is not None:
            message = "EXT-X-STREAM-INF without a URI behind it"
            yield Fault(section="4.3.4.2", line=waiting.number, message=message)
        if waiting is None and line.tag is None:
            message = "variant without EXT-X-STREAM-INF"
            yield Fault(section="4.3.4.2", line=line.number, message=message)
        waiting = line if line.tag == "EXT-X-STREAM-INF" else None
    if waiting is not None:
        message = "EXT-X-STREAM-INF without a URI behind it"
        yield Fault(section="4.3.4.2", line=waiting.number, message=message)


def _group_faults(told: list[tuple[Line, Attributes]]) -> Iterator[Fault]:
    """Groups that variants name are there, and their members differ (4.3.4.1.1, 4.3.4.2)."""
    groups: set[tuple[str, str]] = set()
    names: Counter[tuple[str, str, str]] = Counter()
    for line, found in told:
        if line.tag == "EXT-X-MEDIA":
            kind, group = found.get("TYPE", ""), found.get("GROUP-ID", "").strip('"')
            groups.add((kind, group))
            names[kind, group, found.get("NAME", "")] += 1
            if names[kind, group, found.get("NAME", "")] > 1:
                message = f"two renditions of {group!r} have the same NAME"
                yield Fault(section="4.3.4.1.1", line=line.number, message=message)
    for line, found in told:
        for kind in attributes.GROUP_KINDS if line.tag == "EXT-X-STREAM-INF" else ():
            named = found.get(kind, "NONE")
            if named == "NONE" or (kind, named.strip('"')) in groups:
                continue
            message = f"{kind} names the group {named}, which is not there"
            yield Fault(section="4.3.4.2", line=line.number, message=message)


def _attribute_faults(line: Line) -> Iterator[Fault]:
    for section, message in attributes.faults_of(line.tag or "", line.value):
        yield Fault(section=section, line=line.number, message=message)
