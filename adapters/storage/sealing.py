"""A store that keeps what it is given encrypted in another store; ranges open what they touch only.

Sizes, tags and times are those of the content. What was damaged or meddled with is never given
out: every chunk proves itself before a byte of it is, and who reads all gets the hash checked too.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from blake3 import blake3

from adapters.storage.key_ring import KeyRing
from adapters.storage.recent import Recent
from adapters.storage.seal_format import (
    DAMAGED,
    HEADER,
    KEY_BYTES,
    TAG_BYTES,
    ChunkCipher,
    Header,
    Secret,
    envelope_key_id,
    is_sealed,
    new_header,
    parse_header,
    unwrap,
    wrap,
)
from adapters.storage.sealed_files import SLICE_BYTES, hash_file, sealed_slices
from adapters.storage.store import (
    BESIDE,
    ByteStore,
    InvalidKey,
    content_type_of,
    require_key,
    require_prefix,
)
from domain.clock import Clock
from domain.ports import ObjectStat
from errors import NotFound, ObjectCorrupt, StorageUnavailable

log = logging.getLogger(__name__)

OPAQUE: Final = "application/octet-stream"
TRIES_MAX: Final = 5
SECRETS_MAX: Final = 4_096
HEADERS_MAX: Final = 1_024
HEADER_SECONDS: Final = 5.0
"""A header is read once for `stat` and the range that follows it."""


class SealedStore:
    """An object store that seals, over one that keeps bytes."""

    def __init__(
        self,
        inner: ByteStore,
        keys: KeyRing,
        clock: Clock,
        *,
        plain_readable: bool = False,
    ) -> None:
        """`plain_readable` also gives out what lay there before anything was sealed."""
        self.inner = inner
        self.keys = keys
        self._clock = clock
        self._plain_readable = plain_readable
        self.damaged = 0
        """How often something was found damaged."""
        self._secrets: Recent[bytes, Secret] = Recent(SECRETS_MAX)
        self._headers: Recent[str, tuple[Header, float]] = Recent(HEADERS_MAX)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Seal bytes under the key, replacing what was there."""
        del content_type
        header = new_header(len(data), self._clock.now())
        secret = _new_secret(blake3(data).digest())
        cipher = ChunkCipher(secret, _own(key), header)
        former = await self._put_envelope(key, header, secret)
        sealed = await asyncio.to_thread(lambda: header.print() + cipher.seal_all(0, data))
        await self.inner.put(key, sealed, OPAQUE)
        await self._forget(key, former)

    async def put_file(self, key: str, path: Path, content_type: str) -> None:
        """Seal a file under the key, replacing what was there."""
        _own(key)
        try:
            size = (await asyncio.to_thread(path.stat)).st_size
            if size <= SLICE_BYTES:
                await self.put(key, await asyncio.to_thread(path.read_bytes), content_type)
                return
            digest = await asyncio.to_thread(hash_file, path)
        except OSError as error:
            raise StorageUnavailable("The disk refused to read.") from error
        header, secret = new_header(size, self._clock.now()), _new_secret(digest)
        cipher = ChunkCipher(secret, key, header)
        former = await self._put_envelope(key, header, secret)
        async with contextlib.aclosing(sealed_slices(path, header, cipher)) as slices:
            await self.inner.put_chunks(key, slices, OPAQUE)
        await self._forget(key, former)

    async def get(self, key: str) -> bytes:
        """Read a whole object.

        Raises:
            NotFound: there is none.
            ObjectCorrupt: it is not what was put there.
        """
        return b"".join([piece async for piece in self._whole(_own(key))])

    async def open_range(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`, chunk by chunk.

        Raises:
            NotFound: there is none.
            ObjectCorrupt: what would come next is not what was put there.
        """
        recent = self._headers.get(_own(key))
        is_fresh = recent is not None and time.monotonic() - recent[1] < HEADER_SECONDS
        header = recent[0] if recent is not None and is_fresh else await self._header(key)
        if header is None:
            async for piece in self.inner.open_range(key, start, end):
                yield piece
            return
        async for piece in self._pieces(key, header, start, min(end, header.size)):
            yield piece

    async def stat(self, key: str) -> ObjectStat | None:
        """Tell size, tag and time of the content; None if there is none.

        Raises:
            ObjectCorrupt: what is told of it is not what was put there.
        """
        try:
            header, secret = await self._opened(_own(key))
        except NotFound:
            return None
        if header is None or secret is None:
            return await self.inner.stat(key)
        self._headers.keep(key, (header, time.monotonic()))
        return ObjectStat(
            size=header.size,
            etag=secret.content_hash.hex()[:32],
            content_type=content_type_of(key),
            modified=header.modified,
        )

    async def delete(self, key: str) -> None:
        """Remove one object; none there is no error."""
        former = await self._former(_own(key))
        await self.inner.delete(key)
        await self._forget(key, former)

    async def delete_prefix(self, prefix: str) -> None:
        """Remove everything below the folder; nothing there is no error."""
        self._headers.clear()
        await self.inner.delete_prefix(require_prefix(prefix))

    async def list(self, prefix: str) -> AsyncIterator[str]:
        """Yield the keys below the folder, in no particular order."""
        async for key in self.inner.list(prefix):
            if BESIDE.search(key) is None:
                yield key

    async def fetch_to(self, key: str, path: Path) -> None:
        """Copy an object to a file, which appears whole or not at all.

        Raises:
            NotFound: there is none.
            ObjectCorrupt: it is not what was put there.
        """
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with draft.open("xb") as file:
                async for piece in self._whole(_own(key)):
                    await asyncio.to_thread(file.write, piece)
            draft.replace(path)
        except OSError as error:
            raise StorageUnavailable("The disk refused to write.") from error
        finally:
            draft.unlink(missing_ok=True)

    async def _whole(self, key: str) -> AsyncIterator[bytes]:
        """All of an object; one that is being replaced is read as it was or as it will be."""
        for _ in range(TRIES_MAX):
            has_begun = False
            header = await self._header(key)
            if header is None:
                yield await self.inner.get(key)
                return
            try:
                async for piece in self._pieces(key, header, 0, header.size):
                    has_begun = True
                    yield piece
            except _Replaced:
                if has_begun:
                    raise
            else:
                return
        raise _Replaced("The object is replaced again and again.")

    async def _pieces(self, key: str, header: Header, start: int, end: int) -> AsyncIterator[bytes]:
        """A range of a sealed object's content."""
        if end <= start and not (end == header.size == 0):
            return
        try:
            cipher = ChunkCipher(await self._secret(key, header), key, header)
            first, last = start // header.chunk_bytes, max(0, end - 1) // header.chunk_bytes
            skip = start - first * header.chunk_bytes
            is_whole = start == 0 and end == header.size
            stream = self._chunks(key, header, cipher, first, last)
            if is_whole:
                stream = _proven(stream, await self._secret(key, header))
            left = end - start
            async for content in stream:
                wanted = content[skip : skip + left]
                skip = 0
                left -= len(wanted)
                if wanted:
                    yield wanted
        except (ObjectCorrupt, NotFound, StorageUnavailable) as error:
            raise await self._judged(key, header, error) from error

    async def _chunks(
        self, key: str, header: Header, cipher: ChunkCipher, first: int, last: int
    ) -> AsyncIterator[bytes]:
        """The content of some chunks; as many at once as came at once."""
        sealed_bytes = header.chunk_bytes + TAG_BYTES
        held, number = bytearray(), first
        stream = self.inner.open_range(key, *header.span_of(first, last))
        async for piece in stream:
            held += piece
            ready = min(len(held) // sealed_bytes, last - number)
            if ready > 0:
                yield cipher.open_all(number, bytes(held[: ready * sealed_bytes]))
                del held[: ready * sealed_bytes]
                number += ready
        if number < last:
            raise ObjectCorrupt(DAMAGED)
        yield cipher.open(last, bytes(held))

    async def _judged(self, key: str, header: Header, error: Exception) -> Exception:
        """Whether an object is damaged, or was replaced or removed while it was being read.

        Raises:
            NotFound: it was removed.
        """
        self._headers.drop(key)
        now = await self._header(key)
        if now is None or now.write_id != header.write_id:
            return _Replaced("The object was replaced while it was being read.")
        if isinstance(error, StorageUnavailable):
            found = await self.inner.stat(key)
            if found is None or found.size >= now.span_of(0, now.chunks - 1)[1]:
                return error  # it is all there, and only cannot be had now
        self._tell(key)
        return ObjectCorrupt(DAMAGED)

    async def _opened(self, key: str) -> tuple[Header | None, Secret | None]:
        """An object's header and secret; nothing where it was never sealed."""
        for _ in range(TRIES_MAX):
            header = await self._header(key)
            if header is None:
                return None, None
            try:
                return header, await self._secret(key, header)
            except (ObjectCorrupt, NotFound) as error:
                judged = await self._judged(key, header, error)
                if not isinstance(judged, _Replaced):
                    raise judged from error
        raise _Replaced("The object is replaced again and again.")

    async def _header(self, key: str) -> Header | None:
        """An object's header; None where it was never sealed, and that is let pass.

        Raises:
            NotFound: there is no object.
            ObjectCorrupt: there is one, which is not sealed, or the header is damaged.
        """
        start = await self._start(key)
        if not is_sealed(start) and self._plain_readable:
            return None
        try:
            return parse_header(start)
        except ObjectCorrupt:
            self._tell(key)
            raise

    async def _start(self, key: str) -> bytes:
        try:
            return b"".join([part async for part in self.inner.open_range(key, 0, HEADER.size)])
        except StorageUnavailable:
            found = await self.inner.stat(key)  # some servers have no range of what is empty
            if found is None or found.size > 0:
                raise
            return b""

    async def _secret(self, key: str, header: Header) -> Secret:
        """The data key and hash of one write; those never change.

        Raises:
            NotFound: the envelope is gone.
            ObjectCorrupt: the envelope, or the header, is not what was put there.
            StorageUnavailable: the key-encryption key is not here.
        """
        found = self._secrets.get(header.write_id + key.encode() + header.print())
        if found is None:
            envelope = await self.inner.get(header.envelope_key(key))
            wrapping_key = self.keys.find(envelope_key_id(envelope))
            found = unwrap(envelope, key, header, wrapping_key=wrapping_key)
            self._secrets.keep(header.write_id + key.encode() + header.print(), found)
        return found

    async def _put_envelope(self, key: str, header: Header, secret: Secret) -> Header | None:
        """Store a data key before the body that it opens; answers what the body replaces."""
        key_id, wrapping_key = self.keys.active()
        envelope = wrap(secret, key, header, key_id=key_id, wrapping_key=wrapping_key)
        former, _ = await asyncio.gather(
            self._former(key), self.inner.put(header.envelope_key(key), envelope, OPAQUE)
        )
        return former

    async def _former(self, key: str) -> Header | None:
        try:
            start = await self._start(key)
            return parse_header(start)
        except (NotFound, ObjectCorrupt):
            return None

    async def _forget(self, key: str, former: Header | None) -> None:
        """Remove the envelope of a write that is no more."""
        self._headers.drop(key)
        if former is not None:
            await self.inner.delete(former.envelope_key(key))

    def _tell(self, key: str) -> None:
        log.error("a stored object is damaged: %s", key)
        self.damaged += 1


class _Replaced(StorageUnavailable):
    """What was being read is not there any more; asking again gets what replaced it."""


async def _proven(stream: AsyncIterator[bytes], secret: Secret) -> AsyncIterator[bytes]:
    """A whole content, whose last piece comes when the hash of all has been found right."""
    hasher, held = blake3(), b""
    async for piece in stream:
        hasher.update(piece)
        if held:
            yield held
        held = piece
    if hasher.digest() != secret.content_hash:
        raise ObjectCorrupt(DAMAGED)
    yield held


def _new_secret(content_hash: bytes) -> Secret:
    return Secret(secrets.token_bytes(KEY_BYTES), content_hash)


def _own(key: str) -> str:
    """The key, if it is one for objects and not of what lies beside them."""
    if BESIDE.search(require_key(key)) is not None:
        raise InvalidKey("Keys like this are the store's own.")
    return key
