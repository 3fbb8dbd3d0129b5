"""Real recordings with messy tags: imported, transcoded, signed, downloaded and decoded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from adapters.storage.local import LocalStore
from adapters.storage.signing import UrlSigner
from adapters.transcode.transcoder import FfmpegTranscoder
from domain.media.hls_checker import check_playlist
from domain.media.records import PlayableState
from resolvers.context import RequestContext
from resolvers.media.importing import import_file
from resolvers.media.processing import process
from tests.conftest import ADMIN, SHARED_DATA
from tests.patience import IS_PROOF
from tests.unit.adapters.transcode.sounds import decoded_seconds
from tests.unit.resolvers.media.imports import OWNER, all_artists, all_tracks
from web.pages.media_uploads import media_routes

AUDIO = SHARED_DATA / "audio"
FILES = {
    "hyperrogue/hr-savino-ocean.ogg": ("Ocean", "Will Savino", 60_484),
    "hyperrogue/hr3-crossroads.ogg": ("Living Caves / Crossroads", "NeonCorridor", 48_017),
    "macleod/Kevin_MacLeod_-_Vibe_Ace.ogg": ("Vibe Ace", "Kevin MacLeod", 61_459),
    "speech/jfk.flac": ("jfk", "Unknown Artist", 11_000),
    "wesnoth/victory.ogg": ("Victory", "Timothy Pinkham", 5_457),
}
RECORDINGS = sorted(
    (path for path in AUDIO.rglob("*") if path.suffix in (".flac", ".mp3", ".ogg")),
    key=lambda path: path.stat().st_size,
)
if not IS_PROOF:
    RECORDINGS = RECORDINGS[:4]  # all of them by `make prove`: they take minutes

pytestmark = [
    pytest.mark.skipif(not AUDIO.is_dir(), reason="the shared recordings are not here"),
    pytest.mark.parametrize("profile", ["embedded"], indirect=True),
]


async def ignore(_fraction: float, _step: str) -> None:
    """Take no notice."""


@pytest.mark.parametrize("name", list(FILES))
async def test_a_real_recording_plays_from_its_signed_address(
    name: str, as_viewer: Callable[..., RequestContext], tmp_path: Path
) -> None:
    signer = UrlSigner([b"s" * 32])
    made = as_viewer(ADMIN)
    store = LocalStore(tmp_path / "objects")
    ctx = replace(made, ports=replace(made.ports, store=store, urls=signer))
    transcoder = FfmpegTranscoder(tmp_path / "scratch")

    await import_file(ctx, transcoder, str(AUDIO / name), OWNER)
    [track] = await all_tracks(ctx)
    await process(ctx, transcoder, track.playable, on_progress=ignore, is_last_attempt=True)

    [track] = await all_tracks(ctx)
    [artist, *_] = await all_artists(ctx)
    assert track.state is PlayableState.READY
    assert (track.title, artist.name) == FILES[name][:2]
    assert track.duration_ms is not None
    assert abs(track.duration_ms - FILES[name][2]) <= 15
    for playlist in ("master.m3u8", "low/index.m3u8", "high/index.m3u8"):
        local = await download(ctx, signer, str(track.hls_key), playlist, tmp_path / "copy")
        assert abs(decoded_seconds(local) - track.duration_ms / 1000) < 0.1


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
async def test_every_recording_ends_ready_with_playlists_that_keep_the_rules(
    path: Path, as_viewer: Callable[..., RequestContext], tmp_path: Path
) -> None:
    store = LocalStore(tmp_path / "objects")
    made = as_viewer(ADMIN)
    ctx = replace(made, ports=replace(made.ports, store=store))
    transcoder = FfmpegTranscoder(tmp_path / "scratch")
    await import_file(ctx, transcoder, str(path), OWNER)
    [track] = await all_tracks(ctx)

    await process(ctx, transcoder, track.playable, on_progress=ignore, is_last_attempt=True)

    [ready] = await all_tracks(ctx)
    playlists = sorted((tmp_path / "objects" / "hls").rglob("*.m3u8"))
    names = {f"{each.parent.name}/{each.name}" for each in playlists}
    assert ready.state is PlayableState.READY
    assert {fault for each in playlists for fault in check_playlist(each.read_text())} == set()
    assert {"low/index.m3u8", "opus_high/index.m3u8"} <= names
    assert ("lossless/index.m3u8" in names) == (ready.codec == "flac")


async def download(
    ctx: RequestContext, signer: UrlSigner, hls_key: str, playlist: str, target: Path
) -> Path:
    """Fetch a playlist and everything it names by signed addresses alone."""
    app = Starlette(routes=media_routes(ctx, signer, target))
    folder = hls_key.removesuffix("master.m3u8")
    path = signer.sign_prefix(folder, ctx.clock.now() + timedelta(minutes=5))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as web:
        await fetch(web, path, playlist, target)
    return target / playlist


async def fetch(web: httpx.AsyncClient, path: str, name: str, target: Path) -> None:
    answer = await web.get(path + name)
    assert answer.status_code == 200
    file = target / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(answer.content)
    if not name.endswith(".m3u8"):
        return
    base = name.rpartition("/")[0]
    for line in answer.text.splitlines():
        mapped = line.partition('URI="')[2].partition('"')[0]
        named = mapped or ("" if line.startswith("#") else line)
        if named:
            await fetch(web, path, f"{base}/{named}".lstrip("/"), target)
