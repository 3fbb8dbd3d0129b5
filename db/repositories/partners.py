"""Partners and their keys inside a unit of work of the users domain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import (
    insert_new,
    insert_of,
    insert_record,
    lock_record,
    update_record,
    upsert,
    values_of,
)
from db.tables.users import partner_keys, partner_plans, partner_quotas, partner_usage, partners
from domain.ids import PartnerId, PartnerKeyId
from domain.users.partner_usage import PartnerUse, QuotaTaken
from domain.users.partners import Partner, PartnerKey
from domain.users.plans import PartnerPlan


class PartnersRepository:
    """Reads for update and writes of partners."""

    domain: ClassVar[str] = "users"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_partner(self, partner: Partner) -> Partner:
        """Add a partner; the one of this name where there is one. Held for update."""
        await insert_new(self._connection, partners, values_of(partner))
        named = select(partners).where(partners.c.name == partner.name)
        found = await lock_record(self._connection, named, Partner)
        assert found is not None, "it was added, or was there"
        return found

    async def name_of(self, partner_id: PartnerId) -> str:
        """The name of a partner, who is there."""
        statement = select(partners.c.name).where(partners.c.id == partner_id)
        return str((await self._connection.execute(statement)).scalar_one())

    async def lock_partner(self, name: str) -> Partner | None:
        """A partner by its name, held for update."""
        statement = select(partners).where(partners.c.name == name)
        return await lock_record(self._connection, statement, Partner)

    async def save_partner(self, partner: Partner) -> None:
        """Write a changed partner."""
        await update_record(self._connection, partners, partner)

    async def find_plan(self, name: str) -> PartnerPlan | None:
        """A plan by its name."""
        statement = select(partner_plans).where(partner_plans.c.name == name)
        return await lock_record(self._connection, statement, PartnerPlan)

    async def save_plan(self, plan: PartnerPlan) -> None:
        """Add a plan, or write over the one of its name."""
        await upsert(self._connection, partner_plans, values_of(plan), keys=["name"])

    async def count_plans(self) -> int:
        """How many plans there are."""
        statement = select(func.count()).select_from(partner_plans)
        return int((await self._connection.execute(statement)).scalar_one())

    async def take_of_quota(self, wanted: QuotaTaken, limit: int) -> tuple[int, int]:
        """Take requests out of a quota, as far as they go; how many, and how many are taken in all.

        Whoever takes of the same quota waits until our end.
        """
        table, key = partner_quotas, values_of(wanted)
        await insert_new(self._connection, table, {**key, "taken": 0})
        named = select(table).where(
            *(table.c[each] == key[each] for each in ("owner", "period", "begins_at"))
        )
        found = await lock_record(self._connection, named, QuotaTaken)
        assert found is not None, "it was added, or was there"
        taken = max(found.taken, min(found.taken + wanted.taken, limit))
        if taken > found.taken:
            changed = values_of(replace(found, taken=taken))
            keys = ["owner", "period", "begins_at"]
            await upsert(self._connection, table, changed, keys=keys)
        return taken - found.taken, taken

    async def give_back_quota(self, returned: QuotaTaken) -> None:
        """Put back what was taken out and not used."""
        table = partner_quotas
        await self._connection.execute(
            update(table)
            .where(
                table.c.owner == returned.owner,
                table.c.period == returned.period,
                table.c.begins_at == returned.begins_at,
            )
            .values(taken=table.c.taken - returned.taken)
        )

    async def add_uses(self, uses: Sequence[PartnerUse]) -> None:
        """Add counts to those of their days; in one order, so that processes never deadlock."""
        keys = ("day", "key_id", "operation", "status")
        insert = insert_of(self._connection, partner_usage)
        statement = insert.on_conflict_do_update(
            index_elements=keys,
            set_={"count": partner_usage.c.count + insert.excluded.count},
        )
        rows = sorted(map(values_of, uses), key=lambda row: [str(row[each]) for each in keys])
        await self._connection.execute(statement, rows)

    async def forget_uses(self, before: datetime) -> None:
        """Drop uses and quotas of before that."""
        for column in (partner_usage.c.day, partner_quotas.c.begins_at):
            await self._connection.execute(delete(column.table).where(column < before))

    async def add_key(self, key: PartnerKey) -> None:
        """Add a key."""
        await insert_record(self._connection, partner_keys, key)

    async def lock_key(self, key_id: PartnerKeyId) -> PartnerKey | None:
        """A key, held for update."""
        statement = select(partner_keys).where(partner_keys.c.id == key_id)
        return await lock_record(self._connection, statement, PartnerKey)

    async def save_key(self, key: PartnerKey) -> None:
        """Write a changed key."""
        await update_record(self._connection, partner_keys, key)

    async def count_keys(self) -> int:
        """Keys of all partners that are not revoked."""
        statement = select(func.count()).where(partner_keys.c.revoked_at.is_(None))
        return int((await self._connection.execute(statement)).scalar_one())
