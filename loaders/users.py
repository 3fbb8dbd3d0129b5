"""Reads of the users domain by key."""

from functools import cached_property

from sqlalchemy import bindparam, select

from db.read import Read, key_in, query
from db.tables.users import sessions, users
from domain.ids import SessionId, UserId
from domain.users.records import Account, SessionState, User
from loaders.batch import BatchLoader

USER_COLUMNS = (
    users.c.id,
    users.c.username,
    users.c.display_name,
    users.c.bio,
    users.c.created_at,
)

ACCOUNT_BY_EMAIL = query(select(users).where(users.c.email == bindparam("email")), Account)
SESSION_STATES = select(sessions.c.id, sessions.c.revoked_at, users.c.roles).join(users)
SESSION_STATE_BY_ID = query(SESSION_STATES.where(sessions.c.id == bindparam("id")), SessionState)


class UserById(BatchLoader[UserId, User]):
    """User ids to accounts as others see them."""

    query = query(select(*USER_COLUMNS).where(key_in(users.c.id)), User)


class AccountById(BatchLoader[UserId, Account]):
    """User ids to whole accounts; only for their owners."""

    query = query(select(users).where(key_in(users.c.id)), Account)


class SessionStateById(BatchLoader[SessionId, SessionState]):
    """Session ids to how log-ins stand, ended ones too."""

    query = query(SESSION_STATES.where(key_in(sessions.c.id)), SessionState)


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
