"""Partners and their keys inside a unit of work of the users domain."""

from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import insert_new, insert_record, lock_record, update_record, values_of
from db.tables.users import partner_keys, partners
from domain.ids import PartnerId, PartnerKeyId
from domain.users.partners import Partner, PartnerKey


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
