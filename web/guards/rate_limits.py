"""How often a client may ask: by its address, its account and its partner's key.

An address is counted in this process before anything is read or parsed for it. Whoever asks is
known only later; then account, key and address are counted together, for all processes where they
share their buckets.
"""

import ipaddress
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from domain.rate_limits import Buckets, Quota, Standing, Want, retry_after
from web.guards.partner_keys import PartnerKeys
from web.wire.client_request import ClientRequest, MakeContext

_FREELY = nullcontext()
IPV6_PREFIX_BITS = 64
"""One household or server has that many addresses at least."""
NETWORKS_KEPT_MAX = 10_000


class OwnBuckets(Buckets, Protocol):
    """The buckets of this process."""

    def take_one(self, quota: Quota, who: str) -> Standing | None:
        """Take one token at once; tells only of a refusal."""
        ...


class Allowances(Protocol):
    """What partners' plans allow in a day, in a month, and at the same time."""

    async def take(self, client: ClientRequest) -> None:
        """Take one request of each quota; raises QuotaExceeded."""
        ...

    def running(self, client: ClientRequest) -> AbstractContextManager[None]:
        """Hold one of those that may run at the same time; raises QuotaExceeded."""
        ...


def no_partner(_client: ClientRequest) -> Want | None:
    """Know of no partners; the default."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """Which buckets a request takes a token of."""

    own: OwnBuckets
    shared: Buckets | None = None
    """Those of all processes; None where there is but one."""
    per_address: Quota | None = None
    per_user: Quota | None = None
    partner_want: Callable[[ClientRequest], Want | None] = no_partner
    """The bucket of the partner whose key was sent."""
    allowances: Allowances | None = None
    """What partners' plans allow beside; None where there are no plans."""

    def admit_address(self, client: ClientRequest) -> None:
        """Count a request before it is looked at.

        Raises:
            RateLimited: too many came from its address.
        """
        if self.per_address is not None and client.client_host:
            refused = self.own.take_one(self.per_address, _network_of(client.client_host))
            if refused is not None:
                raise _told(refused, client).refusal()

    async def admit(self, client: ClientRequest, user_id: str) -> None:
        """Count an operation once it is known who asks; "" for nobody.

        Raises:
            RateLimited: one of its buckets is empty.
        """
        if self.shared is None and client.api_key is None:
            self._admit_user(client, user_id)
        else:
            await self._admit_all(client, user_id)

    def _admit_user(self, client: ClientRequest, user_id: str) -> None:
        """What most requests of a single process come to."""
        if self.per_user is not None and user_id:
            refused = self.own.take_one(self.per_user, user_id)
            if refused is not None:
                raise _told(refused, client).refusal()

    async def _admit_all(self, client: ClientRequest, user_id: str) -> None:
        wants = self._wants(client, user_id)
        if wants:
            standing = await (self.shared or self.own).take(wants)
            if standing.is_refused:
                raise _told(standing, client).refusal()
            if client.api_key is not None:
                _told(standing, client)
        if client.api_key is not None and self.allowances is not None:
            await self.allowances.take(client)

    def running(self, client: ClientRequest) -> AbstractContextManager[None]:
        """Hold one of the operations that a partner may run at the same time.

        Raises:
            QuotaExceeded: as many run as may.
        """
        if client.api_key is None or self.allowances is None:
            return _FREELY
        return self.allowances.running(client)

    def guard(self, make_context: MakeContext, viewer_of: Callable[[Any], str]) -> MakeContext:
        """Contexts that open only for who may ask again; `Any` as for `MakeContext`."""
        counts_all = self.per_user is not None or (
            self.shared is not None and self.per_address is not None
        )
        if not counts_all and self.partner_want is no_partner and self.allowances is None:
            return make_context

        def open_one(client: ClientRequest) -> AbstractAsyncContextManager[Any]:
            inner = make_context(client)
            if client.api_key is None and (client.is_counted or not counts_all):
                return inner
            return _Guarded(self, inner, client, viewer_of)

        return open_one

    def _wants(self, client: ClientRequest, user_id: str) -> list[Want]:
        wants: list[Want] = []
        if self.shared is not None and self.per_address is not None and client.client_host:
            wants.append(Want(self.per_address, _network_of(client.client_host)))
        if self.per_user is not None and user_id:
            wants.append(Want(self.per_user, user_id))
        if client.api_key is not None and (want := self.partner_want(client)) is not None:
            wants.append(want)
        return wants


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerQuotas:
    """How often partners may ask: as their plan says, or as usual."""

    partners: PartnerKeys
    usual: Quota | None
    sandbox: Quota | None
    by_name: Mapping[str, Quota | None]

    def __call__(self, client: ClientRequest) -> Want | None:
        """The bucket of whose key was sent; None for no limit."""
        partner = self.partners.find_partner(client.api_key, client.client_host)
        if partner is None:
            return None
        if partner.rate is not None:
            return Want(partner.rate, partner.owner)
        quota = self.sandbox if partner.is_sandbox else self.by_name.get(partner.name, self.usual)
        return None if quota is None else Want(quota, partner.name)


def per_minute(name: str, requests: int) -> Quota | None:
    """So many requests in a minute; 0 for as many as they like."""
    return Quota(name=name, tokens=requests, seconds=60) if requests else None


class _Guarded:
    """A context that is counted when it opens, unless it was before, and while it is open."""

    __slots__ = ("_client", "_inner", "_limits", "_running", "_viewer_of")

    def __init__(
        self,
        limits: RateLimits,
        inner: AbstractAsyncContextManager[Any],
        client: ClientRequest,
        viewer_of: Callable[[Any], str],
    ) -> None:
        self._limits = limits
        self._inner = inner
        self._client = client
        self._running = limits.running(client)
        self._viewer_of = viewer_of

    async def __aenter__(self) -> Any:
        context = await self._inner.__aenter__()
        try:
            self._running.__enter__()
            try:
                if not self._client.is_counted:
                    await self._limits.admit(self._client, self._viewer_of(context))
            except BaseException:
                self._running.__exit__(None, None, None)
                raise
        except BaseException as error:
            await self._inner.__aexit__(type(error), error, error.__traceback__)
            raise
        return context

    async def __aexit__(self, *failure: Any) -> bool | None:
        self._running.__exit__(None, None, None)
        return await self._inner.__aexit__(*failure)


def _told(standing: Standing, client: ClientRequest) -> Standing:
    """Let the answer say how the bucket stands (draft-ietf-httpapi-ratelimit-headers)."""
    quota, seconds = standing.quota, retry_after(standing)
    client.answer_headers.extend(
        (
            ("ratelimit-policy", f'"{quota.name}";q={quota.tokens};w={quota.seconds}'),
            ("ratelimit", f'"{quota.name}";r={standing.remaining};t={seconds}'),
        )
    )
    return standing


def _network_of(host: str) -> str:
    """Whom an address stands for: itself, or in IPv6 its network."""
    return _ipv6_network_of(host) if ":" in host else host


@lru_cache(maxsize=NETWORKS_KEPT_MAX)
def _ipv6_network_of(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, IPV6_PREFIX_BITS), strict=False))
