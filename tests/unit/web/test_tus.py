"""Files that come in pieces by tus: begun, added to, cut off, gone on with, given up."""

import base64
import hashlib
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from adapters.storage.signing import UrlSigner
from db.repositories.media.uploads import UploadRepository
from domain.ids import UploadId
from domain.media.upload_records import FileUpload, UploadState
from domain.messages.commands import TakeInUpload
from resolvers.context import RequestContext
from resolvers.media.transfers import claim_transfer
from resolvers.media.uploads import NewTrack, Upload, upload_track
from tests.conftest import ANNA, FakeOutside
from tests.unit.resolvers.media.imports import queued
from web.pages.media_uploads import media_routes
from web.pages.tus import parts

FILE = b"fLaC" + bytes(range(256)) * 40
SIZE = len(FILE)
BASE = "http://tutti.test"
TUS = {"tus-resumable": "1.0.0"}
PATCH = {**TUS, "content-type": "application/offset+octet-stream"}


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


@pytest.fixture
async def place(client: httpx.AsyncClient, draft: Upload) -> str:
    """The Location of a transfer of the whole file."""
    answer = await client.post(draft.tus_url, headers={**TUS, "upload-length": str(SIZE)})
    assert answer.status_code == 201
    return answer.headers["location"]


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


async def add(
    client: httpx.AsyncClient, place: str, offset: int, data: bytes, **headers: str
) -> httpx.Response:
    sent = {**PATCH, "upload-offset": str(offset), **headers}
    return await client.patch(place, content=data, headers=sent)


async def offset_of(client: httpx.AsyncClient, place: str) -> str:
    answer = await client.head(place, headers=TUS)
    assert answer.status_code == 200
    return answer.headers["upload-offset"]


async def upload_row(ctx: RequestContext, place: str) -> FileUpload | None:
    async with ctx.unit_of_work(UploadRepository) as uow:
        return await uow.rows.lock_upload(UploadId(place.split("/")[-2]))


async def test_a_server_says_what_it_can(client: httpx.AsyncClient, place: str) -> None:
    answers = [await client.options(path) for path in ("/media/tus", place)]

    for answer in answers:
        assert answer.status_code == 204
        assert answer.headers["tus-version"] == "1.0.0"
        assert answer.headers["tus-extension"] == (
            "creation,creation-with-upload,expiration,checksum,termination"
        )
        assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256,crc32"
        assert answer.headers["tus-max-size"] == str(2 * 1024**3)


async def test_a_file_comes_in_pieces_and_the_last_one_sends_the_worker(
    client: httpx.AsyncClient, ctx: RequestContext, place: str, scratch: Path
) -> None:
    first = await add(client, place, 0, FILE[:4_000])
    between = await offset_of(client, place)
    waiting = await queued(ctx)
    second = await add(client, place, 4_000, FILE[4_000:])

    upload = await upload_row(ctx, place)
    assert (first.status_code, first.headers["upload-offset"], between) == (204, "4000", "4000")
    assert (second.status_code, second.headers["upload-offset"]) == (204, str(SIZE))
    assert first.headers["tus-resumable"] == "1.0.0"
    assert "upload-expires" in first.headers
    assert waiting == []
    assert [name for name, _ in await queued(ctx)] == [TakeInUpload.name]
    assert upload is not None
    assert (upload.state, upload.parts, upload.lease) == (UploadState.ARRIVED, 2, None)
    assert list(scratch.iterdir()) == []


async def test_a_file_may_come_with_its_creation(
    client: httpx.AsyncClient, ctx: RequestContext, draft: Upload
) -> None:
    headers = {**PATCH, "upload-length": str(SIZE), "upload-metadata": "filename cmVlbA==,empty"}

    answer = await client.post(draft.tus_url, content=FILE, headers=headers)

    told = await client.head(answer.headers["location"], headers=TUS)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(SIZE))
    assert told.headers["upload-metadata"] == "filename cmVlbA==,empty"
    assert told.headers["upload-length"] == told.headers["upload-offset"] == str(SIZE)
    assert told.headers["cache-control"] == "no-store"


async def test_large_pieces_are_cut_and_each_is_kept(
    client: httpx.AsyncClient, ctx: RequestContext, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_BYTES_MAX", 4_096)

    await add(client, place, 0, FILE)

    async with ctx.unit_of_work(UploadRepository) as uow:
        kept = await uow.rows.parts_of(UploadId(place.split("/")[-2]))
    assert [each.size_bytes for each in kept] == [4_096, 4_096, SIZE - 8_192]
    assert b"".join([await ctx.ports.store.get(each.key) for each in kept]) == FILE


async def test_what_came_before_a_cut_is_kept(
    client: httpx.AsyncClient, ctx: RequestContext, scratch: Path, place: str
) -> None:
    received = await cut_off(ctx, scratch, place, FILE[:3_000])

    assert received == 400
    assert await offset_of(client, place) == "3000"
    assert (await add(client, place, 3_000, FILE[3_000:])).status_code == 204


async def test_of_a_checksum_that_was_cut_off_nothing_is_kept(
    client: httpx.AsyncClient,
    ctx: RequestContext,
    scratch: Path,
    place: str,
    outside: FakeOutside,
) -> None:
    sum_of_all = checksum("sha256", FILE)

    await cut_off(ctx, scratch, place, FILE[:5_000], sum_of_all)

    assert await offset_of(client, place) == "0"
    assert outside.store.objects == {}


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "crc32"])
async def test_a_checksum_that_holds_is_taken_and_one_that_does_not_leaves_no_trace(
    algorithm: str, client: httpx.AsyncClient, place: str, outside: FakeOutside
) -> None:
    wrong = await add(client, place, 0, FILE, **{"upload-checksum": checksum(algorithm, b"x")})
    nothing = (await offset_of(client, place), dict(outside.store.objects))
    right = await add(client, place, 0, FILE, **{"upload-checksum": checksum(algorithm, FILE)})

    assert (wrong.status_code, code(wrong)) == (460, "CHECKSUM_MISMATCH")
    assert nothing == ("0", {})
    assert (right.status_code, right.headers["upload-offset"]) == (204, str(SIZE))


@pytest.mark.parametrize("sent", ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1 AAAA", "sha256", "sha1 %"])
async def test_a_checksum_that_nobody_knows_is_refused(
    sent: str, client: httpx.AsyncClient, place: str
) -> None:
    answer = await add(client, place, 0, FILE, **{"upload-checksum": sent})

    assert (answer.status_code, code(answer)) == (400, "BAD_INPUT")
    assert await offset_of(client, place) == "0"


@pytest.mark.parametrize("offset", [0, 999, 1_001, SIZE])
async def test_a_wrong_offset_is_refused_and_changes_nothing(
    offset: int, client: httpx.AsyncClient, place: str, outside: FakeOutside
) -> None:
    await add(client, place, 0, FILE[:1_000])
    before = dict(outside.store.objects)

    answer = await add(client, place, offset, FILE[1_000:2_000])

    assert (answer.status_code, code(answer)) == (409, "UPLOAD_OFFSET_WRONG")
    assert await offset_of(client, place) == "1000"
    assert outside.store.objects == before


async def test_nobody_adds_while_another_does_until_that_one_is_silent(
    client: httpx.AsyncClient, ctx: RequestContext, place: str, outside: FakeOutside
) -> None:
    *_, upload_id, session = place.split("/")
    await claim_transfer(ctx, UploadId(upload_id), session, offset_bytes=0)

    meanwhile = await add(client, place, 0, FILE)
    outside.clock.advance(seconds=ctx.limits.upload_lease_seconds)
    later = await add(client, place, 0, FILE)

    assert (meanwhile.status_code, code(meanwhile)) == (423, "UPLOAD_LOCKED")
    assert later.status_code == 204


async def test_whoever_lost_the_lease_moves_nothing(
    client: httpx.AsyncClient,
    ctx: RequestContext,
    place: str,
    outside: FakeOutside,
) -> None:
    """The first request falls silent, another takes over, and then the first wakes up."""

    async def hesitant() -> AsyncIterator[bytes]:
        yield FILE[:1_000]
        outside.clock.advance(seconds=ctx.limits.upload_lease_seconds)
        other = await add(client, place, 0, FILE[:500])
        assert other.status_code == 204
        yield FILE[1_000:2_000]

    headers = {**PATCH, "upload-offset": "0"}
    answer = await client.patch(place, content=hesitant(), headers=headers)

    assert (answer.status_code, code(answer)) == (409, "CONFLICT")
    assert await offset_of(client, place) == "500"
    assert [data for data, _ in outside.store.objects.values()] == [FILE[:500]]


async def test_more_bytes_than_said_are_refused(
    client: httpx.AsyncClient, place: str, draft: Upload
) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        yield FILE
        yield b"x"

    claimed = await add(client, place, 0, FILE + b"x")
    headers = {**PATCH, "upload-offset": "0"}
    streamed = await client.patch(place, content=unannounced(), headers=headers)
    longer = await client.post(draft.tus_url, headers={**TUS, "upload-length": str(SIZE + 1)})

    for answer in (claimed, streamed, longer):
        assert (answer.status_code, code(answer)) == (413, "TOO_LARGE")
    assert await offset_of(client, place) == "0"


@pytest.mark.parametrize(
    ("_case", "headers"),
    [
        ("no length", {}),
        ("an empty file", {"upload-length": "0"}),
        ("a length that is none", {"upload-length": "-1"}),
        ("a length to be told later", {"upload-defer-length": "1"}),
        ("metadata of no form", {"upload-length": "9", "upload-metadata": "name %%%"}),
        ("a key twice", {"upload-length": "9", "upload-metadata": "a YQ==,a YQ=="}),
        ("metadata without end", {"upload-length": "9", "upload-metadata": "a " + "YWFh" * 1_001}),
    ],
)
async def test_a_bad_creation_is_refused(
    _case: str, headers: dict[str, str], client: httpx.AsyncClient, draft: Upload
) -> None:
    answer = await client.post(draft.tus_url, headers={**TUS, **headers})

    assert (answer.status_code, code(answer)) == (400, "BAD_INPUT")


async def test_another_version_of_the_protocol_is_refused(
    client: httpx.AsyncClient, draft: Upload
) -> None:
    answers = [
        await client.post(draft.tus_url, headers={"upload-length": "9"}),
        await client.post(draft.tus_url, headers={"upload-length": "9", "tus-resumable": "0.2.2"}),
    ]

    assert [answer.status_code for answer in answers] == [412, 412]
    assert answers[0].headers["tus-version"] == "1.0.0"


async def test_a_piece_of_another_media_type_is_refused(
    client: httpx.AsyncClient, place: str
) -> None:
    headers = {**TUS, "content-type": "audio/flac", "upload-offset": "0"}

    assert (await client.patch(place, content=FILE, headers=headers)).status_code == 415


async def test_who_cannot_send_a_patch_says_so_in_a_header(
    client: httpx.AsyncClient, place: str
) -> None:
    headers = {**PATCH, "upload-offset": "0", "x-http-method-override": "PATCH"}

    assert (await client.post(place, content=FILE, headers=headers)).status_code == 204


async def test_beginning_anew_gives_the_first_transfer_up(
    client: httpx.AsyncClient, place: str, draft: Upload, outside: FakeOutside
) -> None:
    await add(client, place, 0, FILE[:1_000])

    again = await client.post(draft.tus_url, headers={**TUS, "upload-length": "2000"})

    old = await add(client, place, 1_000, FILE[1_000:])
    assert again.headers["location"] != place
    assert await offset_of(client, again.headers["location"]) == "0"
    assert (old.status_code, code(old)) == (410, "UPLOAD_GONE")
    assert outside.store.objects == {}


async def test_an_upload_that_is_given_up_leaves_nothing(
    client: httpx.AsyncClient, ctx: RequestContext, place: str, draft: Upload, outside: FakeOutside
) -> None:
    await add(client, place, 0, FILE[:1_000])

    answer = await client.delete(place, headers=TUS)

    assert answer.status_code == 204
    assert outside.store.objects == {}
    assert await upload_row(ctx, place) is None
    assert (await client.head(place, headers=TUS)).status_code == 410
    begun = await client.post(draft.tus_url, headers={**TUS, "upload-length": "9"})
    assert begun.status_code == 404


async def test_an_expired_upload_is_over(
    client: httpx.AsyncClient, ctx: RequestContext, place: str, outside: FakeOutside
) -> None:
    outside.clock.advance(seconds=ctx.limits.upload_seconds)

    answer = await add(client, place, 0, FILE)

    assert (answer.status_code, code(answer)) == (403, "URL_EXPIRED")
    assert outside.store.objects == {}


@pytest.mark.parametrize(
    ("_case", "tamper"),
    [
        ("another upload", lambda url: url + "x"),
        ("another expiry", lambda url: url.replace("/tus/1", "/tus/2")),
        ("a reader's signature", lambda url: url.replace(".", ".A", 2)),
    ],
)
async def test_a_tampered_address_is_refused(
    _case: str, tamper, client: httpx.AsyncClient, draft: Upload
) -> None:
    path = draft.tus_url.removeprefix(BASE)
    answer = await client.post(tamper(path), headers={**TUS, "upload-length": "9"})

    assert (answer.status_code, code(answer)) == (403, "URL_SIGNATURE_INVALID")


async def test_a_page_is_refused_with_its_first_piece(
    client: httpx.AsyncClient, place: str, outside: FakeOutside
) -> None:
    page = b"<!doctype html><script>alert(1)</script>".ljust(SIZE)

    answer = await add(client, place, 0, page)

    assert (answer.status_code, code(answer)) == (415, "FILE_TYPE_REFUSED")
    assert await offset_of(client, place) == "0"
    assert outside.store.objects == {}


async def test_a_lost_last_answer_is_given_again(client: httpx.AsyncClient, place: str) -> None:
    await add(client, place, 0, FILE)

    answer = await add(client, place, SIZE, b"")

    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(SIZE))


def checksum(algorithm: str, data: bytes) -> str:
    digest = (
        zlib.crc32(data).to_bytes(4, "big")
        if algorithm == "crc32"
        else hashlib.new(algorithm, data).digest()
    )
    return f"{algorithm} {base64.b64encode(digest).decode()}"


async def cut_off(
    ctx: RequestContext, scratch: Path, place: str, data: bytes, checksum: str = ""
) -> int:
    """PATCH some bytes and hang up before the body ends; the status that nobody hears."""
    signer = ctx.ports.urls
    assert isinstance(signer, UrlSigner)
    app = Starlette(routes=media_routes(ctx, signer, scratch))
    messages = [
        {"type": "http.request", "body": data, "more_body": True},
        {"type": "http.disconnect"},
    ]
    headers = [*PATCH.items(), ("upload-offset", "0")]
    if checksum:
        headers.append(("upload-checksum", checksum))
    statuses = []

    async def receive() -> dict:
        return messages.pop(0)

    async def send(message: dict) -> None:
        statuses.append(message.get("status"))

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "PATCH",
        "path": place,
        "raw_path": place.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "scheme": "http",
        "server": ("tutti.test", 80),
    }
    await app(scope, receive, send)
    return statuses[0]
