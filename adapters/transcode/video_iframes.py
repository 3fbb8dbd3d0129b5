"""Prints playlists of key frames alone (RFC 8216, 4.3.3.6), by which players wind fast.

Each segment begins with a key frame; its bytes stand in the segment already:

    00000.m4s   │ moof │ mdat: key frame │ other frames …
                └───── byte range ───────┘
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.transcode.fragments import boxes
from adapters.transcode.segments import Segment
from domain.media.video_streams import INIT, KEY_FRAMES_PLAYLIST
from errors import TranscodeFailed

BOX_HEAD: Final = struct.Struct(">I4s")
TFHD_OPTIONS: Final = ((0x01, 8), (0x02, 4), (0x08, 4))
"""Flags of optional fields before the default size, and their bytes (ISO/IEC 14496-12, 8.8.7)."""
TFHD_SIZE: Final = 0x10
TRUN_OFFSET: Final = 0x01
TRUN_FIRST_FLAGS: Final = 0x04
TRUN_DURATION: Final = 0x100
TRUN_SIZE: Final = 0x200
"""Flags of the fields that come before and with a sample's size (8.8.8)."""


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """Where the first frame of a segment stands."""

    offset: int
    length: int
    """From the fragment's head to the end of the frame, in bytes."""


def write_key_frames(folder: Path, segments: Sequence[Segment]) -> int:
    """Write the playlist of a rendition's key frames; the bits per second of its busiest.

    Raises:
        TranscodeFailed: a segment is no fragment.
    """
    files = sorted(folder.glob("*.m4s"))
    frames = [key_frame_of(file.read_bytes()) for file in files]
    target = max(1, round(max(each.seconds for each in segments)))
    lines = [
        *("#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{target}"),
        *("#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-I-FRAMES-ONLY", f'#EXT-X-MAP:URI="{INIT}"'),
    ]
    for file, frame, segment in zip(files, frames, segments, strict=True):
        lines += [f"#EXTINF:{segment.seconds:.6f},"]
        lines += [f"#EXT-X-BYTERANGE:{frame.length}@{frame.offset}", file.name]
    (folder / KEY_FRAMES_PLAYLIST).write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
    return max(
        int(-(-frame.length * 8 // segment.seconds))
        for frame, segment in zip(frames, segments, strict=True)
        if segment.seconds > 0
    )


def key_frame_of(segment: bytes) -> KeyFrame:
    """Where the first frame of a segment stands.

    Raises:
        TranscodeFailed: the segment is no fragment, or says nothing of its frames.
    """
    place = 0
    while place + BOX_HEAD.size <= len(segment):
        size, name = BOX_HEAD.unpack_from(segment, place)
        if name == b"moof":
            offset, length = _first_sample(segment[place : place + size])
            return KeyFrame(place, offset + length)
        if size < BOX_HEAD.size:
            break
        place += size
    raise TranscodeFailed("FFmpeg wrote a segment without a fragment.")


def _first_sample(moof: bytes) -> tuple[int, int]:
    """Where the first frame begins, behind the head of its fragment, and its bytes."""
    default = 0
    for name, body in boxes(moof):
        flags = int.from_bytes(body[1:4])
        if name == b"tfhd" and flags & TFHD_SIZE:
            skipped = sum(size for flag, size in TFHD_OPTIONS if flags & flag)
            (default,) = struct.unpack_from(">I", body, 8 + skipped)
        elif name == b"trun" and flags & TRUN_OFFSET:
            (offset,) = struct.unpack_from(">i", body, 8)
            place = 16 if flags & TRUN_FIRST_FLAGS else 12
            place += 4 if flags & TRUN_DURATION else 0
            size = struct.unpack_from(">I", body, place)[0] if flags & TRUN_SIZE else default
            return int(offset), int(size)
    raise TranscodeFailed("FFmpeg wrote a fragment that says nothing of its frames.")
