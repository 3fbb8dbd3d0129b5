"""How much an account may keep: given out while the account is held, so that it is exact."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from db.repositories.media.uploads import UploadRepository
from domain.ids import PlayableKey, UploadId, UserId, new_id
from domain.media.upload_records import (
    FileUpload,
    StorageAccount,
    StorageUse,
    UploadState,
    new_upload,
)
from domain.media.upload_rules import release, require_room
from domain.policies.media import require_set_storage_limit
from errors import BadInput, DuplicateFile
from loaders.media.uploads import STORAGE_OF_OWNER
from resolvers.context import RequestContext, UseCaseContext

LIMIT_BYTES_MAX: Final = 2**53


async def get_my_storage(ctx: RequestContext) -> StorageUse:
    """How much of their room the viewer has taken.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    [use] = await ctx.read("media").fetch(
        STORAGE_OF_OWNER,
        owner_id=ctx.viewer.require_user_id(),
        usual_bytes=ctx.limits.storage_bytes_max,
        now=ctx.clock.now(),
    )
    return use


async def set_storage_limit(
    ctx: RequestContext, user_id: UserId, limit_bytes: int | None
) -> StorageUse:
    """Let an account keep so much; None for as much as anybody. What it keeps already stays.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        BadInput: the limit is out of its bounds.
    """
    require_set_storage_limit(ctx.viewer)
    if limit_bytes is not None and not 0 <= limit_bytes <= LIMIT_BYTES_MAX:
        raise BadInput("A limit is from 0 to 2^53 bytes.", field="limitBytes")
    async with ctx.unit_of_work(UploadRepository) as uow:
        await uow.rows.hold_account(user_id)
        await uow.rows.save_account(StorageAccount(owner_id=user_id, limit_bytes=limit_bytes))
        use = await _use_of(ctx, uow.rows, user_id)
        await uow.commit()
    return use


async def reserve(
    ctx: UseCaseContext,
    rows: UploadRepository,
    playable: PlayableKey,
    *,
    owner_id: UserId,
    size_bytes: int,
    allow_duplicate: bool,
) -> FileUpload:
    """Keep room for a file to come; what was reserved for the same item before gives way.

    Raises:
        StorageQuotaExceeded: there is no room for it.
    """
    await rows.hold_account(owner_id)
    before = await rows.lock_upload_of(playable)
    if before is not None:
        await rows.remove_upload(before.id)
    require_room(await _use_of(ctx, rows, owner_id), size_bytes)
    now = ctx.clock.now()
    upload = new_upload(
        UploadId(new_id()),
        playable,
        owner_id=owner_id,
        size_bytes=size_bytes,
        allow_duplicate=allow_duplicate,
        now=now,
        expires_at=now + timedelta(seconds=ctx.limits.upload_seconds),
    )
    await rows.add_upload(upload)
    return upload


async def settle(
    ctx: UseCaseContext,
    rows: UploadRepository,
    playable: PlayableKey,
    *,
    owner_id: UserId,
    source_hash: str,
    source_bytes: int,
) -> None:
    """A file is about to be an item's original: what was reserved becomes what is used.

    Raises:
        DuplicateFile: the owner has an item of this very file, and wants no second.
        StorageQuotaExceeded: there is no room for it.
    """
    await rows.hold_account(owner_id)
    upload = await rows.lock_upload_of(playable)
    original = await rows.find_original(owner_id, source_hash, besides=playable)
    if original is not None and not (upload is not None and upload.allow_duplicate):
        raise DuplicateFile(
            "You have this very file already; say that you allow the duplicate, or use that item.",
            field="file",
            original=str(original),
        )
    if upload is not None:
        await rows.save_upload(release(replace(upload, state=UploadState.DONE)))
    more_bytes = 0 if await rows.owns_file(owner_id, source_hash) else source_bytes
    require_room(await _use_of(ctx, rows, owner_id), more_bytes)


async def _use_of(ctx: UseCaseContext, rows: UploadRepository, owner_id: UserId) -> StorageUse:
    return await rows.storage_of(
        owner_id, usual_bytes=ctx.limits.storage_bytes_max, now=ctx.clock.now()
    )
