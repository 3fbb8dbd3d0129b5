"""Uploads in parts that go to the bucket by themselves, against a server that checks signatures."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from adapters.storage.presigning import PresignedUploads
from adapters.storage.s3 import BucketAddress
from domain.ports import SignedPart, StoredPart
from errors import BadInput, DirectUploadUnavailable, NotFound, StorageUnavailable
from resolvers.context import RequestContext
from settings import Settings
from wiring import build_direct_uploads

BYTES = "application/octet-stream"
PART = 5 * 1024**2
"""The dialect's smallest part that is not the last."""
REFUSED = {400, 403}
"""rclone says 400 of what is not signed or has expired, AWS 403."""


@pytest.fixture
def uploads(s3_address: BucketAddress) -> PresignedUploads:
    return PresignedUploads(s3_address)


@pytest.fixture
def key() -> str:
    return f"staging/{secrets.token_hex(6)}/file"


async def put(part: SignedPart, body: bytes) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.put(part.url, content=body)


async def put_all(
    uploads: PresignedUploads, key: str, upload_id: str, bodies: Sequence[bytes]
) -> list[StoredPart]:
    sizes = {number: len(body) for number, body in enumerate(bodies, 1)}
    signed = await uploads.sign_parts(key, upload_id, sizes, seconds=600)
    stored = []
    for part, body in zip(signed, bodies, strict=True):
        answer = await put(part, body)
        assert answer.status_code == 200, answer.text
        stored.append(StoredPart(number=part.number, etag=answer.headers["etag"]))
    return stored


async def test_a_file_goes_to_the_bucket_in_parts(
    uploads: PresignedUploads, key: str, tmp_path: Path
) -> None:
    bodies = [secrets.token_bytes(PART), secrets.token_bytes(PART), b"the rest"]
    upload_id = await uploads.begin(key, BYTES)

    stored = await put_all(uploads, key, upload_id, bodies)
    assert await uploads.size_of(key) is None
    await uploads.complete(key, upload_id, list(reversed(stored)))

    await uploads.fetch_to(key, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"".join(bodies)
    assert await uploads.size_of(key) == 2 * PART + 8


async def test_parts_that_have_arrived_are_listed(uploads: PresignedUploads, key: str) -> None:
    upload_id = await uploads.begin(key, BYTES)
    signed = await uploads.sign_parts(key, upload_id, {1: 3, 2: 3, 7: 5}, seconds=600)
    answer = await put(signed[2], b"seven")
    await put(signed[0], b"one")

    found = await uploads.list_parts(key, upload_id)

    assert [(part.number, part.size) for part in found] == [(1, 3), (7, 5)]
    assert found[1].etag == answer.headers["etag"].strip('"')


async def test_completing_twice_is_once(uploads: PresignedUploads, key: str) -> None:
    upload_id = await uploads.begin(key, BYTES)
    stored = await put_all(uploads, key, upload_id, [b"all of it"])

    for _ in range(2):
        await uploads.complete(key, upload_id, stored)

    assert await uploads.size_of(key) == 9


@pytest.mark.parametrize(
    ("_case", "tamper"),
    [
        ("another part", lambda url: url.replace("partNumber=1", "partNumber=2")),
        ("another key", lambda url: url.replace("/file?", "/fila?")),
        ("another upload", lambda url: url.replace("uploadId=", "uploadId=0")),
        ("a longer life", lambda url: url.replace("Expires=600", "Expires=900")),
        ("a cut signature", lambda url: url[:-1]),
        ("no signature", lambda url: url.partition("&X-Amz-Algorithm")[0]),
    ],
)
async def test_a_tampered_url_takes_nothing(
    _case: str, tamper, uploads: PresignedUploads, key: str
) -> None:
    upload_id = await uploads.begin(key, BYTES)
    [signed] = await uploads.sign_parts(key, upload_id, {1: 3}, seconds=600)
    assert tamper(signed.url) != signed.url

    answer = await put(replace(signed, url=tamper(signed.url)), b"one")

    assert answer.status_code in REFUSED
    assert await uploads.list_parts(key, upload_id) == []


@pytest.mark.parametrize("body", [b"on", b"none"])
async def test_a_part_is_as_large_as_was_signed(
    body: bytes, uploads: PresignedUploads, key: str
) -> None:
    upload_id = await uploads.begin(key, BYTES)
    [signed] = await uploads.sign_parts(key, upload_id, {1: 3}, seconds=600)

    answer = await put(signed, body)

    assert answer.status_code == 403
    assert await uploads.list_parts(key, upload_id) == []


async def test_an_expired_url_takes_nothing(
    uploads: PresignedUploads, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = await uploads.begin(key, BYTES)
    an_hour_ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: an_hour_ago)
    [signed] = await uploads.sign_parts(key, upload_id, {1: 3}, seconds=600)
    monkeypatch.undo()

    answer = await put(signed, b"one")

    assert answer.status_code in REFUSED
    assert await uploads.list_parts(key, upload_id) == []


async def test_a_part_that_is_another_one_completes_nothing_and_loses_nothing(
    uploads: PresignedUploads, key: str
) -> None:
    upload_id = await uploads.begin(key, BYTES)
    stored = await put_all(uploads, key, upload_id, [b"one"])

    for wrong in ([], [StoredPart(number=1, etag="0" * 32)], [replace(stored[0], number=2)]):
        with pytest.raises(BadInput):
            await uploads.complete(key, upload_id, wrong)

    assert await uploads.size_of(key) is None
    await uploads.complete(key, upload_id, stored)
    assert await uploads.size_of(key) == 3


async def test_an_aborted_upload_is_gone(uploads: PresignedUploads, key: str) -> None:
    upload_id = await uploads.begin(key, BYTES)
    stored = await put_all(uploads, key, upload_id, [b"one"])

    for _ in range(2):
        await uploads.abort(key, upload_id)

    with pytest.raises(NotFound):
        await uploads.list_parts(key, upload_id)
    with pytest.raises(NotFound):
        await uploads.complete(key, upload_id, stored)
    assert await uploads.size_of(key) is None


async def test_unfinished_uploads_are_listed_by_age_and_folder(
    uploads: PresignedUploads, key: str
) -> None:
    folder = f"{key.rpartition('/')[0]}/"
    ids = {await uploads.begin(f"{folder}{name}", BYTES) for name in ("a", "b", "c")}
    completed = await uploads.begin(f"{folder}d", BYTES)
    stored = await put_all(uploads, f"{folder}d", completed, [b"x"])
    await uploads.complete(f"{folder}d", completed, stored)
    hence = datetime.now(UTC) + timedelta(hours=1)
    before = hence - timedelta(hours=2)

    found = await uploads.list_unfinished(folder, before=hence, uploads_max=10)

    assert {each.upload_id for each in found} == ids
    assert {each.key for each in found} == {f"{folder}{name}" for name in ("a", "b", "c")}
    assert len(await uploads.list_unfinished(folder, before=hence, uploads_max=2)) == 2
    assert await uploads.list_unfinished(folder, before=before, uploads_max=10) == []
    assert await uploads.list_unfinished("elsewhere/", before=hence, uploads_max=10) == []


async def test_what_was_taken_over_is_deleted(
    uploads: PresignedUploads, key: str, tmp_path: Path
) -> None:
    upload_id = await uploads.begin(key, BYTES)
    await uploads.complete(key, upload_id, await put_all(uploads, key, upload_id, [b"one"]))

    for _ in range(2):
        await uploads.delete(key)

    assert await uploads.size_of(key) is None
    with pytest.raises(NotFound):
        await uploads.fetch_to(key, tmp_path / "file")


@pytest.mark.parametrize(
    ("sizes", "seconds"),
    [({0: 1}, 60), ({10_001: 1}, 60), ({1: 0}, 60), ({1: 5 * 1024**3 + 1}, 60), ({1: 1}, 0)],
)
async def test_only_what_the_dialect_knows_is_signed(
    sizes: dict[int, int], seconds: int, uploads: PresignedUploads, key: str
) -> None:
    with pytest.raises(BadInput):
        await uploads.sign_parts(key, "any", sizes, seconds=seconds)


async def test_urls_name_the_server_as_clients_reach_it(
    s3_address: BucketAddress, key: str
) -> None:
    uploads = PresignedUploads(s3_address, public_endpoint="https://bucket.example")

    [signed] = await uploads.sign_parts(key, "any", {1: 1}, seconds=60)

    assert signed.url.startswith(f"https://bucket.example/media/{key}?")


async def test_a_server_that_does_not_answer_is_a_fault_that_may_pass(key: str) -> None:
    nowhere = BucketAddress(
        bucket="media",
        endpoint="http://127.0.0.1:1",
        access_key_id="a",
        secret_access_key="b",
        retries_max=0,
    )

    with pytest.raises(StorageUnavailable):
        await PresignedUploads(nowhere).begin(key, BYTES)


async def test_a_wrong_secret_begins_nothing(s3_address: BucketAddress, key: str) -> None:
    with pytest.raises(StorageUnavailable):
        await PresignedUploads(replace(s3_address, secret_access_key="wrong")).begin(key, BYTES)


def test_a_bucket_of_the_settings_takes_direct_uploads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build_direct_uploads(Settings(data_dir=tmp_path)) is None
    monkeypatch.setenv("TUTTI_S3_BUCKET", "media")

    assert isinstance(build_direct_uploads(Settings(data_dir=tmp_path)), PresignedUploads)


async def test_without_a_bucket_direct_uploads_are_refused_in_plain_words(
    as_viewer: Callable[[], RequestContext],
) -> None:
    with pytest.raises(DirectUploadUnavailable):
        as_viewer().ports.require_direct_uploads()
