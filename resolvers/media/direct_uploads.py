"""Files that clients send to the bucket in parts, past us, by presigned URLs.

    begin ── PUT part ── PUT part ── … ── complete ──► ARRIVED ──► a worker reads, hashes, moves

The key is written down before the bucket is asked, so that whatever a crash leaves there is found
below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from db.repositories.media.uploads import UploadRepository
from domain.ids import JobId, PlayableKey, new_id
from domain.media import upload_rules
from domain.media.object_keys import direct_key
from domain.media.upload_records import FileUpload, UploadState
from domain.messages.commands import TakeInUpload
from domain.policies.uploads import require_own_upload
from domain.ports import DirectUploads, SignedPart, StoredPart
from errors import BadInput, Conflict
from resolvers.context import RequestContext

PART_BYTES_MIN: Final = 16 * 1024 * 1024
PARTS_MAX: Final = 500
"""Signed at once; larger files have larger parts."""
SIGNED_SECONDS_MAX: Final = 24 * 60 * 60
FILE_TYPE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectUpload:
    """Where the parts go that have not arrived yet."""

    part_bytes: int
    """Of each part but the last."""
    part_count: int
    parts: list[SignedPart]
    expires_at: datetime


async def begin_direct_upload(ctx: RequestContext, playable: PlayableKey) -> DirectUpload:
    """Addresses for the parts of a file that is waited for; of those begun, for what is missing.

    Raises:
        NotFound: the viewer has no such upload.
        UploadGone: it has ended or expired.
        DirectUploadUnavailable: objects lie on a disk here, not in a bucket.
    """
    direct = ctx.ports.require_direct_uploads()
    upload = await _begin(ctx, direct, playable)
    assert upload.direct_key is not None
    assert upload.direct_id is not None
    sizes = part_sizes(upload.size_bytes)
    arrived = {part.number for part in await direct.list_parts(upload.direct_key, upload.direct_id)}
    missing = {number: size for number, size in sizes.items() if number not in arrived}
    left = int((upload.expires_at - ctx.clock.now()).total_seconds())
    seconds = max(1, min(SIGNED_SECONDS_MAX, left))
    return DirectUpload(
        part_bytes=sizes[1],
        part_count=len(sizes),
        parts=await direct.sign_parts(
            upload.direct_key, upload.direct_id, missing, seconds=seconds
        ),
        expires_at=ctx.clock.now() + timedelta(seconds=seconds),
    )


async def complete_direct_upload(
    ctx: RequestContext, playable: PlayableKey, parts: Sequence[StoredPart]
) -> JobId:
    """All parts have arrived: join them, and let a worker take the file in. Twice is once:
    a worker that comes to a file that was taken in does nothing.

    Raises:
        NotFound: the viewer has no such upload.
        UploadGone: it has ended or expired.
        Conflict: nothing was begun.
        BadInput: parts are missing, or are not those that arrived.
        DirectUploadUnavailable: objects lie on a disk here, not in a bucket.
    """
    direct = ctx.ports.require_direct_uploads()
    if len(parts) > PARTS_MAX:
        raise BadInput(f"A file has at most {PARTS_MAX} parts.", field="parts")
    upload = await _own_upload(ctx, playable)
    if upload.direct_key is None or upload.direct_id is None:
        raise Conflict("No direct upload was begun for this.", field="id")
    if upload.state is UploadState.OPEN:
        upload_rules.require_open(upload, ctx.clock.now())
        await _join(direct, upload, parts)
    return await _arrive(ctx, upload)


async def abort_direct_upload(ctx: RequestContext, playable: PlayableKey) -> None:
    """Forget what was sent, and free the room that was reserved.

    Raises:
        NotFound: the viewer has no such upload.
        UploadGone: its file has arrived.
        DirectUploadUnavailable: objects lie on a disk here, not in a bucket.
    """
    direct = ctx.ports.require_direct_uploads()
    async with ctx.unit_of_work(UploadRepository) as uow:
        upload = require_own_upload(ctx.viewer, await uow.rows.lock_upload_of(playable))
        upload_rules.require_open(upload, ctx.clock.now())
        await uow.rows.remove_upload(upload.id)
        await uow.commit()
    await clear_direct(direct, upload)


async def clear_direct(direct: DirectUploads | None, upload: FileUpload) -> None:
    """Remove from the bucket what an upload has there; what is gone already is no error."""
    if direct is None or upload.direct_key is None:
        return
    if upload.direct_id is not None:
        await direct.abort(upload.direct_key, upload.direct_id)
    await direct.delete(upload.direct_key)


def part_sizes(size_bytes: int) -> dict[int, int]:
    """How large each part of a file is, by number: all alike but the last."""
    part_bytes = max(PART_BYTES_MIN, -(-size_bytes // PARTS_MAX))
    starts = range(0, size_bytes, part_bytes)
    return {
        number: min(part_bytes, size_bytes - start) for number, start in enumerate(starts, start=1)
    }


async def _begin(ctx: RequestContext, direct: DirectUploads, playable: PlayableKey) -> FileUpload:
    """The upload with its id at the bucket; begun there now if it was not before."""
    async with ctx.unit_of_work(UploadRepository) as uow:
        upload = require_own_upload(ctx.viewer, await uow.rows.lock_upload_of(playable))
        upload_rules.require_open(upload, ctx.clock.now())
        if upload.direct_id is not None:
            return upload
        upload = replace(upload, direct_key=direct_key(upload.id, new_id()))
        await uow.rows.save_upload(upload)
        await uow.commit()
    assert upload.direct_key is not None
    begun = await direct.begin(upload.direct_key, FILE_TYPE)
    async with ctx.unit_of_work(UploadRepository) as uow:
        now = require_own_upload(ctx.viewer, await uow.rows.lock_upload_of(playable))
        is_ours = now.direct_key == upload.direct_key and now.state is UploadState.OPEN
        if is_ours:
            now = replace(now, direct_id=begun)
            await uow.rows.save_upload(now)
            await uow.commit()
    if not is_ours:
        await direct.abort(upload.direct_key, begun)
        raise Conflict("Another request begins this upload; ask again.", field="id")
    return now


async def _own_upload(ctx: RequestContext, playable: PlayableKey) -> FileUpload:
    async with ctx.unit_of_work(UploadRepository) as uow:
        return require_own_upload(ctx.viewer, await uow.rows.lock_upload_of(playable))


async def _join(direct: DirectUploads, upload: FileUpload, parts: Sequence[StoredPart]) -> None:
    """Join the parts at the bucket, if they make the whole file."""
    assert upload.direct_key is not None
    assert upload.direct_id is not None
    if await direct.size_of(upload.direct_key) == upload.size_bytes:
        return  # joined before, by a request that died
    missing = set(part_sizes(upload.size_bytes)) - {part.number for part in parts}
    if missing:
        raise BadInput(f"Part {min(missing)} is missing.", field="parts")
    await direct.complete(upload.direct_key, upload.direct_id, parts)
    if await direct.size_of(upload.direct_key) != upload.size_bytes:
        await direct.delete(upload.direct_key)
        raise BadInput("The parts do not make the file that was announced.", field="parts")


async def _arrive(ctx: RequestContext, joined: FileUpload) -> JobId:
    async with ctx.unit_of_work(UploadRepository) as uow:
        upload = await uow.rows.lock_upload(joined.id)
        if upload is None or upload.direct_key != joined.direct_key:
            raise Conflict("Another request has ended this upload.", field="id")
        if upload.state is UploadState.OPEN:
            whole = replace(upload, offset_bytes=upload.size_bytes)
            await uow.rows.save_upload(upload_rules.arrive(whole))
        command = TakeInUpload(upload_id=upload.id)
        job_id = await uow.send(command, owner_id=upload.owner_id)
        await uow.commit()
    return job_id
