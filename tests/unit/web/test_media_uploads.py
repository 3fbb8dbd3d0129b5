"""Files of drafts: taken in whole, bounded, once; or refused without a trace."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from blake3 import blake3
from starlette.applications import Starlette

from adapters.storage.signing import UrlSigner
from domain.media.records import PlayableState
from domain.messages.codec import decode
from domain.messages.commands import ProcessPlayable
from resolvers.context import RequestContext
from resolvers.media.uploads import NewTrack, Upload, upload_track
from schema.ids import parse_id
from tests.conftest import ANNA, FakeOutside
from tests.unit.resolvers.media.imports import all_tracks, queued
from web.pages.media_uploads import media_routes

FILE = bytes(range(256)) * 10
SIZE = len(FILE)
BASE = "http://tutti.test"


@pytest.fixture
def ctx(as_viewer: Callable[..., RequestContext]) -> RequestContext:
    made = as_viewer(ANNA)
    return replace(made, ports=replace(made.ports, urls=UrlSigner([b"s" * 32])))


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


@pytest.fixture
async def client(ctx: RequestContext, scratch: Path) -> AsyncIterator[httpx.AsyncClient]:
    signer = ctx.ports.urls
    assert isinstance(signer, UrlSigner)
    app = Starlette(routes=media_routes(ctx, signer, scratch))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        yield client


@pytest.fixture
async def draft(ctx: RequestContext) -> Upload:
    return await upload_track(ctx, NewTrack(file_name="reel.flac", size_bytes=SIZE))


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


async def test_a_file_is_kept_and_handed_to_the_workers(
    client: httpx.AsyncClient,
    ctx: RequestContext,
    draft: Upload,
    outside: FakeOutside,
    scratch: Path,
) -> None:
    answer = await client.put(draft.url, content=FILE)

    digest = blake3(FILE).hexdigest()
    [track] = await all_tracks(ctx)
    [(name, payload)] = await queued(ctx)
    assert answer.status_code == 202
    assert parse_id(answer.json()["trackId"], "Track") == track.id
    assert parse_id(answer.json()["jobId"], "Job").startswith("media.")
    assert (track.state, track.source_hash) == (PlayableState.UPLOADED, digest)
    assert (track.source_bytes, track.source_key) == (SIZE, f"originals/{digest[:2]}/{digest}")
    assert outside.store.objects[str(track.source_key)][0] == FILE
    assert decode(payload, ProcessPlayable).playable_id == track.id
    assert name == ProcessPlayable.name
    assert list(scratch.iterdir()) == []


async def test_the_same_file_twice_is_once(
    client: httpx.AsyncClient, ctx: RequestContext, draft: Upload
) -> None:
    first = await client.put(draft.url, content=FILE)
    second = await client.put(draft.url, content=FILE)

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert len(await queued(ctx)) == 1


async def test_another_file_is_refused_and_not_kept(
    client: httpx.AsyncClient, ctx: RequestContext, draft: Upload, outside: FakeOutside
) -> None:
    await client.put(draft.url, content=FILE)

    answer = await client.put(draft.url, content=b"other")

    [track] = await all_tracks(ctx)
    assert (answer.status_code, code(answer)) == (409, "CONFLICT")
    assert track.source_hash == blake3(FILE).hexdigest()
    assert outside.store.objects.keys() == {track.source_key}


async def test_more_bytes_than_signed_leave_no_trace(
    client: httpx.AsyncClient,
    ctx: RequestContext,
    draft: Upload,
    outside: FakeOutside,
    scratch: Path,
) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        yield FILE
        yield b"x"

    claimed = await client.put(draft.url, content=FILE + b"x")
    streamed = await client.put(draft.url, content=unannounced())

    [track] = await all_tracks(ctx)
    assert (claimed.status_code, code(claimed)) == (413, "TOO_LARGE")
    assert (streamed.status_code, code(streamed)) == (413, "TOO_LARGE")
    assert track.state is PlayableState.AWAITING_FILE
    assert outside.store.objects == {}
    assert await queued(ctx) == []
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("_case", "tamper"),
    [
        ("a larger size", lambda url: url.replace(f".{SIZE}.", f".{SIZE + 1}.")),
        ("another track", lambda url: url + "x"),
        ("another signature", lambda url: url.replace(f".{SIZE}.", f".{SIZE}.A")),
        ("a reader's address", lambda url: url.replace(f".{SIZE}.", ".")),
    ],
)
async def test_a_tampered_address_is_refused(
    _case: str, tamper, client: httpx.AsyncClient, draft: Upload, outside: FakeOutside
) -> None:
    answer = await client.put(tamper(draft.url), content=FILE)

    assert (answer.status_code, code(answer)) == (403, "URL_SIGNATURE_INVALID")
    assert outside.store.objects == {}


async def test_an_expired_address_is_refused(
    client: httpx.AsyncClient, ctx: RequestContext, draft: Upload, outside: FakeOutside
) -> None:
    outside.clock.advance(seconds=ctx.limits.stream_url_seconds)

    answer = await client.put(draft.url, content=FILE)

    assert (answer.status_code, code(answer)) == (403, "URL_EXPIRED")
    assert outside.store.objects == {}


async def test_a_draft_that_is_gone_is_not_found(
    client: httpx.AsyncClient, ctx: RequestContext, outside: FakeOutside
) -> None:
    expires_at = ctx.clock.now() + timedelta(minutes=1)
    path = ctx.ports.urls.sign_upload("uploads/gone", SIZE, expires_at)

    answer = await client.put(path, content=FILE)

    assert (answer.status_code, code(answer)) == (404, "NOT_FOUND")
    assert outside.store.objects == {}


async def test_files_are_served_beside_uploads(
    client: httpx.AsyncClient, ctx: RequestContext
) -> None:
    await ctx.ports.store.put("covers/7.jpg", b"jpeg", "image/jpeg")
    expires_at = ctx.clock.now() + timedelta(minutes=1)

    answer = await client.get(ctx.ports.urls.sign_prefix("covers/", expires_at) + "7.jpg")

    assert (answer.status_code, answer.content) == (200, b"jpeg")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_upload_address_takes_nothing_but_a_put(
    method: str, client: httpx.AsyncClient, draft: Upload, outside: FakeOutside
) -> None:
    answer = await client.request(method, draft.url)

    assert answer.status_code in {403, 405}
    assert outside.store.objects == {}
