"""Taking music along: licences for devices, and what a device is told when it is online again."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from db.read import fetch_one
from db.repositories.media.downloads import DownloadRepository
from db.types import EPOCH
from domain.ids import DeviceId, DownloadId, PlayableKey, UserId, new_id
from domain.media.downloads import (
    Download,
    OfflineChangeKind,
    SyncPoint,
    kind_of,
    renew,
    require_room,
)
from domain.media.records import Playable, PlayableState
from domain.media.streams import adaptive_playlist
from domain.pages import PageRequest
from domain.policies.media import require_own_device
from errors import NotFound, TrackNotReady
from loaders.media.downloads import CHANGED_DOWNLOADS, DEVICE_BY_ID, EXPIRED_DOWNLOADS
from resolvers.context import RequestContext, UseCaseContext
from resolvers.media.playables import find_playables
from resolvers.media.streaming import entitlement, sign_stream

KEEPERS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Something that may be kept on a device, and where to fetch it."""

    download: Download
    url: str
    """The multivariant playlist, as good as the plan allows."""
    url_expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineChange:
    """What a device is told of one item."""

    download: Download
    kind: OfflineChangeKind
    playable: Playable | None
    """None where the listener cannot have it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineChanges:
    """A page of them, and the point to ask from next."""

    changes: list[OfflineChange]
    next: str
    has_more: bool


async def download(ctx: RequestContext, key: PlayableKey, device_id: DeviceId) -> Licence:
    """Let something be kept on a device of the viewer's, or renew that. Twice is once.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: no such playable, or no such device, for this viewer.
        TrackNotReady: it has no stream yet.
        PlanLimitReached: the viewer's plan has no room for it.
    """
    user_id = ctx.viewer.require_user_id()
    playable = await _require_ready(ctx, key)
    allowed = entitlement(ctx, playable)
    now = ctx.clock.now()
    async with ctx.unit_of_work(DownloadRepository) as uow:
        change = await uow.rows.lock_shelf(user_id)
        require_own_device(ctx.viewer, await uow.rows.find_device(device_id))
        before = await uow.rows.find_download(user_id, device_id, str(key))
        asked = before or _new_download(user_id, device_id, key, now)
        require_room(allowed, await uow.rows.use_beside(asked, now))
        licensed = renew(asked, version=playable.version, days=allowed.download_days, now=now)
        if licensed != before:
            licensed = await uow.rows.save_download(licensed, change=change)
            await uow.commit()
    url_seconds = timedelta(seconds=ctx.limits.stream_url_seconds)
    expires_at = min(now + url_seconds, licensed.expires_at)
    return Licence(
        download=licensed,
        url=f"{sign_stream(ctx, playable, expires_at)}{adaptive_playlist()}",
        url_expires_at=datetime.fromtimestamp(int(expires_at.timestamp()), UTC),
    )


async def remove_download(ctx: RequestContext, download_id: DownloadId) -> Download:
    """Take something off a device of the viewer's, which is told when it asks. Twice is once.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: the viewer has no such download.
    """
    user_id = ctx.viewer.require_user_id()
    async with ctx.unit_of_work(DownloadRepository) as uow:
        change = await uow.rows.lock_shelf(user_id)
        found = await uow.rows.find_by_id(download_id)
        if found is None or found.user_id != user_id:
            raise NotFound("There is no such download.", field="downloadId")
        if found.removed_at is not None:
            return found
        removed = replace(found, removed_at=ctx.clock.now())
        removed = await uow.rows.save_download(removed, change=change)
        await uow.commit()
    return removed


async def list_offline_changes(
    ctx: RequestContext, device_id: DeviceId, since: str | None, page: PageRequest
) -> OfflineChanges:
    """What a device has to do to be as its listener wants it, since it asked last.

    First what was changed, in the order of the changes; then what ran out by itself. An item may
    be told twice, never missed.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: the viewer has no such device: it keeps nothing any more.
        BadInput: `since` is no point that was told.
    """
    user_id = ctx.viewer.require_user_id()
    point, now = SyncPoint.parse(since), ctx.clock.now()
    read = ctx.read("media")
    device = await fetch_one(read, DEVICE_BY_ID, device_id=device_id)
    require_own_device(ctx.viewer, device)
    rows = await read.fetch(
        CHANGED_DOWNLOADS,
        user_id=user_id,
        device_id=device_id,
        change=point.change,
        limit=page.first + 1,
    )
    changed = rows[: page.first]
    if changed:
        point = replace(point, change=changed[-1].change)
    if len(changed) < len(rows):
        return OfflineChanges(
            changes=await _tell(ctx, changed, now), next=str(point), has_more=True
        )
    room = max(0, page.first - len(changed))
    expired = await read.fetch(
        EXPIRED_DOWNLOADS,
        user_id=user_id,
        device_id=device_id,
        after=EPOCH + timedelta(microseconds=point.expired_micros),
        id=point.expired_id,
        now=now,
        limit=room + 1,
    )
    told = expired[:room]
    if told:
        micros = (told[-1].expires_at - EPOCH) // timedelta(microseconds=1)
        point = replace(point, expired_micros=micros, expired_id=told[-1].id)
    known = {each.id for each in changed}
    told = [each for each in told if each.id not in known]
    return OfflineChanges(
        changes=await _tell(ctx, [*changed, *told], now),
        next=str(point),
        has_more=len(expired) > room,
    )


async def mark_changed(ctx: UseCaseContext, key: PlayableKey) -> None:
    """Let all devices that keep something look at it anew; safe to run twice."""
    after = ""
    while True:
        async with ctx.unit_of_work(DownloadRepository) as uow:
            keepers = await uow.rows.list_keepers(str(key), after=after, limit=KEEPERS_AT_ONCE)
        for user_id in keepers:
            async with ctx.unit_of_work(DownloadRepository) as uow:
                change = await uow.rows.lock_shelf(user_id)
                await uow.rows.touch(user_id, str(key), change=change)
                await uow.commit()
        if len(keepers) < KEEPERS_AT_ONCE:
            return
        after = keepers[-1]


async def _require_ready(ctx: RequestContext, key: PlayableKey) -> Playable:
    [playable] = await find_playables(ctx, [key])
    if playable is None:
        raise NotFound("There is nothing of this kind to hear.", field="playableId")
    if playable.state is not PlayableState.READY or playable.hls_key is None:
        raise TrackNotReady("It has no stream yet.")
    return playable


def _new_download(
    user_id: UserId, device_id: DeviceId, key: PlayableKey, now: datetime
) -> Download:
    """A licence that is about to be given."""
    return Download(
        id=DownloadId(new_id()),
        user_id=user_id,
        device_id=device_id,
        playable=str(key),
        version=0,
        change=0,
        created_at=now,
        renewed_at=now,
        expires_at=now,
        removed_at=None,
    )


async def _tell(ctx: RequestContext, rows: list[Download], now: datetime) -> list[OfflineChange]:
    """Each with what it is of, read at once."""
    found = await find_playables(ctx, [PlayableKey.parse(row.playable) for row in rows])
    told = []
    for row, playable in zip(rows, found, strict=True):
        is_there = playable is not None and playable.state is PlayableState.READY
        version = playable.version if playable is not None and is_there else None
        kind = kind_of(row, version=version, now=now)
        told.append(OfflineChange(download=row, kind=kind, playable=playable))
    return told
