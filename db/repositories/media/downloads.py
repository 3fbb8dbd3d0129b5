"""Downloads inside a unit of work."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import fetch_records, insert_new, lock_record, upsert, values_of
from db.tables.media.downloads import downloads, offline_shelves
from db.tables.media.playback import devices
from domain.ids import DeviceId, DownloadId, UserId
from domain.media.downloads import Download, OfflineUse
from domain.media.playback_records import Device


class DownloadRepository:
    """Reads for update and writes of downloads; a listener's are changed one after another."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock_shelf(self, user_id: UserId) -> int:
        """The number of the listener's next change; held until the unit of work ends."""
        await insert_new(self._connection, offline_shelves, {"user_id": user_id, "change": 0})
        advance = (
            update(offline_shelves)
            .where(offline_shelves.c.user_id == user_id)
            .values(change=offline_shelves.c.change + 1)
            .returning(offline_shelves.c.change)
        )
        return int((await self._connection.execute(advance)).scalar_one())

    async def find_device(self, device_id: DeviceId) -> Device | None:
        """A player."""
        statement = select(devices).where(devices.c.id == device_id)
        return await lock_record(self._connection, statement, Device)

    async def find_download(
        self, user_id: UserId, device_id: DeviceId, playable: str
    ) -> Download | None:
        """What a listener keeps, or kept, of something on a device."""
        return await self._first(
            select(downloads).where(
                downloads.c.user_id == user_id,
                downloads.c.device_id == device_id,
                downloads.c.playable == playable,
            )
        )

    async def find_by_id(self, download_id: DownloadId) -> Download | None:
        """A download by its id."""
        return await self._first(select(downloads).where(downloads.c.id == download_id))

    async def use_beside(self, download: Download, now: datetime) -> OfflineUse:
        """What the listener keeps on players that are known, beside this download."""
        statement = select(
            func.count(),
            func.count(downloads.c.device_id.distinct()).filter(
                downloads.c.device_id != download.device_id
            ),
        ).where(
            downloads.c.user_id == download.user_id,
            downloads.c.id != download.id,
            downloads.c.removed_at.is_(None),
            downloads.c.expires_at > now,
            downloads.c.device_id.in_(
                select(devices.c.id).where(devices.c.user_id == download.user_id)
            ),
        )
        items, others = (await self._connection.execute(statement)).one()
        return OfflineUse(items=items, devices=others)

    async def save_download(self, download: Download, *, change: int) -> Download:
        """Write a download as the listener's change of this number."""
        changed = replace(download, change=change)
        await upsert(self._connection, downloads, values_of(changed), keys=("id",))
        return changed

    async def list_keepers(self, playable: str, *, after: str, limit: int) -> Sequence[UserId]:
        """Who keeps something, by their ids."""
        statement = (
            select(downloads.c.user_id)
            .distinct()
            .where(
                downloads.c.playable == playable,
                downloads.c.user_id > after,
                downloads.c.removed_at.is_(None),
            )
            .order_by(downloads.c.user_id)
            .limit(limit)
        )
        return [UserId(row[0]) for row in await self._connection.execute(statement)]

    async def touch(self, user_id: UserId, playable: str, *, change: int) -> None:
        """Let a listener's devices look anew at what they keep of something."""
        await self._connection.execute(
            update(downloads)
            .where(
                downloads.c.user_id == user_id,
                downloads.c.playable == playable,
                downloads.c.removed_at.is_(None),
            )
            .values(change=change)
        )

    async def _first(self, statement: Select[tuple[object, ...]]) -> Download | None:
        found = await fetch_records(self._connection, statement, Download)
        return found[0] if found else None
