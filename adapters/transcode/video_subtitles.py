"""Takes text tracks out of a video and writes them as WebVTT renditions of an HLS stream."""

import asyncio
import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from adapters.transcode.ffmpeg import run_ffmpeg
from adapters.transcode.video_probe import input_arguments
from domain.media.languages import language_name, language_tag
from domain.media.moving_pictures import Subtitles, TextTrack
from domain.media.video_streams import PLAYLIST
from errors import TranscodeFailed

FOLDER: Final = "subtitles"
TEXT: Final = "text.vtt"
HEADER: Final = "WEBVTT"
TIMES: Final = "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"
"""The texts' own clock and the pictures' begin together (RFC 8216, 3.5)."""
CUE: Final = "-->"
NAME_CHARS_MAX: Final = 60


async def write_subtitles(
    source: Path, target: Path, texts: Sequence[TextTrack], *, seconds: float
) -> list[Subtitles]:
    """Write each text track of a video; one that cannot be read or is empty is left out."""
    found: list[Subtitles] = []
    for track in texts:
        path = target / FOLDER / str(track.index) / TEXT
        path.parent.mkdir(parents=True, exist_ok=True)
        if not await _take_out(source, path, track):
            shutil.rmtree(path.parent)
            continue
        (path.parent / PLAYLIST).write_text(_print_playlist(seconds), encoding="ascii")
        tag = language_tag(track.language)
        name = _name(track, tag, taken={each.name for each in found})
        found.append(Subtitles(name=name, language=tag, path=path.relative_to(target).as_posix()))
    return found


async def _take_out(source: Path, path: Path, track: TextTrack) -> bool:
    """Whether there is a text with at least one cue, at `path`."""
    stream = f"0:s:{track.index}"
    try:
        await run_ffmpeg(
            [*input_arguments(str(source)), "-map", stream, "-f", "webvtt", "-y", str(path)]
        )
    except TranscodeFailed:
        return False
    return await asyncio.to_thread(_set_clock, path)


def _set_clock(path: Path) -> bool:
    """Say in the file when its clock begins; False where it holds no cue."""
    text = path.read_text(encoding="utf-8", errors="replace")
    path.write_text(text.replace(HEADER, f"{HEADER}\n{TIMES}", 1), encoding="utf-8")
    return CUE in text


def _print_playlist(seconds: float) -> str:
    """A media playlist over one file: texts are small, and none is cut in two."""
    lines = [
        *("#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{max(1, math.ceil(seconds))}"),
        *("#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"),
        *(f"#EXTINF:{seconds:.6f},", TEXT, "#EXT-X-ENDLIST"),
    ]
    return "\n".join(lines) + "\n"


def _name(track: TextTrack, tag: str | None, *, taken: set[str]) -> str:
    """What viewers choose by: the title of the track, its language, or a number."""
    said = "".join(each for each in track.title or "" if each.isprintable() and each != '"')
    name = said.strip()[:NAME_CHARS_MAX] or language_name(tag) or "Subtitles"
    return name if name not in taken else f"{name} {track.index + 1}"
