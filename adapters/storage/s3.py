"""Objects in a bucket that speaks S3, read and written by obstore."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError, GenericError, NotFoundError
from obstore.store import S3Store as Bucket

from adapters.storage.store import (
    CHUNK_BYTES,
    content_type_of,
    require_key,
    require_prefix,
)
from domain.ports import ObjectStat
from errors import NotFound, StorageUnavailable

DELETE_PAGE = 500
DELETE_TRIES = 3
NOT_PARTIAL = "NotPartial"
"""What obstore says of servers that answer a range with status 200; we cut ourselves then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketAddress:
    """Where a bucket is and who asks."""

    bucket: str
    region: str = "us-east-1"
    endpoint: str | None = None
    """None means the provider's own; set for any other S3 server."""
    access_key_id: str | None = None
    """None leaves credentials to the environment."""
    secret_access_key: str | None = None
    timeout_seconds: float = 30.0
    retries_max: int = 3


class S3Store:
    """An object store in a bucket; large files travel in parts."""

    def __init__(self, address: BucketAddress) -> None:
        self._bucket: Any = _connect(address)  # obstore's types are not followed

    async def put_file(self, key: str, path: Path, content_type: str) -> None:
        """Upload a file to the key, replacing what was there."""
        attributes = {"Content-Type": content_type}
        with _faults():
            await obstore.put_async(self._bucket, require_key(key), path, attributes=attributes)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Upload bytes to the key, replacing what was there."""
        attributes = {"Content-Type": content_type}
        with _faults():
            await obstore.put_async(self._bucket, require_key(key), data, attributes=attributes)

    async def put_chunks(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> None:
        """Upload what is being made to the key, replacing what was there."""
        attributes = {"Content-Type": content_type}
        with _faults():
            await obstore.put_async(self._bucket, require_key(key), chunks, attributes=attributes)

    async def get(self, key: str) -> bytes:
        """Read a whole object.

        Raises:
            NotFound: there is none.
        """
        with _faults():
            result = await obstore.get_async(self._bucket, require_key(key))
            return bytes(await result.bytes_async())

    async def open_range(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`, chunk by chunk.

        Raises:
            NotFound: there is none.
        """
        require_key(key)
        skip, left = 0, end - start
        if left <= 0:
            return
        with _faults():
            try:
                result = await obstore.get_async(self._bucket, key, options={"range": (start, end)})
            except BaseError as error:
                if NOT_PARTIAL not in str(error):
                    raise
                result, skip = await obstore.get_async(self._bucket, key), start
            async for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
                wanted = bytes(chunk)[skip : skip + left]
                skip = max(0, skip - len(chunk))
                left -= len(wanted)
                if wanted:
                    yield wanted
                if left == 0:
                    return

    async def stat(self, key: str) -> ObjectStat | None:
        """Tell size, tag and time of an object; None if there is none."""
        try:
            with _faults():
                found = await obstore.head_async(self._bucket, require_key(key))
        except NotFound:
            return None
        return ObjectStat(
            size=int(found["size"]),
            etag=str(found["e_tag"] or "").strip('"'),
            content_type=content_type_of(key),
            modified=found["last_modified"],
        )

    async def delete(self, key: str) -> None:
        """Remove one object; none there is no error."""
        with contextlib.suppress(NotFound), _faults():
            await self._remove([require_key(key)])

    async def delete_prefix(self, prefix: str) -> None:
        """Remove everything below the folder; nothing there is no error."""
        doomed = [key async for key in self.list(prefix)]
        for first in range(0, len(doomed), DELETE_PAGE):
            page = doomed[first : first + DELETE_PAGE]
            with _faults():
                await self._remove(page)

    async def list(self, prefix: str) -> AsyncIterator[str]:
        """Yield the keys below the folder, in no particular order."""
        with _faults():
            async for page in obstore.list(self._bucket, require_prefix(prefix)):
                for found in page:
                    yield str(found["path"])

    async def list_after(self, key: str) -> AsyncIterator[str]:
        """Yield all keys behind this one, in the order of their bytes."""
        with _faults():
            async for page in obstore.list(self._bucket, offset=key or None):
                for found in page:
                    yield str(found["path"])

    async def fetch_to(self, key: str, path: Path) -> None:
        """Download an object to a file, which appears whole or not at all.

        Raises:
            NotFound: there is none.
        """
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with _faults(), draft.open("xb") as file:
                result = await obstore.get_async(self._bucket, require_key(key))
                async for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
                    await asyncio.to_thread(file.write, chunk)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    async def _remove(self, keys: Sequence[str]) -> None:
        """Removals travel as a POST, which obstore never sends twice; sent twice, they do no harm.

        Without this a kept connection that the server closes at that moment fails a write.
        """
        for tries_left in reversed(range(DELETE_TRIES)):
            try:
                await obstore.delete_async(self._bucket, keys)
            except GenericError:
                if tries_left == 0:
                    raise
            else:
                return


def _connect(address: BucketAddress) -> Any:
    options: dict[str, str] = {"region": address.region}
    if address.endpoint is not None:
        options["endpoint"] = address.endpoint
    if address.access_key_id is not None and address.secret_access_key is not None:
        options["access_key_id"] = address.access_key_id
        options["secret_access_key"] = address.secret_access_key
    plain = bool(address.endpoint and address.endpoint.startswith("http://"))
    client = {"allow_http": plain, "timeout": f"{address.timeout_seconds}s"}
    retries = {"max_retries": address.retries_max}
    return Bucket(address.bucket, config=options, client_options=client, retry_config=retries)


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """Say in our words what the bucket said in its own."""
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound("There is no such object.") from error
    except (BaseError, OSError) as error:
        raise StorageUnavailable("The bucket does not answer as it should.") from error
