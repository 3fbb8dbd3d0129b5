"""Files that arrive: each becomes the original of what was waiting for it, whatever its kind."""

from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.uploads import UploadRepository
from domain.ids import JobId, PlayableKey
from domain.media import rules
from domain.media.records import Playable
from domain.messages.commands import process_command
from errors import NotFound
from resolvers.context import UseCaseContext
from resolvers.media.releases import MediaWork, save_playable
from resolvers.media.storage_room import settle


async def require_awaited(
    ctx: UseCaseContext, key: PlayableKey, *, source_hash: str, source_bytes: int
) -> None:
    """Refuse a file before it is stored, so that nothing is kept that nobody knows of.

    Raises: as `receive`.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:  # never committed: it only asks
        await _received(
            ctx, uow, key, source_key="", source_hash=source_hash, source_bytes=source_bytes
        )


async def receive(
    ctx: UseCaseContext,
    key: PlayableKey,
    *,
    source_key: str,
    source_hash: str,
    source_bytes: int,
    source_type: str | None = None,
) -> tuple[Playable, JobId]:
    """A draft's file is in the store: hand it over to the workers. Twice is once.

    Whoever calls this has checked the upload URL's signature: it is the permission.

    Raises:
        NotFound: the draft is gone.
        Conflict: it has another file already.
        DuplicateFile: its owner has this file on another item, and wants no second.
        StorageQuotaExceeded: its owner has no room for it any more.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        before, received = await _received(
            ctx,
            uow,
            key,
            source_key=source_key,
            source_hash=source_hash,
            source_bytes=source_bytes,
            source_type=source_type,
        )
        if received != before:
            received = await save_playable(uow, received, ctx.clock)
        job_id = await uow.send(process_command(key), owner_id=received.owner_id)
        await uow.commit()
    return received, job_id


async def _received(
    ctx: UseCaseContext,
    uow: MediaWork,
    key: PlayableKey,
    *,
    source_key: str,
    source_hash: str,
    source_bytes: int,
    source_type: str | None = None,
) -> tuple[Playable, Playable]:
    """The item as it is, and as it will be with its file; room for it is settled."""
    before = await uow.rows.lock_playable(key)
    if before is None or before.deleted_at is not None:
        raise NotFound(f"There is no such {key.kind.value.lower()}.", field="id")
    received = rules.receive(
        before,
        source_key=source_key,
        source_hash=source_hash,
        source_bytes=source_bytes,
        source_type=source_type,
    )
    if received != before:
        await settle(
            ctx,
            UploadRepository(uow.connection),
            key,
            owner_id=before.owner_id,
            source_hash=source_hash,
            source_bytes=source_bytes,
        )
    return before, received
