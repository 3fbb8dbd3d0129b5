"""API keys in memory, as their hashes; read again where others make or revoke some."""

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from db.read import Read
from domain.clock import utc_now
from domain.users.manifests import hash_of
from domain.users.partners import KIND_SCOPES, KeyCounts, NamedKey
from errors import Forbidden, Unauthenticated
from loaders.partners import GOOD_KEYS, KEY_COUNTS

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPartner:
    """A client that is known by its API key, and what the key is good for."""

    name: str
    scopes: frozenset[str]
    networks: Networks
    is_sandbox: bool
    expires_at: datetime | None

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
        """Follow the database: one statement, and another where a key was made or revoked."""
        (counts,) = await read.fetch(KEY_COUNTS)
        if counts != self._counts:
            self.keep(await read.fetch(GOOD_KEYS, now=self._now()))
            self._counts = counts

    def keep(self, keys: Iterable[NamedKey]) -> None:
        """Know these keys and no others."""
        self._by_hash = {each.hash: _known(each) for each in keys}


def _known(key: NamedKey) -> KnownPartner:
    return KnownPartner(
        name=key.partner,
        scopes=frozenset(key.scopes),
        networks=tuple(ipaddress.ip_network(each) for each in key.networks),
        is_sandbox=key.is_sandbox,
        expires_at=key.expires_at,
    )


def _is_within(host: str, networks: Networks) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a Unix socket has no address
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks)
