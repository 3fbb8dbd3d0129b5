"""Share links: who has one may open one thing, and nothing else."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.ids import ShareLinkId, UserId
from domain.text import checked_text
from errors import BadInput, NotFound

LINKS_MAX = 1_000
"""Of one account, those that ended included."""
USES_MAX = 1_000_000
DAYS_MAX = 365
PASS_SECONDS = 60 * 60
PASSES_KEPT_MAX = 1_000
"""Of one link; the oldest goes first."""
PASSWORD_CHARS_MAX = 200
TOKEN_CHARS_MAX = 100
CLOSED = "There is no such link, or it has ended."


class SharedKind(StrEnum):
    """What a link can open; the value is the GraphQL type's name."""

    PLAYLIST = "Playlist"
    TRACK = "Track"
    ALBUM = "Album"
    VIDEO = "Video"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLink:
    """A link to one thing of its owner's."""

    id: ShareLinkId
    owner_id: UserId
    kind: SharedKind
    key: str
    """The id of what it opens."""
    token_hash: str
    password_hash: str | None
    uses_max: int | None
    """None: as often as anyone likes."""
    uses: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @property
    def has_password(self) -> bool:
        """Whether it takes a password, too."""
        return self.password_hash is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePass:
    """What an opened link leaves in somebody's hands, for an hour at most."""

    token_hash: str
    link_id: ShareLinkId
    opened_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTerms:
    """What a link is to hold."""

    days: int | None = None
    uses_max: int | None = None
    password: str | None = None


def checked_terms(terms: ShareTerms) -> ShareTerms:
    """Terms within their bounds; raises BadInput."""
    if terms.days is not None and not 1 <= terms.days <= DAYS_MAX:
        raise BadInput(f"days is from 1 to {DAYS_MAX}.", field="days")
    if terms.uses_max is not None and not 1 <= terms.uses_max <= USES_MAX:
        raise BadInput(f"usesMax is from 1 to {USES_MAX}.", field="usesMax")
    if terms.password is None:
        return terms
    password = checked_text(
        terms.password, field="password", chars_min=4, chars_max=PASSWORD_CHARS_MAX
    )
    return replace(terms, password=password)


def require_valid(link: ShareLink | None, *, now: datetime) -> ShareLink:
    """The link, unless it was revoked or its time is over; raises NotFound."""
    if link is None or link.revoked_at is not None:
        raise NotFound(CLOSED, field="token")
    if link.expires_at is not None and link.expires_at <= now:
        raise NotFound(CLOSED, field="token")
    return link


def use(link: ShareLink) -> ShareLink:
    """The link, opened once more; raises NotFound where it was opened as often as it may be."""
    if link.uses_max is not None and link.uses >= link.uses_max:
        raise NotFound(CLOSED, field="token")
    return replace(link, uses=link.uses + 1)


def new_pass(link: ShareLink, token_hash: str, *, now: datetime) -> SharePass:
    """A pass that ends with its link, or after an hour."""
    end = now + timedelta(seconds=PASS_SECONDS)
    return SharePass(
        token_hash=token_hash,
        link_id=link.id,
        opened_at=now,
        expires_at=end if link.expires_at is None else min(end, link.expires_at),
    )
