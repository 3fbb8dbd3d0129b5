"""Writes the demo catalogue: a dozen short pieces, as real files with tags and covers.

Everything is computed, so nobody else's rights are touched, and the same every time.
"""

import base64
import io
import math
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from mutagen.flac import Picture
from mutagen.oggvorbis import OggVorbis
from PIL import Image, ImageDraw

from devtools.demo_band import RATE, play
from devtools.demo_score import PIECES, Album, Piece

COVER_SIDE = 640
ENCODE_SECONDS_MAX = 60


def write_demo_music(folder: Path) -> list[Path]:
    """Write all pieces below the folder, one folder per album; return the files.

    A file that stands already is left alone, so that a second call costs nothing.
    """
    written: list[Path] = []
    for place, piece in enumerate(PIECES):
        album = piece.album
        path = folder / album.title / f"{piece.number:02} {piece.title}.{album.suffix}"
        written.append(path)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(piece, place, path)
    return written


def draw_cover(album: Album) -> bytes:
    """A sky of two colours over hills, as a JPEG: the same for the same album."""
    top, bottom = (_rgb(colour) for colour in album.colours)
    shade = np.linspace(0.0, 1.0, COVER_SIDE)[:, None, None]
    sky = (np.array(top) * (1 - shade) + np.array(bottom) * shade).astype(np.uint8)
    image = Image.fromarray(np.repeat(sky, COVER_SIDE, axis=1), "RGB")
    pen = ImageDraw.Draw(image)
    chance = np.random.default_rng(album.year)
    sun = int(COVER_SIDE * (0.25 + 0.5 * chance.random()))
    pen.ellipse((sun - 90, 110, sun + 90, 290), fill=bottom)
    for layer in range(4):
        _draw_hill(pen, chance, layer, top)
    output = io.BytesIO()
    image.save(output, "JPEG", quality=88)
    return output.getvalue()


def _write(piece: Piece, place: int, path: Path) -> None:
    """Play the piece and let FFmpeg write it, tagged and with its cover."""
    draft = path.with_name(f".{path.name}")
    raw = (play(piece, place) * 32_000).astype("<i2").tobytes()
    cover = path.with_name(".cover.jpg")
    cover.write_bytes(draw_cover(piece.album))
    try:
        _encode(piece, place, raw, cover, draft)
        if piece.album.suffix == "ogg":
            _embed_cover(draft, cover.read_bytes())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
        cover.unlink(missing_ok=True)


def _encode(piece: Piece, place: int, raw: bytes, cover: Path, target: Path) -> None:
    suffix = piece.album.suffix
    codec = {
        "flac": ["-c:a", "flac"],
        "mp3": ["-c:a", "libmp3lame", "-b:a", "192k", "-id3v2_version", "3"],
        "ogg": ["-c:a", "libvorbis", "-q:a", "5"],
    }[suffix]
    sound = ["-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0"]
    art = ["-i", str(cover), "-map", "0:a", "-map", "1:v", "-c:v", "copy"]
    art += ["-disposition:v", "attached_pic", "-metadata:s:v", "comment=Cover (front)"]
    tags = [part for pair in _tags(piece, place) for part in ("-metadata", pair)]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y"]
    command += [*sound, *(art if suffix != "ogg" else []), *codec, *tags, "-f", suffix]
    command += ["-fflags", "+bitexact", "-flags:a", "+bitexact", str(target)]
    subprocess.run(command, input=raw, check=True, timeout=ENCODE_SECONDS_MAX)


def _tags(piece: Piece, place: int) -> list[str]:
    album = piece.album
    code = f"QZTUT{album.year % 100:02}{place + 1:05}"
    name = "TSRC" if album.suffix == "mp3" else "ISRC"
    return [
        f"title={piece.title}",
        f"artist={album.artist}",
        f"album={album.title}",
        f"album_artist={album.artist}",
        f"track={piece.number}/3",
        "disc=1/1",
        f"date={album.year}",
        f"genre={album.genre}",
        f"{name}={code}",
    ]


def _embed_cover(path: Path, jpeg: bytes) -> None:
    """Ogg carries its cover as a comment, which FFmpeg cannot write."""
    picture = Picture()
    picture.type, picture.mime, picture.data = 3, "image/jpeg", jpeg
    picture.width = picture.height = COVER_SIDE
    file = OggVorbis(path)
    file["metadata_block_picture"] = [base64.b64encode(picture.write()).decode()]
    file.save()


def _draw_hill(
    pen: ImageDraw.ImageDraw,
    chance: np.random.Generator,
    layer: int,
    colour: tuple[int, int, int],
) -> None:
    base, phase = 380 + layer * 60, chance.random() * math.tau
    line = [
        (x, base + 34 * math.sin(x / (70 + 20 * layer) + phase))
        for x in range(0, COVER_SIDE + 8, 8)
    ]
    red, green, blue = (int(part * (0.9 - 0.2 * layer)) for part in colour)
    corners = [(COVER_SIDE, COVER_SIDE), (0, COVER_SIDE)]
    pen.polygon([*line, *corners], fill=(red, green, blue))


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
