"""API keys in memory, as their hashes; read again where others make or revoke some."""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from db.read import Read
from domain.clock import utc_now
from domain.ids import PartnerId, PartnerKeyId
from domain.rate_limits import Quota
from domain.users.manifests import hash_of
from domain.users.partner_usage import owner_of
from domain.users.partners import KIND_SCOPES, KeyCounts, NamedKey
from domain.users.plans import PartnerPlan
from errors import Forbidden, Unauthenticated
from loaders.partners import GOOD_KEYS, KEY_COUNTS, PLANS

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPartner:
    """A client that is known by its API key, and what the key is good for."""

    id: PartnerId
    key_id: PartnerKeyId
    name: str
    scopes: frozenset[str]
    networks: Networks
    is_sandbox: bool
    expires_at: datetime | None
    plan: PartnerPlan | None
    """None: as partners usually may."""
    owner: str
    """Under whose name its quotas are counted."""
    rate: Quota | None
    """What its plan says of it; None where it says nothing."""

    def require_kind(self, kind: str) -> None:
        """Enforce the scopes.

        Raises:
            Forbidden: the key is not for this kind of operation.
        """
        scope = KIND_SCOPES[kind]
        if scope not in self.scopes:
            raise Forbidden(f"This API key lacks the scope `{scope}`.", scope=scope.value)
        if self.is_sandbox and kind != "query":
            raise Forbidden("A sandbox key runs queries only.")


class PartnerKeys:
    """Finds whose a key is; asks the database only when it is told to `refresh`."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._counts: KeyCounts | None = None
        self._by_hash: dict[str, KnownPartner] = {}

    def find_partner(self, api_key: str | None, client_host: str) -> KnownPartner | None:
        """Find whose a key is; None where no key was sent.

        Raises:
            Unauthenticated: a key was sent, and it is nobody's or no longer good.
            Forbidden: it may not be used from this address.
        """
        if api_key is None:
            return None
        key = self._by_hash.get(hash_of(api_key))
        if key is None or (key.expires_at is not None and key.expires_at <= self._now()):
            raise Unauthenticated("This API key is not known, or no longer good.")
        if key.networks and not _is_within(client_host, key.networks):
            raise Forbidden("This API key may not be used from this address.")
        return key

    async def refresh(self, read: Read) -> None:
        """Follow the database: one statement, and two more where a key or plan was changed."""
        (counts,) = await read.fetch(KEY_COUNTS)
        if counts != self._counts:
            plans = await read.fetch(PLANS)
            self.keep(await read.fetch(GOOD_KEYS, now=self._now()), plans)
            self._counts = counts

    def keep(self, keys: Iterable[NamedKey], plans: Iterable[PartnerPlan] = ()) -> None:
        """Know these keys and no others."""
        by_name = {plan.name: plan for plan in plans}
        self._by_hash = {each.hash: _known(each, by_name) for each in keys}


def _known(key: NamedKey, plans: Mapping[str, PartnerPlan]) -> KnownPartner:
    """A key with its own plan, or else, unless it is a sandbox key, with its partner's."""
    plan = plans.get(key.plan or ("" if key.is_sandbox else key.partner_plan or ""))
    has_own = plan is not None and plan.name == key.plan
    rate = None
    if plan is not None and plan.rate_requests is not None:
        name = "key" if has_own else "partner"
        rate = Quota(name=name, tokens=plan.rate_requests, seconds=plan.rate_seconds)
    return KnownPartner(
        id=key.partner_id,
        key_id=key.id,
        name=key.partner,
        scopes=frozenset(key.scopes),
        networks=tuple(ipaddress.ip_network(each) for each in key.networks),
        is_sandbox=key.is_sandbox,
        expires_at=key.expires_at,
        plan=plan,
        owner=owner_of(key.partner_id, key.id if has_own else None),
        rate=rate,
    )


def _is_within(host: str, networks: Networks) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a Unix socket has no address
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks)
