"""The tools' player: hears what plays, and says what does not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from adapters.storage.local import LocalStore
from adapters.storage.signing import UrlSigner
from adapters.transcode.hls import transcode
from adapters.transcode.ladder import MUSIC
from adapters.transcode.probe import probe
from devtools.demo_player import PlaybackFailed, play_stream
from domain.clock import SystemClock
from tests.unit.adapters.transcode.sounds import a_tone
from web.pages.media_files import media_files

SECONDS = 7


async def ignore(_fraction: float) -> None:
    """Take no notice."""


@pytest.fixture
def signer() -> UrlSigner:
    return UrlSigner([b"s" * 32])


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    return tmp_path / "objects" / "hls" / "7"


@pytest.fixture
async def client(
    stream: Path, signer: UrlSigner, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    source = a_tone(tmp_path / "a.flac", seconds=SECONDS)
    facts = probe(source)
    sample_count = SECONDS * facts.sample_rate
    await transcode(source, stream, MUSIC, ignore, facts=facts, sample_count=sample_count)
    route = media_files(LocalStore(tmp_path / "objects"), signer, SystemClock())
    transport = httpx.ASGITransport(Starlette(routes=[route]))
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield client


@pytest.fixture
def url(signer: UrlSigner) -> str:
    later = datetime.now(UTC) + timedelta(minutes=5)
    return "http://t" + signer.sign_prefix("hls/7/", later) + "master.m3u8"


async def test_a_stream_plays_in_all_renditions(
    client: httpx.AsyncClient, url: str, stream: Path, tmp_path: Path
) -> None:
    played = await play_stream(client, url, tmp_path / "copy")

    names = ("low", "medium", "high")
    files = [file for name in names for file in (stream / name).iterdir()]
    files.append(stream / "master.m3u8")
    assert played.files == len(files) == 13
    assert played.size == sum(file.stat().st_size for file in files)
    assert list(played.seconds) == [f"{name}/index.m3u8" for name in names]
    assert all(abs(seconds - 7) < 0.1 for seconds in played.seconds.values())


async def test_a_missing_segment_is_told(
    client: httpx.AsyncClient, url: str, stream: Path, tmp_path: Path
) -> None:
    (stream / "high" / "00001.m4s").unlink()

    with pytest.raises(PlaybackFailed, match=r"high/00001\.m4s: HTTP 404"):
        await play_stream(client, url, tmp_path / "copy")


async def test_a_damaged_segment_is_told(
    client: httpx.AsyncClient, url: str, stream: Path, tmp_path: Path
) -> None:
    segment = stream / "low" / "00000.m4s"
    data = segment.read_bytes()
    segment.write_bytes(data[:1_000] + b"\xff" * 2_000 + data[3_000:])

    with pytest.raises(PlaybackFailed, match="does not decode"):
        await play_stream(client, url, tmp_path / "copy")
