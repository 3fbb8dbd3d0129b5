"""Files on their way in, and the room that accounts have, inside a unit of work."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Select

from db.rows import (
    fetch_records,
    insert_new,
    insert_record,
    lock_record,
    update_record,
    upsert,
    values_of,
)
from db.tables.media.catalogue import tracks
from db.tables.media.uploads import RESERVED, file_uploads, storage_accounts, upload_parts
from db.tables.media.videos import videos
from db.types import Instant
from domain.ids import PlayableKey, PlayableKind, UploadId, UserId
from domain.media.records import PlayableState
from domain.media.upload_records import (
    FileUpload,
    StorageAccount,
    StorageUse,
    UploadPart,
    UploadState,
)

PLAYABLES = {PlayableKind.TRACK: tracks, PlayableKind.VIDEO: videos}
"""Every table whose rows have an original file."""


def _used_bytes() -> Select[Any]:
    """The sum of an owner's originals, each file once, whatever shares it."""
    owned = union_all(
        *(
            select(table.c.source_hash, table.c.source_bytes).where(
                table.c.owner_id == bindparam("owner_id", type_=Text),
                table.c.source_hash.is_not(None),
                table.c.deleted_at.is_(None),
            )
            for table in PLAYABLES.values()
        )
    ).subquery()
    files = (
        select(func.max(owned.c.source_bytes).label("size"))
        .group_by(owned.c.source_hash)
        .subquery()
    )
    return select(func.coalesce(func.sum(files.c.size), 0))


def _reserved_bytes() -> Select[Any]:
    """The sum of what an owner's uploads under way may still bring."""
    is_waiting = (file_uploads.c.state == UploadState.ARRIVED) | (
        file_uploads.c.expires_at > bindparam("now", type_=Instant)
    )
    return select(func.coalesce(func.sum(file_uploads.c.size_bytes), 0)).where(
        file_uploads.c.owner_id == bindparam("owner_id", type_=Text), text(RESERVED), is_waiting
    )


def storage_use() -> Select[Any]:
    """How much of their room an owner has taken, as a `StorageUse`."""
    limit = select(storage_accounts.c.limit_bytes).where(
        storage_accounts.c.owner_id == bindparam("owner_id", type_=Text)
    )
    usual = bindparam("usual_bytes", type_=BigInteger)
    columns: list[ColumnElement[Any]] = [
        cast(_used_bytes().scalar_subquery(), BigInteger).label("used_bytes"),
        cast(_reserved_bytes().scalar_subquery(), BigInteger).label("reserved_bytes"),
        func.coalesce(limit.scalar_subquery(), usual).label("limit_bytes"),
    ]
    return select(*columns)


class UploadRepository:
    """Reads for update and writes of uploads.

    Locks are taken in one order: the playable, the account, the upload.
    """

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold_account(self, owner_id: UserId) -> StorageAccount:
        """The owner's account, held: nobody else gives out its room before we commit."""
        values = {"owner_id": owner_id, "limit_bytes": None}
        await insert_new(self._connection, storage_accounts, values)
        statement = select(storage_accounts).where(storage_accounts.c.owner_id == owner_id)
        found = await lock_record(self._connection, statement, StorageAccount)
        assert found is not None
        return found

    async def save_account(self, account: StorageAccount) -> None:
        """Write how much an account may keep."""
        await upsert(self._connection, storage_accounts, values_of(account), keys=("owner_id",))

    async def storage_of(self, owner_id: UserId, *, usual_bytes: int, now: datetime) -> StorageUse:
        """How much of their room an owner has taken; exact while the account is held."""
        given = {"owner_id": owner_id, "usual_bytes": usual_bytes, "now": now}
        row = (await self._connection.execute(storage_use(), given)).one()
        return StorageUse(
            used_bytes=int(row.used_bytes),
            reserved_bytes=int(row.reserved_bytes),
            limit_bytes=int(row.limit_bytes),
        )

    async def owns_file(self, owner_id: UserId, source_hash: str) -> bool:
        """Whether something of the owner's is made of this very file."""
        owned = union_all(
            *(
                select(table.c.id).where(
                    table.c.owner_id == owner_id,
                    table.c.source_hash == source_hash,
                    table.c.deleted_at.is_(None),
                )
                for table in PLAYABLES.values()
            )
        ).limit(1)
        return (await self._connection.execute(owned)).first() is not None

    async def find_original(
        self, owner_id: UserId, source_hash: str, *, besides: PlayableKey
    ) -> PlayableKey | None:
        """The owner's first other item of this very file that did not fail."""
        owned = union_all(
            *(
                select(literal(kind.value).label("kind"), table.c.id.label("id")).where(
                    table.c.owner_id == owner_id,
                    table.c.source_hash == source_hash,
                    table.c.state != PlayableState.FAILED,
                    table.c.deleted_at.is_(None),
                    table.c.id != besides.id,
                )
                for kind, table in PLAYABLES.items()
            )
        )
        row = (await self._connection.execute(owned.order_by("id").limit(1))).first()
        return None if row is None else PlayableKey(PlayableKind(row.kind), row.id)

    async def add_upload(self, upload: FileUpload) -> None:
        """Add an upload."""
        await insert_record(self._connection, file_uploads, upload)

    async def lock_upload(self, upload_id: UploadId) -> FileUpload | None:
        """An upload, held for update."""
        statement = select(file_uploads).where(file_uploads.c.id == upload_id)
        return await lock_record(self._connection, statement, FileUpload)

    async def lock_upload_of(self, playable: PlayableKey) -> FileUpload | None:
        """The upload of something to be played, held for update."""
        statement = select(file_uploads).where(file_uploads.c.playable == str(playable))
        return await lock_record(self._connection, statement, FileUpload)

    async def save_upload(self, upload: FileUpload) -> None:
        """Write a changed upload."""
        await update_record(self._connection, file_uploads, upload)

    async def remove_upload(self, upload_id: UploadId) -> None:
        """Forget an upload and what was kept of it; its objects are removed afterwards."""
        await self.remove_parts(upload_id)
        await self._connection.execute(delete(file_uploads).where(file_uploads.c.id == upload_id))

    async def add_parts(self, parts: Sequence[UploadPart]) -> None:
        """Add pieces of a file."""
        await self._connection.execute(insert(upload_parts), [values_of(part) for part in parts])

    async def parts_of(self, upload_id: UploadId) -> list[UploadPart]:
        """The pieces of a file, in the order of its bytes."""
        statement = (
            select(upload_parts)
            .where(upload_parts.c.upload_id == upload_id)
            .order_by(upload_parts.c.number)
        )
        return await fetch_records(self._connection, statement, UploadPart)

    async def remove_parts(self, upload_id: UploadId) -> None:
        """Forget the pieces of a file."""
        await self._connection.execute(
            delete(upload_parts).where(upload_parts.c.upload_id == upload_id)
        )

    async def lock_expired(self, now: datetime, *, uploads_max: int) -> list[FileUpload]:
        """Uploads whose time is over, held for update; those for a worker to take in stay."""
        statement = (
            select(file_uploads)
            .where(file_uploads.c.expires_at <= now, file_uploads.c.state != UploadState.ARRIVED)
            .order_by(file_uploads.c.expires_at)
            .limit(uploads_max)
            .with_for_update(skip_locked=True)
        )
        return await fetch_records(self._connection, statement, FileUpload)

    async def known_uploads(self, upload_ids: Collection[UploadId]) -> set[UploadId]:
        """Which of these uploads there are."""
        statement = select(file_uploads.c.id).where(file_uploads.c.id.in_(upload_ids))
        return set((await self._connection.execute(statement)).scalars())
