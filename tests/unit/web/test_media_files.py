"""Serving stored media: signatures, ranges, conditions, caching."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from adapters.storage.local import LocalStore
from adapters.storage.signing import UrlSigner
from web.pages.media_files import media_files

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
SEGMENT = bytes(range(256)) * 4
PLAYLIST = b"#EXTM3U\n"


class Clock:
    """Stands still until told otherwise."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


@pytest.fixture
def signer() -> UrlSigner:
    return UrlSigner([b"s" * 32])


@pytest.fixture
async def client(
    store: LocalStore, signer: UrlSigner, clock: Clock
) -> AsyncIterator[httpx.AsyncClient]:
    await store.put("hls/7/low/00000.m4s", SEGMENT, "audio/mp4")
    await store.put("hls/7/master.m3u8", PLAYLIST, "application/vnd.apple.mpegurl")
    await store.put("hls/7/empty.m4s", b"", "audio/mp4")
    await store.put("covers/7.jpg", b"jpeg", "image/jpeg")
    app = Starlette(routes=[media_files(store, signer, clock)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
def segment(signer: UrlSigner) -> str:
    return signer.sign_prefix("hls/7/", LATER) + "low/00000.m4s"


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    ("key", "content_type", "cache", "body"),
    [
        ("low/00000.m4s", "audio/mp4", "public, max-age=600, immutable", SEGMENT),
        ("master.m3u8", "application/vnd.apple.mpegurl", "public, max-age=10", PLAYLIST),
        ("empty.m4s", "audio/mp4", "public, max-age=600, immutable", b""),
    ],
)
async def test_a_signed_file_is_served_whole(
    key: str,
    content_type: str,
    cache: str,
    body: bytes,
    client: httpx.AsyncClient,
    signer: UrlSigner,
) -> None:
    answer = await client.get(signer.sign_prefix("hls/7/", LATER) + key)

    assert answer.status_code == 200
    assert answer.content == body
    assert answer.headers["content-type"] == content_type
    assert answer.headers["content-length"] == str(len(body))
    assert answer.headers["cache-control"] == cache
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_playlist_leads_to_its_segments(
    client: httpx.AsyncClient, signer: UrlSigner
) -> None:
    playlist = httpx.URL("http://test" + signer.sign_prefix("hls/7/", LATER) + "master.m3u8")

    answer = await client.get(playlist.join("low/00000.m4s"))

    assert answer.content == SEGMENT


async def test_a_long_lived_address_is_cached_for_a_year(
    client: httpx.AsyncClient, signer: UrlSigner
) -> None:
    path = signer.sign_key("covers/7.jpg", NOW + timedelta(days=1000))

    answer = await client.get(path)

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_an_expired_address_says_so(
    client: httpx.AsyncClient, segment: str, clock: Clock
) -> None:
    clock.moment = LATER

    answer = await client.get(segment)

    assert answer.status_code == 403
    assert code(answer) == "URL_EXPIRED"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "tamper",
    [
        lambda path: path.replace("hls/7", "hls/8"),
        lambda path: path.replace("/low/", "/../../secret/"),
        lambda path: "/media/9" + path.removeprefix("/media/"),
        lambda path: path.replace(".", ".A", 1),
        lambda path: "/media/x/hls/7/low/00000.m4s",
    ],
)
async def test_a_tampered_address_is_refused(
    tamper, client: httpx.AsyncClient, segment: str
) -> None:
    answer = await client.get(tamper(segment))

    assert answer.status_code == 403
    assert code(answer) == "URL_SIGNATURE_INVALID"


@pytest.mark.parametrize(
    "key", ["nothing.m4s", "low", "low/", "", "%2e%2e/8/a", "low//00000.m4s", "a%00b"]
)
async def test_what_is_not_there_is_not_found(
    key: str, client: httpx.AsyncClient, signer: UrlSigner
) -> None:
    answer = await client.get(signer.sign_prefix("hls/7/", LATER) + key)

    assert answer.status_code == 404
    assert code(answer) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=1000-", 1000, 1024),
        ("bytes=-24", 1000, 1024),
        ("bytes=-5000", 0, 1024),
        ("bytes=1000-9999", 1000, 1024),
        ("bytes=0-", 0, 1024),
        ("Bytes = 10 - 19", 10, 20),
    ],
)
async def test_one_range_is_served_exactly(
    asked: str, start: int, end: int, client: httpx.AsyncClient, segment: str
) -> None:
    answer = await client.get(segment, headers={"range": asked})

    assert answer.status_code == 206
    assert answer.content == SEGMENT[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/1024"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-2", "bytes=0-1,5-6", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0x1-2", ""],
)
async def test_nonsense_and_many_ranges_mean_the_whole_file(
    asked: str, client: httpx.AsyncClient, segment: str
) -> None:
    answer = await client.get(segment, headers={"range": asked})

    assert answer.status_code == 200
    assert answer.content == SEGMENT


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=1024-1030", "bytes=-0"])
async def test_a_range_beyond_the_end_is_refused(
    asked: str, client: httpx.AsyncClient, segment: str
) -> None:
    answer = await client.get(segment, headers={"range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */1024"
    assert code(answer) == "RANGE_NOT_SATISFIABLE"


async def test_head_tells_the_same_without_a_body(client: httpx.AsyncClient, segment: str) -> None:
    whole = await client.get(segment)

    head = await client.head(segment, headers={"range": "bytes=0-1"})

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers == whole.headers


async def test_a_known_file_is_not_sent_again(client: httpx.AsyncClient, segment: str) -> None:
    first = await client.get(segment)
    known = first.headers["etag"], first.headers["last-modified"]

    by_tag = await client.get(segment, headers={"if-none-match": f'"x", W/{known[0]}'})
    by_any = await client.get(segment, headers={"if-none-match": "*"})
    by_time = await client.get(segment, headers={"if-modified-since": known[1]})
    unknown = await client.get(segment, headers={"if-none-match": '"x"'})

    assert [answer.status_code for answer in (by_tag, by_any, by_time)] == [304, 304, 304]
    assert by_tag.content == b""
    assert by_tag.headers["etag"] == known[0]
    assert unknown.status_code == 200


async def test_a_download_continues_only_with_the_same_bytes(
    client: httpx.AsyncClient, segment: str
) -> None:
    first = await client.get(segment)
    tag, modified = first.headers["etag"], first.headers["last-modified"]

    statuses = [
        (await client.get(segment, headers={"range": "bytes=5-9", "if-range": given})).status_code
        for given in (tag, modified, '"another"', f"W/{tag}", "yesterday")
    ]

    assert statuses == [206, 206, 200, 200, 200]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_nothing_can_be_written(
    method: str, client: httpx.AsyncClient, segment: str, store: LocalStore
) -> None:
    answer = await client.request(method, segment, content=b"x")

    assert answer.status_code == 405
    assert await store.get("hls/7/low/00000.m4s") == SEGMENT
