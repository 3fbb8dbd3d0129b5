"""Serving stored media: signatures, ranges, conditions, caching."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from adapters.storage.key_ring import GivenKeys
from adapters.storage.local import LocalStore
from adapters.storage.s3 import BucketAddress, S3Store
from adapters.storage.sealing import SealedStore
from adapters.storage.signing import UrlSigner
from domain.clock import SystemClock
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


MASTER = """\
#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=70000
low/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=270000
high/index.m3u8
"""


async def test_a_capped_address_opens_no_better_quality(
    client: httpx.AsyncClient, signer: UrlSigner, store: LocalStore
) -> None:
    for key, body in (("master.m3u8", MASTER), ("high/0.m4s", "h"), ("lossless.m3u8", MASTER)):
        await store.put(f"hls/7/{key}", body.encode(), "")
    await store.put("hls/7/lossless.m3u8", MASTER.replace("low", "high").encode(), "")
    folder = signer.sign_prefix("hls/7/", LATER, cap="medium")

    master = await client.get(f"{folder}master.m3u8")
    low, high, best = [
        await client.get(folder + key) for key in ("low/00000.m4s", "high/0.m4s", "lossless.m3u8")
    ]

    assert master.text == "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=70000\nlow/index.m3u8\n"
    assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert (low.status_code, low.content) == (200, SEGMENT)
    for refused in (high, best):
        assert refused.status_code == 403
        assert code(refused) == "URL_SIGNATURE_INVALID"
    lifted = folder.replace(".medium.", ".")
    assert (await client.get(f"{lifted}high/0.m4s")).status_code == 403
    raised = folder.replace(".medium.", ".lossless.")
    assert (await client.get(f"{raised}high/0.m4s")).status_code == 403


async def test_a_cut_playlist_has_a_tag_of_its_own(
    client: httpx.AsyncClient, signer: UrlSigner, store: LocalStore
) -> None:
    await store.put("hls/7/master.m3u8", MASTER.encode(), "")
    capped = signer.sign_prefix("hls/7/", LATER, cap="low") + "master.m3u8"

    whole = await client.get(signer.sign_prefix("hls/7/", LATER) + "master.m3u8")
    cut = await client.get(capped)
    known = await client.get(capped, headers={"if-none-match": cut.headers["etag"]})
    head = await client.head(capped)

    assert cut.headers["etag"] != whole.headers["etag"]
    assert known.status_code == 304
    assert (head.content, head.headers["content-length"]) == (b"", str(len(cut.content)))


async def test_players_on_any_page_may_read(client: httpx.AsyncClient, segment: str) -> None:
    answer = await client.get(segment, headers={"origin": "https://player.example"})

    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Content-Range" in answer.headers["access-control-expose-headers"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "vary" not in answer.headers


@pytest.mark.parametrize(("key", "name"), [("hls/7/low/00000.m4s", "7"), ("covers/7.jpg", "7.jpg")])
async def test_caches_are_told_what_to_forget_when_it_is_taken_down(
    key: str, name: str, client: httpx.AsyncClient, signer: UrlSigner
) -> None:
    answer = await client.get(signer.sign_key(key, LATER))

    assert answer.headers["surrogate-key"] == f"media media:{name}"
    assert answer.headers["cache-tag"] == f"media,media:{name}"


class Sealed:
    """The same files, sealed, on a disk that a test can damage."""

    def __init__(self, folder: Path, signer: UrlSigner, clock: Clock) -> None:
        self.inner = LocalStore(folder)
        self.store = SealedStore(self.inner, GivenKeys({"a": b"a" * 32}, "a"), SystemClock())
        app = Starlette(routes=[media_files(self.store, signer, clock)])
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://test")

    async def damage(self, key: str, at: int) -> None:
        raw = bytearray(await self.inner.get(key))
        raw[at] ^= 1
        await self.inner.put(key, bytes(raw), "")


@pytest.fixture
async def sealed(tmp_path: Path, signer: UrlSigner, clock: Clock) -> AsyncIterator[Sealed]:
    made = Sealed(tmp_path / "sealed", signer, clock)
    async with made.client:
        yield made


async def test_sealed_files_are_served_in_ranges_as_plain_ones_are(
    sealed: Sealed, signer: UrlSigner
) -> None:
    data = bytes(range(256)) * 2_000
    await sealed.store.put("hls/7/low/1.m4s", data, "")
    address = signer.sign_key("hls/7/low/1.m4s", LATER)

    whole = await sealed.client.get(address)
    part = await sealed.client.get(address, headers={"range": "bytes=70000-140000"})
    end = await sealed.client.get(address, headers={"range": "bytes=-5"})

    assert whole.content == data
    assert whole.headers["content-length"] == str(len(data))
    assert (part.status_code, part.content) == (206, data[70_000:140_001])
    assert part.headers["content-range"] == f"bytes 70000-140000/{len(data)}"
    assert end.content == data[-5:]


@pytest.mark.parametrize("asked", [None, "bytes=70000-140000", "bytes=-5"])
async def test_a_damaged_file_is_an_error_and_is_not_served(
    asked: str | None, sealed: Sealed, signer: UrlSigner
) -> None:
    await sealed.store.put("hls/7/low/1.m4s", b"secret" * 100_000, "")
    for at in (100_000, -1):
        await sealed.damage("hls/7/low/1.m4s", at)
    headers = {} if asked is None else {"range": asked}

    answer = await sealed.client.get(signer.sign_key("hls/7/low/1.m4s", LATER), headers=headers)

    assert answer.status_code == 500
    assert code(answer) == "OBJECT_CORRUPT"
    assert answer.headers["cache-control"] == "no-store"
    assert b"secret" not in answer.content
    assert sealed.store.damaged == 1


async def test_a_long_file_that_is_damaged_at_its_end_is_not_served_to_its_end(
    sealed: Sealed, signer: UrlSigner
) -> None:
    data = b"secret" * 500_000
    await sealed.store.put("hls/7/long.m4s", data, "")
    await sealed.damage("hls/7/long.m4s", -1)

    answer = await sealed.client.get(signer.sign_key("hls/7/long.m4s", LATER))

    assert answer.headers["content-length"] == str(len(data))
    assert len(answer.content) < len(data)


async def test_a_store_that_does_not_answer_is_tried_again_later(
    signer: UrlSigner, clock: Clock
) -> None:
    nowhere = BucketAddress(
        bucket="b", endpoint="http://127.0.0.1:1", access_key_id="a", secret_access_key="b",
        retries_max=0,
    )  # fmt: skip
    app = Starlette(routes=[media_files(S3Store(nowhere), signer, clock)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get(signer.sign_key("a.jpg", LATER))

    assert answer.status_code == 503
    assert code(answer) == "STORAGE_UNAVAILABLE"
    assert answer.headers["retry-after"] == "2"
