"""What is left of uploads that nobody finished is removed, rows first."""

from datetime import timedelta
from typing import Final

from db.repositories.media.uploads import UploadRepository
from domain.ids import UploadId
from domain.media.object_keys import INBOX, inbox_folder, upload_of_inbox
from domain.media.upload_records import FileUpload
from resolvers.context import UseCaseContext
from resolvers.media.direct_uploads import clear_direct

UPLOADS_PER_COMMIT: Final = 100
COMMITS_MAX: Final = 100
KEYS_MAX: Final = 100_000
"""Objects of the inbox that one sweep looks at."""


async def sweep_uploads(ctx: UseCaseContext) -> None:
    """Forget uploads whose time is over, then remove what no upload knows of.

    A row goes before its objects: whoever adds bytes meanwhile loses their lease, and objects
    that a crash leaves behind belong to no row, so that this or a later sweep finds them.
    """
    for _ in range(COMMITS_MAX):
        expired = await _forget_expired(ctx)
        for upload in expired:
            await ctx.ports.store.delete_prefix(inbox_folder(upload.id))
            await clear_direct(ctx.ports.direct_uploads, upload)
        if len(expired) < UPLOADS_PER_COMMIT:
            break
    await _remove_orphans(ctx)
    await _abort_abandoned(ctx)


async def _forget_expired(ctx: UseCaseContext) -> list[FileUpload]:
    async with ctx.unit_of_work(UploadRepository) as uow:
        expired = await uow.rows.lock_expired(ctx.clock.now(), uploads_max=UPLOADS_PER_COMMIT)
        for upload in expired:
            await uow.rows.remove_upload(upload.id)
        await uow.commit()
    return expired


async def _remove_orphans(ctx: UseCaseContext) -> None:
    """Empty the folders of uploads that there are no rows of; their ids never come again."""
    lying: set[UploadId] = set()
    looked_at = 0
    async for key in ctx.ports.store.list(INBOX):
        lying.add(upload_of_inbox(key))
        looked_at += 1
        if looked_at == KEYS_MAX:
            break
    upload_ids = sorted(lying)
    for first in range(0, len(upload_ids), UPLOADS_PER_COMMIT):
        some = upload_ids[first : first + UPLOADS_PER_COMMIT]
        async with ctx.unit_of_work(UploadRepository) as uow:
            known = await uow.rows.known_uploads(some)
        for upload_id in sorted(set(some) - known):
            await ctx.ports.store.delete_prefix(inbox_folder(upload_id))


async def _abort_abandoned(ctx: UseCaseContext) -> None:
    """End uploads at the bucket that began before any that may still go on."""
    direct = ctx.ports.direct_uploads
    if direct is None:
        return
    before = ctx.clock.now() - timedelta(seconds=ctx.limits.upload_seconds)
    abandoned = await direct.list_unfinished(INBOX, before=before, uploads_max=UPLOADS_PER_COMMIT)
    for each in abandoned:
        await direct.abort(each.key, each.upload_id)
