"""Records of the users domain."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import SessionId, UserId
from domain.viewer import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account as others see it."""

    id: UserId
    username: str
    display_name: str
    bio: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account whole, as its owner and log-in see it; never leaves the domain."""

    id: UserId
    email: str
    username: str
    display_name: str
    bio: str
    password_hash: str
    roles: list[str]
    created_at: datetime

    @property
    def public(self) -> User:
        """The part that others see."""
        return User(
            id=self.id,
            username=self.username,
            display_name=self.display_name,
            bio=self.bio,
            created_at=self.created_at,
        )

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles held."""
        return frozenset(Role(role) for role in self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """What decides whether a token of a log-in is still good."""

    id: SessionId
    revoked_at: datetime | None
    roles: list[str]
    """Those that the account has now; a token says those it had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One log-in: a family of refresh tokens of which only the newest counts."""

    id: SessionId
    user_id: UserId
    refresh_hash: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
