"""Uploads in parts that go from the client to the bucket, past us, by presigned URLs (SigV4)."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from adapters.storage.buckets import connect
from adapters.storage.s3 import BucketAddress, S3Store
from adapters.storage.store import require_key, require_prefix
from domain.ports import SignedPart, StoredPart, UnfinishedUpload
from errors import BadInput, NotFound, StorageUnavailable

SECONDS_MAX: Final = 7 * 86_400
PARTS_MAX: Final = 10_000
PART_BYTES_MAX: Final = 5 * 1024**3
PAGE: Final = 1_000

GONE: Final = frozenset({"NoSuchUpload", "NoSuchKey", "404"})
WRONG_PARTS: Final = frozenset({"InvalidPart", "InvalidPartOrder", "EntityTooSmall"})


class PresignedUploads:
    """`domain.ports.DirectUploads` over a bucket; what blocks runs in threads.

    The bytes of each part are signed for, so a part neither grows nor shrinks on its way.
    """

    def __init__(self, address: BucketAddress, *, public_endpoint: str | None = None) -> None:
        """`public_endpoint` is the server as clients reach it, where that is another name."""
        self._bucket = address.bucket
        self._client = connect(address)
        outside = replace(address, endpoint=public_endpoint or address.endpoint)
        self._signer = self._client if outside == address else connect(outside)
        self._store = S3Store(address)

    async def begin(self, key: str, content_type: str) -> str:
        """Begin an upload; answers its id at the bucket."""
        answer = await self._ask(
            self._client.create_multipart_upload, require_key(key), ContentType=content_type
        )
        return str(answer["UploadId"])

    async def sign_parts(
        self, key: str, upload_id: str, sizes: Mapping[int, int], *, seconds: int
    ) -> list[SignedPart]:
        """URLs for parts of these sizes; no server is asked.

        Raises:
            BadInput: a number, a size or the seconds are out of the dialect's bounds.
        """
        require_key(key)
        _require_bounds(sizes, seconds)
        return await asyncio.to_thread(self._sign, key, upload_id, dict(sizes), seconds)

    async def list_parts(self, key: str, upload_id: str) -> list[StoredPart]:
        """The parts that have arrived, by number.

        Raises:
            NotFound: there is no such upload.
        """
        require_key(key)
        return await asyncio.to_thread(self._list_parts, key, upload_id)

    async def complete(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> None:
        """Join parts into the object; an upload that was completed is left as it is.

        They are compared with what has arrived first: some servers forget an upload whose
        completion they refuse.

        Raises:
            BadInput: a part has not arrived, is another one, or is too small.
            NotFound: there is no such upload, nor an object of its key.
        """
        try:
            arrived = {part.number: part.etag for part in await self.list_parts(key, upload_id)}
        except NotFound:
            if await self.size_of(key) is None:
                raise
            return
        wrong = [part.number for part in parts if arrived.get(part.number) != _bare(part.etag)]
        if wrong or not parts:
            number = wrong[0] if wrong else 1
            raise BadInput(f"Part {number} has not arrived as you say.", field="parts")
        listed = [
            {"PartNumber": number, "ETag": f'"{arrived[number]}"'}
            for number in sorted({part.number for part in parts})
        ]
        await self._ask(
            self._client.complete_multipart_upload,
            key,
            UploadId=upload_id,
            MultipartUpload={"Parts": listed},
        )

    async def abort(self, key: str, upload_id: str) -> None:
        """Forget an upload and its parts; one that is not there is forgotten already."""
        with contextlib.suppress(NotFound):
            await self._ask(
                self._client.abort_multipart_upload, require_key(key), UploadId=upload_id
            )

    async def list_unfinished(
        self, prefix: str, *, before: datetime, uploads_max: int
    ) -> list[UnfinishedUpload]:
        """Uploads below a prefix that were begun before a moment, as the bucket orders them."""
        require_prefix(prefix)
        return await asyncio.to_thread(self._list_unfinished, prefix, before, uploads_max)

    async def size_of(self, key: str) -> int | None:
        """Bytes of a completed upload; None where there is none."""
        found = await self._store.stat(key)
        return None if found is None else found.size

    async def fetch_to(self, key: str, path: Path) -> None:
        """Copy a completed upload into a file.

        Raises:
            NotFound: there is none.
        """
        await self._store.fetch_to(key, path)

    async def delete(self, key: str) -> None:
        """Remove a completed upload; one that is not there is removed already."""
        with contextlib.suppress(NotFound):
            await self._ask(self._client.delete_object, require_key(key))

    async def _ask(self, call: Callable[..., Any], key: str, **given: Any) -> Any:
        with _faults():
            return await asyncio.to_thread(call, Bucket=self._bucket, Key=key, **given)

    def _sign(
        self, key: str, upload_id: str, sizes: dict[int, int], seconds: int
    ) -> list[SignedPart]:
        signed = []
        for number, size in sorted(sizes.items()):
            given = {
                "Bucket": self._bucket,
                "Key": key,
                "UploadId": upload_id,
                "PartNumber": number,
                "ContentLength": size,
            }
            url = self._signer.generate_presigned_url("upload_part", given, ExpiresIn=seconds)
            signed.append(SignedPart(number=number, size=size, url=url))
        return signed

    def _list_parts(self, key: str, upload_id: str) -> list[StoredPart]:
        pages = self._client.get_paginator("list_parts").paginate(
            Bucket=self._bucket,
            Key=key,
            UploadId=upload_id,
            PaginationConfig={"MaxItems": PARTS_MAX, "PageSize": PAGE},
        )
        with _faults():
            found = [
                StoredPart(
                    number=int(part["PartNumber"]), etag=_bare(part["ETag"]), size=part["Size"]
                )
                for page in pages
                for part in page.get("Parts", ())
            ]
        return sorted(found, key=lambda part: part.number)

    def _list_unfinished(
        self, prefix: str, before: datetime, uploads_max: int
    ) -> list[UnfinishedUpload]:
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._bucket, Prefix=prefix, PaginationConfig={"PageSize": PAGE}
        )
        found: list[UnfinishedUpload] = []
        with _faults():
            for each in (each for page in pages for each in page.get("Uploads", ())):
                if each["Initiated"] < before:
                    found.append(
                        UnfinishedUpload(
                            key=each["Key"], upload_id=each["UploadId"], begun_at=each["Initiated"]
                        )
                    )
                if len(found) == uploads_max:
                    break
        return found


def _require_bounds(sizes: Mapping[int, int], seconds: int) -> None:
    if not 1 <= seconds <= SECONDS_MAX:
        raise BadInput(f"A URL is good for 1 to {SECONDS_MAX} seconds.", field="seconds")
    if not all(1 <= number <= PARTS_MAX for number in sizes):
        raise BadInput(f"Parts are numbered from 1 to {PARTS_MAX}.", field="parts")
    if not all(1 <= size <= PART_BYTES_MAX for size in sizes.values()):
        raise BadInput(f"A part has 1 to {PART_BYTES_MAX} bytes.", field="parts")


def _bare(etag: str) -> str:
    return etag.strip().strip('"')


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """Say in our words what the bucket said in its own."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in GONE:
            raise NotFound("There is no such upload.") from error
        if code in WRONG_PARTS:
            raise BadInput("The bucket does not take these parts.", field="parts") from error
        raise StorageUnavailable("The bucket does not answer as it should.") from error
    except BotoCoreError as error:
        raise StorageUnavailable("The S3 server does not answer.") from error
