"""Files that came in pieces become originals: put together, looked at, and handed over."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from blake3 import blake3

from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.fingerprints import FingerprintRepository
from db.repositories.media.uploads import UploadRepository
from domain.ids import PlayableKey, UploadId
from domain.media import upload_rules
from domain.media.file_types import HEAD_BYTES, FileType, require_playable
from domain.media.object_keys import inbox_folder, original_key
from domain.media.recordings import OnProgress, Transcoder
from domain.media.upload_records import FileUpload, UploadPart, UploadState
from errors import AppError, DuplicateFile, StorageUnavailable
from resolvers.context import UseCaseContext
from resolvers.media.direct_uploads import clear_direct
from resolvers.media.receivers import RECEIVERS, ReceivedFile

ORIGINAL_TYPE: Final = "application/octet-stream"
OUR_FAULT: Final = "Something went wrong on our side; send the file again."
SPOOL_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFile:
    """A file put together again."""

    path: Path
    hash: str
    size: int
    type: FileType


async def take_in(
    ctx: UseCaseContext,
    transcoder: Transcoder,
    upload_id: UploadId,
    *,
    on_progress: OnProgress,
    is_last_attempt: bool,
) -> None:
    """Make an original of an upload that has ARRIVED, and let it be processed.

        ARRIVED ─▶ DONE | REFUSED (reason)

    Safe to run twice, and after a kill at any point: the original's key is its hash, the item
    changes once, and the pieces are removed only after that.

    Raises:
        DependencyError: something failed that may pass; the upload is REFUSED if this was the
            last attempt.
    """
    upload, parts = await _read(ctx, upload_id)
    if upload is None or upload.state is UploadState.OPEN:
        return
    if upload.state is UploadState.ARRIVED:
        try:
            async with transcoder.workspace(f"upload-{upload_id}") as folder:
                await _hand_over(ctx, upload, parts, folder, on_progress)
        except AppError as error:
            if error.retryable and not is_last_attempt:
                raise
            await _refuse(ctx, upload, error)
            if error.retryable:
                raise
    await ctx.ports.store.delete_prefix(inbox_folder(upload_id))
    await clear_direct(ctx.ports.direct_uploads, upload)


async def _read(
    ctx: UseCaseContext, upload_id: UploadId
) -> tuple[FileUpload | None, list[UploadPart]]:
    async with ctx.unit_of_work(UploadRepository) as uow:
        upload = await uow.rows.lock_upload(upload_id)
        return upload, await uow.rows.parts_of(upload_id)


async def _hand_over(
    ctx: UseCaseContext,
    upload: FileUpload,
    parts: list[UploadPart],
    folder: Path,
    on_progress: OnProgress,
) -> None:
    """Everything that takes time, then the one commit by which the item has its file."""
    receiver = RECEIVERS[upload.playable_key.kind]
    whole = await _put_together(ctx, upload, parts, folder / "file", on_progress)
    file = ReceivedFile(
        key=original_key(whole.hash), hash=whole.hash, size=whole.size, type=whole.type.mime
    )
    await receiver.require_awaited(ctx, upload.playable_key, file)
    if await ctx.ports.store.stat(file.key) is None:
        await ctx.ports.store.put_file(file.key, whole.path, ORIGINAL_TYPE)
    await receiver.receive(ctx, upload.playable_key, file)


async def _put_together(
    ctx: UseCaseContext,
    upload: FileUpload,
    parts: list[UploadPart],
    path: Path,
    on_progress: OnProgress,
) -> WholeFile:
    """One file of all pieces, each looked at again on its way.

    Raises:
        StorageUnavailable: a piece is not there, or not as it was kept.
        FileTypeRefused: the file is nothing to play.
    """
    if upload.direct_key is None:
        file_hash = await _join(ctx, parts, path, on_progress)
    else:
        await ctx.ports.require_direct_uploads().fetch_to(upload.direct_key, path)
        file_hash = await asyncio.to_thread(_hash, path)
    head, size = await asyncio.to_thread(_head_and_size, path)
    assert size == upload.offset_bytes, "the row counts what is kept"
    return WholeFile(
        path=path,
        hash=file_hash,
        size=size,
        type=require_playable(head, upload.playable_key.kind),
    )


async def _join(
    ctx: UseCaseContext, parts: list[UploadPart], path: Path, on_progress: OnProgress
) -> str:
    """Write all pieces into one file; its hash."""
    digest = blake3()
    with path.open("xb") as file:
        for part in parts:
            await _append(ctx, part, file, digest, path.with_name("part"))
            await on_progress(part.number / len(parts))
    return digest.hexdigest()


def _hash(path: Path) -> str:
    return blake3().update_mmap(path).hexdigest()


async def _append(
    ctx: UseCaseContext, part: UploadPart, file: BinaryIO, whole: blake3, spool: Path
) -> None:
    await ctx.ports.store.fetch_to(part.key, spool)
    if await asyncio.to_thread(_copy, spool, file, whole) != (part.size_bytes, part.hash):
        raise StorageUnavailable("A piece of the file was damaged in the store.")


def _copy(spool: Path, file: BinaryIO, whole: blake3) -> tuple[int, str]:
    """Append a piece; its size and hash as they are now."""
    digest, size = blake3(), 0
    with spool.open("rb") as piece:
        while chunk := piece.read(SPOOL_BYTES):
            digest.update(chunk)
            whole.update(chunk)
            file.write(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def _head_and_size(path: Path) -> tuple[bytes, int]:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES), path.stat().st_size


async def _refuse(ctx: UseCaseContext, upload: FileUpload, error: AppError) -> None:
    """Free the room and tell the owner why, in one commit; our own faults not in detail."""
    reason = OUR_FAULT if error.retryable else error.message
    receiver = RECEIVERS[upload.playable_key.kind]
    async with ctx.unit_of_work(MediaRepository) as uow:
        await receiver.refuse(uow, upload.playable_key, ctx.clock, code=error.code, reason=reason)
        if isinstance(error, DuplicateFile):
            original = PlayableKey.parse(str(error.details["original"]))
            matches = FingerprintRepository(uow.connection)
            await matches.replace_matches(upload.playable_key, [(original, 1.0)])
        rows = UploadRepository(uow.connection)
        now = await rows.lock_upload(upload.id)
        if now is None or now.state is not UploadState.ARRIVED:
            return
        await rows.save_upload(upload_rules.refuse(now, code=error.code, reason=reason))
        await uow.commit()
