"""Accounts and sessions inside a unit of work."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import insert_record, lock_record, update_record
from db.tables.users import sessions, users
from domain.ids import SessionId, UserId
from domain.users.records import Account, Session
from errors import EmailTaken, UsernameTaken


class UsersRepository:
    """Reads for update and writes of the users domain."""

    domain: ClassVar[str] = "users"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_account(self, account: Account) -> None:
        """Add an account.

        Raises:
            EmailTaken, UsernameTaken: another account has it.
        """
        try:
            await insert_record(self._connection, users, account)
        except IntegrityError as error:
            if "email" in str(error.orig):
                raise EmailTaken("An account with this e-mail exists.", field="email") from None
            raise UsernameTaken("This username is taken.", field="username") from None

    async def lock_account(self, user_id: UserId) -> Account | None:
        """An account, held for update."""
        return await lock_record(
            self._connection, select(users).where(users.c.id == user_id), Account
        )

    async def save_account(self, account: Account) -> None:
        """Write a changed account."""
        await update_record(self._connection, users, account)

    async def add_session(self, session: Session) -> None:
        """Add a log-in."""
        await insert_record(self._connection, sessions, session)

    async def lock_session(self, session_id: SessionId) -> Session | None:
        """A log-in, held for update."""
        return await lock_record(
            self._connection, select(sessions).where(sessions.c.id == session_id), Session
        )

    async def save_session(self, session: Session) -> None:
        """Write a changed log-in."""
        await update_record(self._connection, sessions, session)

    async def revoke_session(self, session_id: SessionId, now: datetime) -> None:
        """End a log-in; ending it twice changes nothing."""
        await self._connection.execute(
            update(sessions)
            .where(sessions.c.id == session_id, sessions.c.revoked_at.is_(None))
            .values(revoked_at=now)
        )
