"""Who works for an artist beside the owner, and what each of them may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ids import ArtistId, UserId

MEMBERS_MAX: Final = 100
"""Members of one team."""
TEAMS_MAX: Final = 100
"""Teams that one account is in."""


class TeamRole(StrEnum):
    """What a member may do; each role may do what the one before it may.

    VIEWER   sees drafts
    EDITOR   makes albums, and changes what is there
    MANAGER  publishes, takes back and deletes
    """

    VIEWER = "VIEWER"
    EDITOR = "EDITOR"
    MANAGER = "MANAGER"

    def reaches(self, least: "TeamRole") -> bool:
        """Whether this role may do what `least` may."""
        return _ORDER.index(self) >= _ORDER.index(least)


_ORDER: Final = tuple(TeamRole)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMember:
    """Somebody who works for an artist."""

    artist_id: ArtistId
    user_id: UserId
    role: TeamRole
    added_at: datetime


Teams = Mapping[ArtistId, TeamRole]
"""The artists that one works for, and as what."""
NO_TEAMS: Final[Teams] = {}
