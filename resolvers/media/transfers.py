"""Files that come in pieces (tus): begun, claimed, added to, ended; any gateway may go on.

The row says how many bytes are kept, and it only ever says so of pieces that lie in the store:

    claim ── piece ──► store ──► row: part + offset, one commit ── … ── last ──► ARRIVED + command

A gateway that dies leaves the row as it was, and at worst a piece that no row names; it lies in
the upload's own folder, which is emptied when the upload ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from db.repositories.media.uploads import UploadRepository
from domain.ids import UploadId, new_id
from domain.media import upload_rules
from domain.media.object_keys import inbox_folder, part_folder, transfer_folder
from domain.media.upload_records import FileUpload, UploadPart, UploadState
from domain.media.upload_rules import Lease
from domain.messages.commands import TakeInUpload
from errors import AppError, NotFound, OutcomeUnknown
from loaders.media.uploads import UPLOAD_BY_ID
from resolvers.context import UseCaseContext

PART_TYPE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedPart:
    """A piece that lies in the store, and that no row names yet."""

    folder: str
    key: str
    size_bytes: int
    hash: str


async def begin_transfer(
    ctx: UseCaseContext, upload_id: UploadId, *, length_bytes: int, metadata: str
) -> FileUpload:
    """Begin a transfer for an upload; what came by an earlier one is given up.

    Raises:
        NotFound: there is no such upload.
        UploadGone: it has ended or expired.
        BadInput, TooLarge: as `upload_rules.begin_transfer`.
    """
    async with ctx.unit_of_work(UploadRepository) as uow:
        upload = await uow.rows.lock_upload(upload_id)
        if upload is None:
            raise NotFound("There is no such upload.")
        begun = upload_rules.begin_transfer(
            upload,
            session=new_id(),
            length_bytes=length_bytes,
            metadata=metadata,
            now=ctx.clock.now(),
        )
        await uow.rows.remove_parts(upload_id)
        await uow.rows.save_upload(begun)
        await uow.commit()
    if upload.session is not None:
        await ctx.ports.store.delete_prefix(transfer_folder(upload_id, upload.session))
    return begun


async def get_transfer(ctx: UseCaseContext, upload_id: UploadId, session: str) -> FileUpload:
    """How far a transfer is; one that is whole is told of until its time is over.

    Raises:
        UploadGone: there is no such transfer any more.
    """
    rows = await ctx.read("media").fetch(UPLOAD_BY_ID, upload_id=upload_id)
    found = upload_rules.require_session(rows[0] if rows else None, session)
    if found.state is UploadState.OPEN:
        upload_rules.require_open(found, ctx.clock.now())
    return found


async def claim_transfer(
    ctx: UseCaseContext, upload_id: UploadId, session: str, *, offset_bytes: int
) -> Lease:
    """The right to add bytes.

    Raises:
        UploadGone, UploadLocked, UploadOffsetWrong: as `upload_rules.claim`.
    """
    async with ctx.unit_of_work(UploadRepository) as uow:
        upload = upload_rules.require_session(await uow.rows.lock_upload(upload_id), session)
        claimed = upload_rules.claim(
            upload,
            offset_bytes=offset_bytes,
            token=new_id(),
            now=ctx.clock.now(),
            lease=_lease_time(ctx),
        )
        await uow.rows.save_upload(claimed)
        await uow.commit()
    return upload_rules.lease_of(claimed)


async def renew_lease(ctx: UseCaseContext, lease: Lease) -> None:
    """Say that bytes still come.

    Raises:
        UploadGone, Conflict: the lease does not hold any more.
    """
    async with ctx.unit_of_work(UploadRepository) as uow:
        upload = upload_rules.require_lease(await uow.rows.lock_upload(lease.upload_id), lease)
        renewed = upload_rules.renew(upload, now=ctx.clock.now(), lease=_lease_time(ctx))
        await uow.rows.save_upload(renewed)
        await uow.commit()


async def release_lease(ctx: UseCaseContext, lease: Lease) -> None:
    """Let anybody go on at once; a lease that is lost already needs nothing."""
    async with ctx.unit_of_work(UploadRepository) as uow:
        upload = await uow.rows.lock_upload(lease.upload_id)
        if upload is None or upload.lease != lease.token:
            return
        await uow.rows.save_upload(upload_rules.release(upload))
        await uow.commit()


async def stage_part(
    ctx: UseCaseContext, lease: Lease, path: Path, *, size_bytes: int, part_hash: str
) -> StagedPart:
    """Put a piece into the store, where it counts for nothing until a row names it.

    Raises:
        StorageUnavailable: the store does not take it.
    """
    folder = part_folder(lease.upload_id, lease.session, new_id())
    key = f"{folder}part"
    await ctx.ports.store.put_file(key, path, PART_TYPE)
    return StagedPart(folder=folder, key=key, size_bytes=size_bytes, hash=part_hash)


async def keep_parts(ctx: UseCaseContext, lease: Lease, staged: Sequence[StagedPart]) -> Lease:
    """Name pieces in the row and move the offset, in one commit; the last sends the worker.

    Answers the lease to go on with. If the lease is lost, the pieces are removed.

    Raises:
        UploadGone, Conflict: the lease does not hold any more.
        TooLarge: the file came in too many pieces.
    """
    try:
        async with ctx.unit_of_work(UploadRepository) as uow:
            upload = upload_rules.require_lease(await uow.rows.lock_upload(lease.upload_id), lease)
            parts = _parts(lease, staged)
            longer = upload_rules.extend(upload, parts)
            if longer.lease is not None:
                longer = upload_rules.renew(longer, now=ctx.clock.now(), lease=_lease_time(ctx))
            await uow.rows.add_parts(parts)
            await uow.rows.save_upload(longer)
            if longer.state is UploadState.ARRIVED:
                await uow.send(TakeInUpload(upload_id=longer.id), owner_id=longer.owner_id)
            await uow.commit()
    except OutcomeUnknown:
        raise  # the row may name them
    except AppError:
        await discard(ctx, staged)
        raise
    return replace(lease, offset_bytes=longer.offset_bytes, parts=longer.parts)


async def discard(ctx: UseCaseContext, staged: Sequence[StagedPart]) -> None:
    """Remove pieces that no row will name."""
    for part in staged:
        await ctx.ports.store.delete_prefix(part.folder)


async def end_transfer(ctx: UseCaseContext, upload_id: UploadId, session: str) -> None:
    """Give an upload up: its bytes go, and the room that was reserved is free again.

    Raises:
        UploadGone: there is no such transfer any more, or it is whole already.
    """
    async with ctx.unit_of_work(UploadRepository) as uow:
        upload = upload_rules.require_session(await uow.rows.lock_upload(upload_id), session)
        upload_rules.require_open(upload, ctx.clock.now())
        await uow.rows.remove_upload(upload_id)
        await uow.commit()
    await ctx.ports.store.delete_prefix(inbox_folder(upload_id))


def _parts(lease: Lease, staged: Sequence[StagedPart]) -> list[UploadPart]:
    parts, start = [], lease.offset_bytes
    for number, each in enumerate(staged, start=lease.parts):
        parts.append(
            UploadPart(
                upload_id=lease.upload_id,
                number=number,
                start_bytes=start,
                size_bytes=each.size_bytes,
                key=each.key,
                hash=each.hash,
            )
        )
        start += each.size_bytes
    return parts


def _lease_time(ctx: UseCaseContext) -> timedelta:
    return timedelta(seconds=ctx.limits.upload_lease_seconds)
