"""Reads of the users domain by key."""

from functools import cached_property

from sqlalchemy import bindparam, select

from db.read import Read, key_in, query
from db.tables.users import sessions, users
from domain.ids import SessionId, UserId
from domain.users.records import Account, Session, User
from loaders.batch import BatchLoader

USER_COLUMNS = (
    users.c.id,
    users.c.username,
    users.c.display_name,
    users.c.bio,
    users.c.created_at,
)

ACCOUNT_BY_EMAIL = query(select(users).where(users.c.email == bindparam("email")), Account)
SESSION_BY_ID = query(select(sessions).where(sessions.c.id == bindparam("id")), Session)


class UserById(BatchLoader[UserId, User]):
    """User ids to accounts as others see them."""

    query = query(select(*USER_COLUMNS).where(key_in(users.c.id)), User)


class AccountById(BatchLoader[UserId, Account]):
    """User ids to whole accounts; only for their owners."""

    query = query(select(users).where(key_in(users.c.id)), Account)


class SessionById(BatchLoader[SessionId, Session]):
    """Session ids to log-ins, ended ones too."""

    query = query(select(sessions).where(key_in(sessions.c.id)), Session)


class UsersLoaders:
    """The loaders over users' tables."""

    def __init__(self, read: Read) -> None:
        self._read = read

    @cached_property
    def user_by_id(self) -> UserById:
        """Accounts as others see them."""
        return UserById(self._read)

    @cached_property
    def account_by_id(self) -> AccountById:
        """Whole accounts."""
        return AccountById(self._read)
