"""Finds what an encoder says it put around the sound: LAME, iTunes and Opus each in their way.

FFmpeg cuts these off by itself; players of the original file need the numbers.
"""

import re
from pathlib import Path

import av

from domain.media.recordings import Trim

HEAD_BYTES = 128 * 1024
ITUNES = re.compile(r"^\s*[0-9A-F]{8} ([0-9A-F]{8}) ([0-9A-F]{8}) ", re.IGNORECASE)
XING = re.compile(rb"(?:Xing|Info)\x00\x00\x00(.)", re.DOTALL)
XING_FIELDS = ((1, 4), (2, 4), (4, 100), (8, 4))
"""Flags of the fields before the encoder's own part, and their bytes."""
ENCODER_NAMES = (b"LAME", b"Lavc", b"Lavf", b"L3.9")
DELAY_PLACE = 21
"""Bytes from the encoder's name to two numbers of 12 bits each."""
DECODER_DELAY = 529
"""What every MP3 decoder adds before the sound; LAME counts its own part only."""
OPUS_HEAD = b"OpusHead"


def read_trim(path: Path, container: av.container.InputContainer, codec: str) -> Trim:
    """What the file says; nothing where it says nothing that we know."""
    smpb = container.metadata.get("iTunSMPB") or container.metadata.get("iTunSMPB-eng")
    match = ITUNES.match(smpb) if smpb else None
    if match:
        return Trim(delay=int(match[1], 16), padding=int(match[2], 16))
    if codec not in ("mp3", "opus"):
        return Trim()
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if codec == "mp3" and head[:3] == b"ID3":
            file.seek(_id3_size(head))
            head = file.read(HEAD_BYTES)
    return _of_lame(head) if codec == "mp3" else _of_opus(head)


def _of_lame(head: bytes) -> Trim:
    found = XING.search(head)
    if found is None:
        return Trim()
    flags = found[1][0]
    place = found.end() + sum(size for flag, size in XING_FIELDS if flags & flag)
    numbers = head[place + DELAY_PLACE : place + DELAY_PLACE + 3]
    if not head.startswith(ENCODER_NAMES, place) or len(numbers) < 3:
        return Trim()
    both = int.from_bytes(numbers)
    delay, padding = both >> 12, both & 0xFFF
    return Trim(delay=delay + DECODER_DELAY, padding=max(0, padding - DECODER_DELAY))


def _of_opus(head: bytes) -> Trim:
    """The pre-skip (RFC 7845, 5.1); what is behind stands in the last page."""
    place = head.find(OPUS_HEAD)
    if place < 0 or len(head) < place + 12:
        return Trim()
    return Trim(delay=int.from_bytes(head[place + 10 : place + 12], "little"))


def _id3_size(head: bytes) -> int:
    """Bytes of an ID3v2 tag: four groups of seven bits, and ten bytes before them."""
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size
