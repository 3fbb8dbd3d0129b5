"""Finds and deletes objects that nothing refers to: what crashes, failures and deletions left.

Only what has lain for a while is looked at, since whatever is at work stores before it commits.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from db.repositories.media.references import ReferencesRepository
from domain.media.object_keys import ORIGINAL_FOLDER, STREAM_FOLDER
from domain.media.pictures import COVER_FOLDER, picture_hash
from domain.media.streams import stream_folder
from domain.messages.commands import drop_key
from resolvers.context import UseCaseContext

AGE_MIN: Final = timedelta(days=1)
BATCH_MAX: Final = 500
GROUP_PARTS: Final = 3
"""Objects of a stream, or of a cover, share so many parts of their keys."""

Unneeded = Callable[[ReferencesRepository, Sequence[str]], Awaitable[set[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What was deleted: streams and covers count as one each, whatever they are made of."""

    streams: int = 0
    covers: int = 0
    originals: int = 0


async def sweep(ctx: UseCaseContext, *, age_min: timedelta = AGE_MIN) -> Swept:
    """Delete all old objects below our prefixes that no row refers to. Twice is once."""
    before = ctx.clock.now() - age_min
    return Swept(
        streams=await _sweep(ctx, STREAM_FOLDER, _unneeded_streams, before),
        covers=await _sweep(ctx, COVER_FOLDER, _unneeded_covers, before),
        originals=await _sweep(ctx, ORIGINAL_FOLDER, _unneeded_originals, before),
    )


async def _sweep(ctx: UseCaseContext, prefix: str, unneeded: Unneeded, before: datetime) -> int:
    """Look at the groups below a prefix, some at a time; how many were deleted."""
    deleted = 0
    async for groups in _batches(ctx, prefix):
        async with ctx.unit_of_work(ReferencesRepository) as uow:
            candidates = await unneeded(uow.rows, groups)
        for group in sorted(candidates):
            if await _delete_if_old(ctx, group, before):
                deleted += 1
    return deleted


async def _batches(ctx: UseCaseContext, prefix: str) -> AsyncIterator[list[str]]:
    """The groups below a prefix; the keys of one come together in some stores, not in all."""
    groups: dict[str, None] = {}
    async for key in ctx.ports.store.list(f"{prefix}/"):
        groups[_group_of(key)] = None
        if len(groups) > BATCH_MAX:
            yield list(groups)
            groups.clear()
    if groups:
        yield list(groups)


def _group_of(key: str) -> str:
    """What is kept or deleted as one: `hls/<id>/<run>/`, `covers/<id>/<hash>/`, or the key."""
    parts = key.split("/")
    return "/".join(parts[:GROUP_PARTS]) + "/" if len(parts) > GROUP_PARTS else key


async def _delete_if_old(ctx: UseCaseContext, group: str, before: datetime) -> bool:
    """Delete a group unless any of it is young."""
    store = ctx.ports.store
    keys = [key async for key in store.list(group)] if group.endswith("/") else [group]
    for key in keys:
        found = await store.stat(key)
        if found is not None and found.modified >= before:
            return False
    if group.endswith("/"):
        await store.delete_prefix(group)
    else:
        await store.delete(group)
    return True


async def _unneeded_streams(rows: ReferencesRepository, groups: Sequence[str]) -> set[str]:
    """Streams that are neither served, nor being made, nor waiting for their last listener."""
    ids = {_id_of(group) for group in groups}
    served = {stream_folder(key) for key in (await rows.served_keys(ids)).values()}
    under_way = await rows.ids_under_way(ids)
    waiting = await rows.jobs_waiting([drop_key(group) for group in groups])
    return {
        group
        for group in groups
        if group not in served and _id_of(group) not in under_way and drop_key(group) not in waiting
    }


async def _unneeded_covers(rows: ReferencesRepository, groups: Sequence[str]) -> set[str]:
    """Covers that their album does not have, or has no more."""
    kept = await rows.cover_keys({_id_of(group) for group in groups})
    return {
        group
        for group in groups
        if _id_of(group) not in kept or picture_hash(kept[_id_of(group)]) != picture_hash(group)
    }


async def _unneeded_originals(rows: ReferencesRepository, groups: Sequence[str]) -> set[str]:
    """Files that nothing was ever made of."""
    return set(groups) - await rows.originals_kept(groups)


def _id_of(group: str) -> str:
    return group.split("/")[1]
