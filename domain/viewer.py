"""Who asks."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain.ids import PartnerId, SessionId, UserId
from errors import Unauthenticated


class Role(StrEnum):
    """What an account may be; roles add up."""

    LISTENER = "listener"
    CREATOR = "creator"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Sight(NamedTuple):
    """What a viewer's lists hold beside what is public."""

    owner_id: str
    """Whose drafts they hold; empty for nobody."""
    sees_all: bool
    """True for an admin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The one who asks: an account, a partner, or nobody known."""

    user_id: UserId | None = None
    session_id: SessionId | None = None
    roles: frozenset[Role] = frozenset()
    partner_id: PartnerId | None = None
    """Set when the request came with a partner's API key."""
    expires_at: datetime | None = field(default=None, compare=False)
    """When the access token ends that named the viewer; None where there is none."""

    @property
    def is_known(self) -> bool:
        """True for a logged-in account."""
        return self.user_id is not None

    def has_role(self, role: Role) -> bool:
        """True when the viewer holds the role; an admin holds all."""
        return role in self.roles or Role.ADMIN in self.roles

    @property
    def sight(self) -> Sight:
        """The rule by which one sees what is public, one's own, or all; for reads to apply."""
        return Sight(self.user_id or "", self.has_role(Role.ADMIN))

    def require_user_id(self) -> UserId:
        """The account's id.

        Raises:
            Unauthenticated: nobody is logged in.
        """
        if self.user_id is None:
            raise Unauthenticated("Log in first: this needs an account.")
        return self.user_id


ANONYMOUS = Viewer()
