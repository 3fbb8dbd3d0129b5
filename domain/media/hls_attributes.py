"""Attribute lists of HLS tags: how they are written, and which a tag must have (RFC 8216, 4.2)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

Attributes = dict[str, str]

NAME: Final = r"[A-Z0-9-]+"
QUOTED: Final = r'"[^"\r\n]*"'
PLAIN: Final = r'[^",\s]+'
ATTRIBUTE: Final = re.compile(rf"({NAME})=({QUOTED}|{PLAIN})")

IS_QUOTED: Final = re.compile(rf"^{QUOTED}$")
IS_INTEGER: Final = re.compile(r"^[0-9]{1,20}$")
IS_RESOLUTION: Final = re.compile(r"^[0-9]+x[0-9]+$")
IS_DECIMAL: Final = re.compile(r"^[0-9]+(\.[0-9]+)?$")
IS_SIGNED_DECIMAL: Final = re.compile(r"^-?[0-9]+(\.[0-9]+)?$")
IS_HEX: Final = re.compile(r"^0[xX][0-9A-Fa-f]+$")
IS_YES_OR_NO: Final = re.compile(r"^(?:YES|NO)$")

GROUP_KINDS: Final = ("AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS")


class BadAttributes(ValueError):
    """A list that is not written as attribute lists are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a tag's attributes are held to."""

    section: str
    required: tuple[str, ...]
    forms: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """How known attributes are written; others are for later versions and pass."""


RULES: Final[Mapping[str, Rules]] = {
    "EXT-X-KEY": Rules(
        section="4.3.2.4",
        required=("METHOD",),
        forms={
            "METHOD": re.compile(r"^(?:NONE|AES-128|SAMPLE-AES)$"),
            "URI": IS_QUOTED,
            "IV": IS_HEX,
        },
    ),
    "EXT-X-MAP": Rules(
        section="4.3.2.5", required=("URI",), forms={"URI": IS_QUOTED, "BYTERANGE": IS_QUOTED}
    ),
    "EXT-X-DATERANGE": Rules(
        section="4.3.2.7",
        required=("ID", "START-DATE"),
        forms={
            "ID": IS_QUOTED,
            "START-DATE": IS_QUOTED,
            "END-DATE": IS_QUOTED,
            "DURATION": IS_DECIMAL,
            "PLANNED-DURATION": IS_DECIMAL,
        },
    ),
    "EXT-X-START": Rules(
        section="4.3.5.2",
        required=("TIME-OFFSET",),
        forms={"TIME-OFFSET": IS_SIGNED_DECIMAL, "PRECISE": IS_YES_OR_NO},
    ),
    "EXT-X-MEDIA": Rules(
        section="4.3.4.1",
        required=("TYPE", "GROUP-ID", "NAME"),
        forms={
            "TYPE": re.compile(rf"^(?:{'|'.join(GROUP_KINDS)})$"),
            "GROUP-ID": IS_QUOTED,
            "NAME": IS_QUOTED,
            "URI": IS_QUOTED,
            "LANGUAGE": IS_QUOTED,
            "CHANNELS": IS_QUOTED,
            "CHARACTERISTICS": IS_QUOTED,
            "DEFAULT": IS_YES_OR_NO,
            "AUTOSELECT": IS_YES_OR_NO,
            "FORCED": IS_YES_OR_NO,
        },
    ),
    "EXT-X-STREAM-INF": Rules(
        section="4.3.4.2",
        required=("BANDWIDTH",),
        forms={
            "BANDWIDTH": IS_INTEGER,
            "AVERAGE-BANDWIDTH": IS_INTEGER,
            "CODECS": IS_QUOTED,
            "RESOLUTION": IS_RESOLUTION,
            "FRAME-RATE": IS_DECIMAL,
            "AUDIO": IS_QUOTED,
            "VIDEO": IS_QUOTED,
            "SUBTITLES": IS_QUOTED,
            "CLOSED-CAPTIONS": re.compile(rf"^(?:NONE|{QUOTED})$"),
        },
    ),
    "EXT-X-I-FRAME-STREAM-INF": Rules(
        section="4.3.4.3",
        required=("BANDWIDTH", "URI"),
        forms={"BANDWIDTH": IS_INTEGER, "URI": IS_QUOTED, "RESOLUTION": IS_RESOLUTION},
    ),
    "EXT-X-SESSION-DATA": Rules(
        section="4.3.4.4", required=("DATA-ID",), forms={"DATA-ID": IS_QUOTED}
    ),
    "EXT-X-SESSION-KEY": Rules(
        section="4.3.4.5", required=("METHOD", "URI"), forms={"URI": IS_QUOTED}
    ),
}


def parse(text: str) -> Attributes:
    """Read a list of attributes; their values stay as they are written, quotes included.

    Raises:
        BadAttributes: it is not written as such lists are, or names one twice.
    """
    found: Attributes = {}
    place = 0
    while place < len(text):
        match = ATTRIBUTE.match(text, place)
        if match is None:
            raise BadAttributes(f"no attribute begins at {text[place : place + 20]!r}")
        if match[1] in found:
            raise BadAttributes(f"{match[1]} comes twice")
        found[match[1]] = match[2]
        place = match.end()
        if place < len(text):
            if text[place] != "," or place + 1 == len(text):
                raise BadAttributes(f"no comma and attribute at {text[place : place + 20]!r}")
            place += 1
    return found


def faults_of(tag: str, text: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a tag's attributes: the section, and what offends it."""
    rules = RULES[tag]
    try:
        found = parse(text)
    except BadAttributes as bad:
        yield "4.2", f"{tag}: {bad}"
        return
    for name in rules.required:
        if name not in found:
            yield rules.section, f"{tag} has no {name}"
    for name, form in rules.forms.items():
        if name in found and not form.match(found[name]):
            yield rules.section, f"{tag} has a {name} that is none: {found[name]}"
    yield from _key_faults(tag, found)
    yield from _media_faults(tag, found)


def _key_faults(tag: str, found: Attributes) -> Iterator[tuple[str, str]]:
    """Only a key that is none has no address, and it has nothing else."""
    if tag != "EXT-X-KEY" or "METHOD" not in found:
        return
    if found["METHOD"] == "NONE" and len(found) > 1:
        yield "4.3.2.4", "EXT-X-KEY of METHOD NONE has other attributes"
    if found["METHOD"] != "NONE" and "URI" not in found:
        yield "4.3.2.4", "EXT-X-KEY has no URI"


def _media_faults(tag: str, found: Attributes) -> Iterator[tuple[str, str]]:
    """Closed captions lie within the video; what is the default may be chosen by itself."""
    if tag != "EXT-X-MEDIA":
        return
    if found.get("TYPE") == "CLOSED-CAPTIONS":
        if "URI" in found:
            yield "4.3.4.1", "EXT-X-MEDIA of CLOSED-CAPTIONS has a URI"
        if "INSTREAM-ID" not in found:
            yield "4.3.4.1", "EXT-X-MEDIA of CLOSED-CAPTIONS has no INSTREAM-ID"
    if found.get("DEFAULT") == "YES" and found.get("AUTOSELECT") == "NO":
        yield "4.3.4.1", "EXT-X-MEDIA is the default, yet not for automatic choice"
