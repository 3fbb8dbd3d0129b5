"""Draws a video as still pictures: thumbnails in sizes, and a storyboard to seek by.

The storyboard is drawn from the smallest rendition, which is upright and quick to decode; the
brightest and most varied of its moments is then taken from the source, in full size.

pictures/thumbnails/{320,640,1280}.{jpg,webp}
pictures/storyboard/{index.vtt, 0.jpg, 1.jpg, …}
"""

import asyncio
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from adapters.transcode.ffmpeg import stream_ffmpeg
from adapters.transcode.video_probe import input_arguments
from domain.media.moving_pictures import VideoFacts, VideoPictures, VideoStream
from domain.media.video_streams import INIT
from errors import TranscodeFailed

WIDTHS: Final = (320, 640, 1280)
TILE_SIDE_MAX: Final = 160
COLUMNS: Final = 5
TILES_PER_SHEET: Final = COLUMNS * COLUMNS
TILES_WANTED: Final = 100
INTERVAL_SECONDS: Final = (2.0, 30.0)
"""At least and at most between two tiles."""
JPEG_QUALITY: Final = 82
WEBP_QUALITY: Final = 80
SHEET_QUALITY: Final = 70
BLACK: Final = 24.0
WHITE: Final = 232.0
"""Mean brightness, of 255, beyond which a picture shows nothing."""
COLOURS: Final = 3
BOARD: Final = "index.vtt"

Pixels = npt.NDArray[np.uint8]


async def draw_pictures(
    source: Path, smallest: Path, target: Path, *, facts: VideoFacts, stream: VideoStream
) -> VideoPictures:
    """Write thumbnails and storyboard below `target`; `smallest` holds the first rendition.

    Raises:
        TranscodeFailed: FFmpeg could not read the stream or the source.
    """
    seconds = max(stream.duration_ms / 1000, 0.001)
    least, most = INTERVAL_SECONDS
    interval = min(max(seconds / TILES_WANTED, least), most)
    tiles = await _tiles_of(smallest, target, stream, interval)
    await asyncio.to_thread(_write_storyboard, target / "storyboard", tiles, interval, seconds)
    moment = interval * _best_of(tiles)
    picture = await _picture_at(source, moment, facts) or Image.fromarray(tiles[_best_of(tiles)])
    widths = await asyncio.to_thread(_write_thumbnails, target / "thumbnails", picture)
    return VideoPictures(thumbnail_widths=widths, storyboard=f"storyboard/{BOARD}")


async def _tiles_of(
    smallest: Path, target: Path, stream: VideoStream, interval: float
) -> list[Pixels]:
    """A small picture for each interval; never none."""
    size = (stream.renditions[0].width, stream.renditions[0].height)
    scale = min(TILE_SIDE_MAX / max(size), 1.0)
    width, height = (max(2, round(side * scale)) for side in size)
    whole = target.with_name("whole.mp4")
    await asyncio.to_thread(_join, smallest, whole)
    arguments = [
        *input_arguments(str(whole)),
        *("-vf", f"fps=fps=1/{interval:.6f}:start_time=0:round=near,scale={width}:{height}"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"),
    ]
    data = b"".join([chunk async for chunk in stream_ffmpeg(arguments)])
    whole.unlink()
    length = width * height * COLOURS
    frames = [
        np.frombuffer(data[at : at + length], dtype=np.uint8).reshape(height, width, COLOURS)
        for at in range(0, len(data) - length + 1, length)
    ]
    if not frames:
        raise TranscodeFailed("FFmpeg drew no picture.")
    return frames


def _join(folder: Path, whole: Path) -> None:
    """A rendition as one file: the init file, then its segments (ISO/IEC 23009-1, 6.3.4.2)."""
    with whole.open("wb") as file:
        for part in (folder / INIT, *sorted(folder.glob("*.m4s"))):
            file.write(part.read_bytes())


def _best_of(tiles: Sequence[Pixels]) -> int:
    """The place of the most telling picture; the first of equals, and of black ones the first."""
    scores = [_telling(tile) for tile in tiles]
    return scores.index(max(scores))


def _telling(tile: Pixels) -> float:
    """How much there is to see: contrast, and next to nothing where all is dark or white."""
    grey = tile.mean(axis=2)
    shown = BLACK <= float(grey.mean()) <= WHITE
    return float(grey.std()) * (1.0 if shown else 0.01)


def _write_storyboard(
    folder: Path, tiles: Sequence[Pixels], interval: float, seconds: float
) -> None:
    """Write sheets of tiles, and which part of which is for which stretch of time."""
    folder.mkdir(parents=True, exist_ok=True)
    height, width, _ = tiles[0].shape
    for number in range(math.ceil(len(tiles) / TILES_PER_SHEET)):
        first = number * TILES_PER_SHEET
        sheet = _sheet_of(tiles[first : first + TILES_PER_SHEET], width, height)
        sheet.save(folder / f"{number}.jpg", "JPEG", quality=SHEET_QUALITY, optimize=True)
    cues = _cues(len(tiles), width, height, interval, seconds)
    (folder / BOARD).write_text("WEBVTT\n\n" + "\n".join(cues), encoding="ascii")


def _sheet_of(tiles: Sequence[Pixels], width: int, height: int) -> Image.Image:
    rows = math.ceil(len(tiles) / COLUMNS)
    sheet = Image.new("RGB", (width * min(COLUMNS, len(tiles)), height * rows))
    for place, tile in enumerate(tiles):
        sheet.paste(Image.fromarray(tile), (place % COLUMNS * width, place // COLUMNS * height))
    return sheet


def _cues(count: int, width: int, height: int, interval: float, seconds: float) -> Iterator[str]:
    """A cue for each tile: when, and where on which sheet (Media Fragments, 4.2.2)."""
    for number in range(count):
        begin = number * interval
        end = seconds if number == count - 1 else begin + interval
        if begin >= end:
            return
        sheet, place = divmod(number, TILES_PER_SHEET)
        x, y = place % COLUMNS * width, place // COLUMNS * height
        yield f"{_clock(begin)} --> {_clock(end)}\n{sheet}.jpg#xywh={x},{y},{width},{height}\n"


def _clock(seconds: float) -> str:
    """A moment as WebVTT writes it: `00:00:02.000`."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


async def _picture_at(source: Path, moment: float, facts: VideoFacts) -> Image.Image | None:
    """The source's picture at a moment; None where the source cannot be entered there."""
    scale = min(WIDTHS[-1] / facts.width, 1.0)
    width, height = (max(1, round(side * scale)) for side in (facts.width, facts.height))
    arguments = [
        *("-ss", f"{moment:.3f}", *input_arguments(str(source)), "-map", "0:V:0"),
        *("-frames:v", "1", "-vf", f"bwdif=deint=interlaced,scale={width}:{height}"),
        *("-f", "image2pipe", "-c:v", "png", "pipe:1"),
    ]
    try:
        data = b"".join([chunk async for chunk in stream_ffmpeg(arguments)])
    except TranscodeFailed:
        return None
    return Image.open(io.BytesIO(data)).convert("RGB") if data else None


def _write_thumbnails(folder: Path, picture: Image.Image) -> list[int]:
    """Write the picture in all widths up to its own, as JPEG and WebP; the widths."""
    folder.mkdir(parents=True, exist_ok=True)
    widths = [width for width in WIDTHS if width <= picture.width] or [picture.width]
    for width in widths:
        height = max(1, round(picture.height * width / picture.width))
        sized = picture.resize((width, height), Image.Resampling.LANCZOS)
        sized.save(folder / f"{width}.jpg", "JPEG", quality=JPEG_QUALITY, optimize=True)
        sized.save(folder / f"{width}.webp", "WEBP", quality=WEBP_QUALITY)
    return widths
