"""Who asks."""

from dataclasses import dataclass
from enum import StrEnum

from domain.ids import SessionId, UserId
from errors import Unauthenticated


class Role(StrEnum):
    """What an account may be; roles add up."""

    LISTENER = "listener"
    CREATOR = "creator"
    MODERATOR = "moderator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The one who asks: an account, a partner, or nobody known."""

    user_id: UserId | None = None
    session_id: SessionId | None = None
    roles: frozenset[Role] = frozenset()
    partner_id: str | None = None
    """Set when the request came with a partner's API key."""

    @property
    def is_known(self) -> bool:
        """True for a logged-in account."""
        return self.user_id is not None

    def has_role(self, role: Role) -> bool:
        """True when the viewer holds the role; an admin holds all."""
        return role in self.roles or Role.ADMIN in self.roles

    def require_user_id(self) -> UserId:
        """The account's id.

        Raises:
            Unauthenticated: nobody is logged in.
        """
        if self.user_id is None:
            raise Unauthenticated("Log in first: this needs an account.")
        return self.user_id


ANONYMOUS = Viewer()
