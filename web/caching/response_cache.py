"""Keeps whole answers that are the same for whoever asks, and gives them to the next.

What may be kept is known with the plan (`CachePolicy`). Nothing is shared that depends on a viewer:
an answer is kept for everybody only where the schema says that it is the same for everybody, and
else only for those who are not logged in, as what one of them was told.

    asked ─ kept? ──────────────▶ the bytes as they were sent before
              └─ being made? ───▶ the same answer, when it is there
                    └─ made ────▶ kept, if nothing went wrong
"""

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Protocol

import orjson

from adapters.cache.store import CacheStore, Entry, Lookup
from federation.engine import GraphQLRequest, GraphQLResponse
from federation.operation.cache_policy import CachePolicy
from federation.operation.freshness import Freshness, Sharing
from web.wire.error_response import write_response
from web.wire.surrogate_keys import surrogate_keys

WAIT_SECONDS_MAX = 2.0
"""Longest wait for an answer that somebody else is making; then it is made again."""
_HEAD = struct.Struct("!QIH")
"""When it was made (seconds since 1970), how long it is good, and the length of its keys."""

Execute = Callable[[], Awaitable[GraphQLResponse]]


class FindsPolicies(Protocol):
    """What the cache needs of the engine."""

    async def cache_policy(self, request: GraphQLRequest) -> CachePolicy | None:
        """What may be done with answers to a request; None for nothing."""
        ...


@dataclass(slots=True, kw_only=True)
class KeptResponse(GraphQLResponse):
    """An answer that others are given as well; only its text is kept."""

    age: int = 0
    """Seconds since it was made."""
    keys: str = ""
    """By what caches of others are told to forget it; apart by spaces."""


class ResponseCache:
    """Answers by operation, variables and schema.

    `schema` is another text for every other schema; what affects an answer beside the request is
    to be none of the client's business, or part of it.
    """

    def __init__(self, store: CacheStore, policies: FindsPolicies, *, schema: str) -> None:
        self._store = store
        self._policies = policies
        self._schema = blake2b(schema.encode(), digest_size=16).digest()
        self._making: dict[tuple[str, bytes], asyncio.Future[KeptResponse | None]] = {}
        self.hits = 0
        self.misses = 0

    async def run(
        self, request: GraphQLRequest, execute: Execute, *, viewer: str
    ) -> GraphQLResponse:
        """The answer to a query: one that is kept, or what executing it gives.

        `viewer` is empty for those who are not logged in.
        """
        policy = await self._policy_for(request, viewer)
        key = None if policy is None else self._key_of(request)
        if policy is None or key is None:
            return await execute()
        [found] = await self._store.find([Lookup(key, policy.tags)])
        if found.value is not None:
            kept = _read(found.value, policy)
            if kept is not None:
                self.hits += 1
                return kept
        self.misses += 1
        if not found.stamp:
            return await execute()
        flight = key, found.stamp
        making = self._making.get(flight)
        if making is None:
            return await self._make(flight, policy, execute)
        await asyncio.wait((making,), timeout=WAIT_SECONDS_MAX)
        made = making.result() if making.done() else None
        return await execute() if made is None else made

    async def _make(
        self, flight: tuple[str, bytes], policy: CachePolicy, execute: Execute
    ) -> GraphQLResponse:
        """Execute, and give the answer to all who wait for it; to nobody if it is not for them."""
        making = self._making[flight] = asyncio.get_running_loop().create_future()
        made: KeptResponse | None = None
        try:
            response = await execute()
            made = _shareable(response, policy)
        finally:
            del self._making[flight]
            making.set_result(made)
        if made is None or made.caching is None:
            return response
        key, stamp = flight
        await self._store.keep([Entry(key, _write(made), stamp, made.caching.max_age)])
        return made

    async def _policy_for(self, request: GraphQLRequest, viewer: str) -> CachePolicy | None:
        """The policy, if answers may be shared with this viewer."""
        if request.explain or request.tells_cost or request.rollout_key is not None:
            return None
        policy = await self._policies.cache_policy(request)
        least = Sharing.EVERYONE if viewer else Sharing.STRANGERS
        return None if policy is None or policy.sharing < least else policy

    def _key_of(self, request: GraphQLRequest) -> str | None:
        """Another key for every other answer; None where the variables cannot be told apart."""
        try:
            variables = orjson.dumps(_plain(request.variables), option=orjson.OPT_SORT_KEYS)
        except TypeError:
            return None
        digest = blake2b(self._schema, digest_size=20)
        document = request.document.encode(errors="surrogatepass")
        name = (request.operation_name or "").encode(errors="surrogatepass")
        digest.update(struct.pack("!QQ?", len(document), len(name), request.operation_name is None))
        digest.update(document)
        digest.update(name)
        digest.update(variables)
        return digest.hexdigest()


def left_of_each(responses: Iterable[GraphQLResponse]) -> Iterator[CachePolicy | None]:
    """The policies of several answers, each for the time that its own has left."""
    for each in responses:
        policy, age = each.caching, age_of(each)
        if policy is not None and age:
            policy = policy.restricted(Freshness(max(0, policy.max_age - age), policy.sharing))
        yield policy


def age_of(response: GraphQLResponse) -> int:
    """For how many seconds an answer has been kept."""
    return response.age if isinstance(response, KeptResponse) else 0


def _shareable(response: GraphQLResponse, policy: CachePolicy) -> KeptResponse | None:
    """The answer as others may be given it; None where it turned out to be for nobody else."""
    caching = response.caching
    if caching is None or caching.sharing < policy.sharing or response.extensions:
        return None
    return KeptResponse(
        written=write_response(response),
        caching=caching,
        keys=surrogate_keys(caching.tags, response.data),
    )


def _write(response: KeptResponse) -> bytes:
    assert response.caching is not None, "only what may be kept is shareable"
    assert response.written is not None, "it is shared as text"
    keys = response.keys.encode("ascii", "ignore")
    return (
        _HEAD.pack(int(time.time()), response.caching.max_age, len(keys)) + keys + response.written
    )


def _read(kept: bytes, policy: CachePolicy) -> KeptResponse | None:
    """The answer, if it can be read and is still good by the policy of today."""
    if len(kept) <= _HEAD.size:
        return None
    made_at, max_age, length = _HEAD.unpack_from(kept)
    age = max(0, int(time.time()) - made_at)
    max_age, start = min(max_age, policy.max_age), _HEAD.size + length
    if age >= max_age or kept[start : start + 1] != b"{":
        return None
    return KeptResponse(
        written=kept[start:],
        caching=policy.restricted(Freshness(max_age, policy.sharing)),
        age=age,
        keys=kept[_HEAD.size : start].decode("ascii", "ignore"),
    )


def _plain(variables: Mapping[str, Any]) -> dict[str, Any]:
    """`Any`: the client's JSON."""
    return variables if isinstance(variables, dict) else dict(variables)
