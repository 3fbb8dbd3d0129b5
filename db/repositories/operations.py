"""Published operations and their use inside a unit of work of the users domain."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import bindparam, delete, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.read import key_in
from db.rows import insert_new, insert_of, lock_record, update_record, values_of
from db.tables.users import (
    manifest_operations,
    operation_fields,
    operation_usage,
    operations,
    published_manifests,
)
from domain.users.operations import PersistedOperation, PublishedManifest
from domain.users.usage import Usage

PUBLISHING = 7_888_585
"""The advisory lock of those who publish."""


class OperationsRepository:
    """Reads for update and writes of manifests, operations and their use."""

    domain: ClassVar[str] = "users"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold_publishing(self) -> None:
        """Let nobody else publish until the end: two would wait for each other's operations.

        SQLite has one writer anyway.
        """
        if self._connection.dialect.name == "postgresql":
            lock = text(f"SELECT pg_advisory_xact_lock({PUBLISHING})")
            await self._connection.execute(lock)

    async def add_manifest(self, manifest: PublishedManifest) -> bool:
        """Add a version of a client; False when it is there."""
        return await insert_new(self._connection, published_manifests, values_of(manifest))

    async def lock_manifest(self, client: str, version: str) -> PublishedManifest | None:
        """A version of a client, held for update."""
        table = published_manifests
        statement = select(table).where(table.c.client == client, table.c.version == version)
        return await lock_record(self._connection, statement, PublishedManifest)

    async def save_manifest(self, manifest: PublishedManifest) -> None:
        """Write a changed version."""
        await update_record(self._connection, published_manifests, manifest)

    async def add_operations(self, added: Sequence[PersistedOperation]) -> None:
        """Add operations; those whose ids are there stay as they are."""
        await self._insert_missing(operations, [values_of(each) for each in added])

    async def hashes_of(self, ids: Collection[str]) -> dict[str, str]:
        """Document id → hash of the text, of those that are there."""
        statement = select(operations.c.id, operations.c.sha256).where(key_in(operations.c.id))
        rows = await self._connection.execute(statement, {"keys": list(ids)})
        return {row.id: row.sha256 for row in rows}

    async def link(self, manifest: PublishedManifest, ids: Collection[str]) -> None:
        """Say which operations a version has."""
        rows = [{"manifest_id": manifest.id, "operation_id": each} for each in ids]
        await self._insert_missing(manifest_operations, rows)

    async def ids_of(self, manifest: PublishedManifest) -> set[str]:
        """The operations of a version."""
        table = manifest_operations
        rows = await self._connection.execute(
            select(table.c.operation_id).where(table.c.manifest_id == manifest.id)
        )
        return set(rows.scalars())

    async def count_all(self) -> tuple[int, int, int]:
        """How many versions, operations and links between them there are."""
        tables = (published_manifests, operations, manifest_operations)
        counts = [select(func.count()).select_from(table).scalar_subquery() for table in tables]
        versions, texts, links = (await self._connection.execute(select(*counts))).one()
        return versions, texts, links

    async def forget_retired(self, before: datetime) -> None:
        """Drop versions that ended before that, and operations that nobody has any more."""
        old = published_manifests.c.retires_at < before
        await self._connection.execute(delete(published_manifests).where(old))
        links = select(1).where(manifest_operations.c.operation_id == operations.c.id)
        await self._connection.execute(delete(operations).where(~exists(links)))

    async def save_checks(self, checked: Mapping[str, str | None], schema: str) -> None:
        """Note for each operation why it does not fit this schema, or that it does (None)."""
        statement = (
            update(operations)
            .where(operations.c.id == bindparam("document_id"))
            .values(checked_schema=schema, fault=bindparam("found"))
        )
        rows = [{"document_id": each, "found": checked[each]} for each in sorted(checked)]
        await self._connection.execute(statement, rows)

    async def add_usage(self, used: Sequence[Usage]) -> None:
        """Add counts to those of their days; in one order, so that processes never deadlock."""
        table = operation_usage
        insert = insert_of(self._connection, table)
        statement = insert.on_conflict_do_update(
            index_elements=["day", "client", "version", "operation"],
            set_={"count": table.c.count + insert.excluded.count},
        )
        rows = [values_of(each) for each in used]
        rows.sort(key=lambda row: (row["operation"], row["client"], row["version"]))
        await self._connection.execute(statement, rows)

    async def add_fields(self, fields: Mapping[str, Collection[str]]) -> None:
        """Note which fields operations select; `Type.field` by the hash of the text."""
        rows = [
            {"operation": operation, "field": name}
            for operation, names in sorted(fields.items())
            for name in sorted(names)
        ]
        await self._insert_missing(operation_fields, rows)

    async def count_usage(self, day: datetime) -> int:
        """How many rows a day has."""
        statement = select(func.count()).where(operation_usage.c.day == day)
        return int((await self._connection.execute(statement)).scalar_one())

    async def forget_usage(self, before: datetime) -> None:
        """Drop the days before that, and the fields of operations that nobody used since."""
        await self._connection.execute(
            delete(operation_usage).where(operation_usage.c.day < before)
        )
        used = select(1).where(operation_usage.c.operation == operation_fields.c.operation)
        await self._connection.execute(delete(operation_fields).where(~exists(used)))

    async def _insert_missing(self, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            statement = insert_of(self._connection, table).on_conflict_do_nothing()
            await self._connection.execute(statement, [dict(row) for row in rows])
