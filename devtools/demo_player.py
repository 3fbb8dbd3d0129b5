"""A player for tools: downloads an HLS stream and decodes it end to end."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import httpx
import imageio_ffmpeg

RATE = 16_000
SAMPLE_BYTES = 2
FILES_MAX = 50_000
DECODE_SECONDS_MAX = 300


class PlaybackFailed(Exception):
    """A stream does not download or does not decode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A stream that was downloaded and decoded."""

    files: int
    size: int
    """Bytes of all files."""
    seconds: dict[str, float]
    """Decoded length of each rendition by its playlist."""


async def play_stream(client: httpx.AsyncClient, url: str, folder: Path) -> Played:
    """Download a multivariant playlist with all it names, and decode every rendition.

    Raises:
        PlaybackFailed: a file is missing, or FFmpeg complains.
    """
    sizes: dict[str, int] = {}
    base, _, name = url.rpartition("/")
    variants = [each for each in await _fetch(client, base, name, folder, sizes) if each]
    for variant in variants:
        parent = variant.rpartition("/")[0]
        for part in await _fetch(client, base, variant, folder, sizes):
            await _fetch(client, base, f"{parent}/{part}", folder, sizes)
    seconds = {each: await _decoded_seconds(folder / each) for each in variants}
    return Played(files=len(sizes), size=sum(sizes.values()), seconds=seconds)


async def _fetch(
    client: httpx.AsyncClient, base: str, name: str, folder: Path, sizes: dict[str, int]
) -> list[str]:
    """Download one file; what it names, if it is a playlist."""
    if len(sizes) >= FILES_MAX:
        raise PlaybackFailed(f"more than {FILES_MAX} files")
    answer = await client.get(f"{base}/{name}")
    if answer.status_code != 200:
        raise PlaybackFailed(f"{name}: HTTP {answer.status_code}")
    file = folder / name
    await asyncio.to_thread(_keep, file, answer.content)
    sizes[name] = len(answer.content)
    return _named(answer.text) if name.endswith(".m3u8") else []


def _keep(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def _named(playlist: str) -> list[str]:
    """The addresses in a playlist: of segments, of playlists, and of init files."""
    lines = playlist.splitlines()
    maps = [line.partition('URI="')[2].partition('"')[0] for line in lines if "-MAP:" in line]
    return [*maps, *(line for line in lines if line and not line.startswith("#"))]


async def _decoded_seconds(playlist: Path) -> float:
    """Decode to the last sample and count them; FFmpeg may not complain of anything."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-xerror", "-nostdin"]
    raw = ["-i", str(playlist), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    process = await asyncio.create_subprocess_exec(
        *command, *raw, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(DECODE_SECONDS_MAX):
            samples, complaints = await asyncio.gather(
                _count(process.stdout), _tail(process.stderr)
            )
            code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0 or complaints:
        raise PlaybackFailed(f"{playlist.name} does not decode: {complaints or code}")
    return samples / RATE


async def _count(stream: asyncio.StreamReader | None) -> int:
    assert stream is not None
    size = 0
    while chunk := await stream.read(1 << 18):
        size += len(chunk)
    return size // SAMPLE_BYTES


async def _tail(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    text = b""
    while chunk := await stream.read(1 << 14):
        text = (text + chunk)[-2_000:]
    return text.decode("utf-8", "replace").strip()
