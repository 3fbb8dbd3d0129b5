"""A request's body as pieces of bounded size, each kept as soon as it is whole."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from domain.media.file_types import HEAD_BYTES, require_playable
from domain.media.upload_rules import Lease
from errors import TooLarge
from resolvers.context import UseCaseContext
from resolvers.media.transfers import StagedPart, discard, keep_parts, renew_lease, stage_part
from web.pages.tus.headers import Checksum
from web.pages.upload_refusals import head_of
from web.wire.file_sink import FileSink

PART_BYTES_MAX: Final = 8 * 1024 * 1024
"""What a killed gateway loses of a transfer, at most."""


class PartWriter:
    """Cuts bytes into pieces and keeps them; those under a checksum only all together."""

    def __init__(
        self, ctx: UseCaseContext, lease: Lease, folder: Path, checksum: Checksum | None
    ) -> None:
        self.lease = lease
        """Where the next byte that is not kept yet goes."""
        self._ctx = ctx
        self._path = folder / "part"
        self._checksum = checksum
        self._staged: list[StagedPart] = []
        self._left = lease.missing_bytes
        self._filled = 0
        self._sink = FileSink(self._path, PART_BYTES_MAX)
        self._renew_at = ctx.clock.now()

    async def write(self, chunk: bytes) -> None:
        """Take in bytes.

        Raises:
            TooLarge: there are more than the file was said to have.
            UploadGone, Conflict: the lease was lost.
            FileTypeRefused: the file is nothing to play.
        """
        await self._renew()
        if len(chunk) > self._left:
            raise TooLarge("There are more bytes than the file was said to have.", field="file")
        self._left -= len(chunk)
        if self._checksum is not None:
            self._checksum.digest.update(chunk)
        while chunk:
            piece, chunk = _cut(chunk, PART_BYTES_MAX - self._filled)
            await self._sink.write(piece)
            self._filled += len(piece)
            if self._filled == PART_BYTES_MAX:
                await self._end_part()

    async def finish(self) -> Lease:
        """Keep what is left.

        Raises:
            ChecksumMismatch: the bytes are others; none of them is kept.
        """
        if self._checksum is not None:
            self._checksum.require_match()
        if self._filled:
            await self._end_part()
        if self._staged:
            await self._keep()
        return self.lease

    async def cut_off(self) -> None:
        """The request ended before its end: keep what came, unless a checksum was to be met."""
        if self._checksum is None and self._filled:
            await self._end_part()

    async def close(self) -> None:
        """Let go of what is not kept."""
        self._sink.__exit__()
        staged, self._staged = self._staged, []
        await discard(self._ctx, staged)

    async def _end_part(self) -> None:
        with self._sink as sink:
            received = await sink.finish()
        if self.lease.offset_bytes == 0 and not self._staged:
            self._require_playable(received.size)
        staged = await stage_part(
            self._ctx,
            self.lease,
            received.path,
            size_bytes=received.size,
            part_hash=received.hash,
        )
        self._staged.append(staged)
        self._sink, self._filled = FileSink(self._path, PART_BYTES_MAX), 0
        if self._checksum is None:
            await self._keep()

    async def _keep(self) -> None:
        staged, self._staged = self._staged, []
        self.lease = await keep_parts(self._ctx, self.lease, staged)

    def _require_playable(self, size: int) -> None:
        """Look at the first piece, if it tells enough; the worker looks at every file again."""
        if size >= HEAD_BYTES or size == self.lease.length_bytes:
            require_playable(head_of(self._path), self.lease.kind)

    async def _renew(self) -> None:
        now = self._ctx.clock.now()
        if now >= self._renew_at:
            await renew_lease(self._ctx, self.lease)
            self._renew_at = now + timedelta(seconds=self._ctx.limits.upload_lease_seconds / 2)


def _cut(chunk: bytes, size: int) -> tuple[bytes, bytes]:
    return chunk[:size], chunk[size:]
