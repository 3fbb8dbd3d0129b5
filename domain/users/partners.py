"""Partners: clients that prove who they are by an API key."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.ids import PartnerId, PartnerKeyId
from errors import BadInput

PREFIX_CHARS = 18
"""So much of a key is kept in the clear, to find it by."""
LIVE, SANDBOX = "tutti_live_", "tutti_test_"
NETWORKS_MAX = 50
KEYS_MAX = 5_000
"""Keys of all partners that are not revoked; gateways hold all of them in memory."""
OVERLAP_DEFAULT = timedelta(days=7)
OVERLAP_MAX = timedelta(days=90)
LIFE_MAX = timedelta(days=3 * 366)


class KeyScope(StrEnum):
    """What a partner's key may be used for."""

    READ = "read"
    WRITE = "write"
    LIVE = "live"


KIND_SCOPES = {
    "query": KeyScope.READ,
    "mutation": KeyScope.WRITE,
    "subscription": KeyScope.LIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A client with keys; its name is that of its manifests."""

    id: PartnerId
    name: str
    plan: str | None = None
    """None: as partners usually may."""
    plan_since: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerKey:
    """One API key; the key itself is nowhere kept."""

    id: PartnerKeyId
    partner_id: PartnerId
    prefix: str
    hash: str
    scopes: list[str]
    networks: list[str]
    """CIDR; empty for anywhere."""
    is_sandbox: bool
    """It may send free text, but run queries only: to try operations before they are published."""
    plan: str | None = None
    """One of its own, counted apart; None for its partner's."""
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Whether it opens the door."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def named(self, partner: str) -> "NamedKey":
        """The key as lists see it."""
        return NamedKey(
            id=self.id,
            partner_id=self.partner_id,
            partner=partner,
            prefix=self.prefix,
            hash=self.hash,
            scopes=self.scopes,
            networks=self.networks,
            is_sandbox=self.is_sandbox,
            plan=self.plan,
            created_at=self.created_at,
            expires_at=self.expires_at,
            revoked_at=self.revoked_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedKey:
    """A key and the name of whose it is, as gateways and lists see it."""

    id: PartnerKeyId
    partner_id: PartnerId
    partner: str
    prefix: str
    hash: str
    scopes: list[str]
    networks: list[str]
    is_sandbox: bool
    plan: str | None = None
    """The key's own."""
    partner_plan: str | None = None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCounts:
    """How many keys were made so far, how many of them revoked, and when plans changed last."""

    made: int
    revoked: int
    plans_changed_at: datetime | None = None
    plans_given_at: datetime | None = None


def checked_networks(texts: Sequence[str]) -> list[str]:
    """Networks in CIDR notation, as we compare them.

    Raises:
        BadInput: one of them is no network, or they are too many.
    """
    if len(texts) > NETWORKS_MAX:
        raise BadInput(f"A key has at most {NETWORKS_MAX} networks.", field="networks")
    try:
        return [str(ipaddress.ip_network(text.strip())) for text in texts]
    except ValueError as error:
        raise BadInput(f"{error}; write CIDR, such as 203.0.113.0/24.", field="networks") from None


def checked_scopes(texts: Sequence[str]) -> list[str]:
    """Scopes, each once; by default a key may read.

    Raises:
        BadInput: one of them is none of KeyScope.
    """
    try:
        return sorted({KeyScope(text).value for text in texts or [KeyScope.READ]})
    except ValueError:
        known = ", ".join(KeyScope)
        raise BadInput(f"The scopes are {known}.", field="scopes") from None


def expiry(now: datetime, days: int | None) -> datetime | None:
    """When a key that lives so many days ends; None for one without end.

    Raises:
        BadInput: it would live no time, or too long.
    """
    if days is None:
        return None
    if not 1 <= days <= LIFE_MAX.days:
        raise BadInput(f"A key lives 1 to {LIFE_MAX.days} days, or has no end.", field="days")
    return now + timedelta(days=days)
