"""Keeps entities as a subgraph gives them, each under its key; asks only for those that are new.

    [A, B, C] asked ── A, C are kept ──▶ the subgraph is asked for B alone ──▶ [A, B, C]

What a fetch selects of a type, with which arguments and by which representation, is the key. How
long an entity is good is known from the hints on its fields (`CachePolicies.of_entity`), and where
a subgraph says less itself, from that. Nothing is kept of an answer that tells of an error.
"""

import struct
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    VariableNode,
    parse,
    print_ast,
)
from msgspec.structs import replace

from adapters.cache.store import CacheStore, Entry, Found, Lookup
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.operation.cache_policy import CachePolicies, CachePolicy
from federation.operation.freshness import Freshness, Sharing
from federation.supergraph.reader import read_supergraph
from federation.transport.transport import Transport

DOCUMENTS_MAX = 1_000
"""Documents whose parts are known."""
LOOKUPS_MAX = 1_000
"""Entities that one fetch looks for; one for more is sent as it is."""
_HEAD = struct.Struct("!Q")
"""Until when an entity is good (seconds since 1970)."""

SharingWith = Callable[[Any], Sharing]
"""How much of what is kept the viewer of a context may be given: STRANGERS for all of it, EVERYONE
for what is the same for all. `Any`: the context is the front's."""
Telling = Callable[[Any], Any]
"""What of a context goes to subgraphs and may change their answers; `Any`: JSON."""


class _Part(NamedTuple):
    """One `_entities` field of a document."""

    key: str
    """Its response key."""
    variable: str
    type_name: str
    text: str
    """What is selected."""
    policy: CachePolicy | None
    """None: nothing of it is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One entity of a fetch."""

    part: _Part
    index: int
    """Among the representations of its part."""
    lookup: Lookup | None
    """None for one that is not kept."""


class EntityCache:
    """What the caching transports of one supergraph share."""

    def __init__(
        self,
        store: CacheStore,
        policies: CachePolicies,
        *,
        schema: str,
        sharing_with: SharingWith,
        telling: Telling | None = None,
    ) -> None:
        self.store = store
        self.telling = telling
        self.policies = policies
        self.sharing_with = sharing_with
        self.schema = blake2b(schema.encode(), digest_size=16).digest()
        self.hits = 0
        self.misses = 0


class CachingTransport:
    """A transport that keeps the entities of another (`Transport`)."""

    def __init__(self, name: str, transport: Transport, cache: EntityCache) -> None:
        self._transport = transport
        self._cache = cache
        self._name = name
        self._parts: OrderedDict[str, tuple[_Part, ...]] = OrderedDict()

    async def warm(self, request: FetchRequest) -> None:
        """Make ready for requests with this document."""
        self._parts_of(request.document)
        await self._transport.warm(replace(request, display=None))

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        """Run a query or mutation; of entities only those are asked for that are not kept."""
        request = replace(request, display=None)
        parts = self._parts_of(request.document) if request.operation_kind == "query" else ()
        asked = list(self._asked(parts, request, context)) if parts else []
        lookups = [each.lookup for each in asked if each.lookup is not None]
        if not lookups or len(asked) > LOOKUPS_MAX:
            return await self._transport.fetch(request, context)
        found = dict(zip(lookups, await self._cache.store.find(lookups), strict=True))
        kept = {each: entity for each in asked if (entity := _read(each, found)) is not None}
        new = [each for each in asked if each not in kept]
        self._cache.hits += len(kept)
        self._cache.misses += len(new)
        result = FetchResult(data={part.key: [] for part in parts})
        if new:
            result = await self._transport.fetch(_only(parts, new, request), context)
            if result.data is None or not _fits(result.data, parts, new):
                return result
            if not result.errors:
                await self._keep(new, result, found)
        return _merged(asked, kept, new, result)

    async def subscribe(
        self, request: FetchRequest, context: Any
    ) -> AsyncGenerator[FetchResult, None]:
        """Open a subscription; nothing of it is kept."""
        events = self._transport.subscribe(replace(request, display=None), context)
        assert isinstance(events, AsyncGenerator), "all of our transports give generators"
        async with aclosing(events):
            async for event in events:
                yield event

    def _parts_of(self, document: str) -> tuple[_Part, ...]:
        parts = self._parts.get(document)
        if parts is None:
            parts = self._parts[document] = _read_parts(document, self._cache.policies)
            if len(self._parts) > DOCUMENTS_MAX:
                self._parts.popitem(last=False)
        else:
            self._parts.move_to_end(document)
        return parts

    def _asked(
        self, parts: Sequence[_Part], request: FetchRequest, context: Any
    ) -> Iterator[_Asked]:
        least = self._cache.sharing_with(context)
        told = None if self._cache.telling is None else self._cache.telling(context)
        own = {part.variable for part in parts}
        others = {name: value for name, value in request.variables.items() if name not in own}
        for part in parts:
            for index, representation in enumerate(request.variables.get(part.variable, ())):
                lookup = None
                if part.policy is not None and part.policy.sharing >= least:
                    lookup = self._lookup(part, part.policy, (told, others), representation)
                yield _Asked(part, index, lookup)

    def _lookup(
        self,
        part: _Part,
        policy: CachePolicy,
        around: tuple[Any, Any],
        representation: Mapping[str, Any],
    ) -> Lookup | None:
        name = part.type_name
        keys = self._cache.policies.keys_of(name)
        tags = [f"{name}:{representation[key]}" for key in keys if key in representation]
        if representation.get("__typename") != name or not tags:
            return None  # nobody could tell it to be forgotten
        try:
            told = [self._name, part.text, around, representation]
            said = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
        except TypeError:
            return None  # a value of which JSON knows nothing
        digest = blake2b(self._cache.schema + said, digest_size=20).hexdigest()
        return Lookup(f"entity:{digest}", (*tags, *policy.tags))

    async def _keep(
        self, new: Sequence[_Asked], result: FetchResult, found: Mapping[Lookup, Found]
    ) -> None:
        assert result.data is not None, "it fits"
        entries: list[Entry] = []
        told = {key: iter(entities) for key, entities in result.data.items()}
        for each in new:
            entry = _entry(each, next(told[each.part.key]), result.freshness, found)
            if entry is not None:
                entries.append(entry)
        if entries:
            await self._cache.store.keep(entries)


def with_kept_entities(
    transports: Mapping[str, Transport],
    names: Collection[str],
    store: CacheStore,
    *,
    sdl: str,
    sharing_with: SharingWith,
    telling: Telling | None = None,
) -> dict[str, Transport]:
    """The same transports, of which those named keep entities; the supergraph says for how long."""
    policies = CachePolicies(read_supergraph(sdl))
    if not policies:
        return dict(transports)
    cache = EntityCache(store, policies, schema=sdl, sharing_with=sharing_with, telling=telling)
    return {
        name: CachingTransport(name, each, cache) if name in names else each
        for name, each in transports.items()
    }


def _entry(
    asked: _Asked, entity: object, freshness: Freshness | None, found: Mapping[Lookup, Found]
) -> Entry | None:
    """An entity as it is kept; None for one that is not."""
    policy = asked.part.policy
    if asked.lookup is None or policy is None:
        return None
    good = Freshness(policy.max_age, policy.sharing)
    if freshness is not None:
        good = good.restricted(freshness)
    if good.sharing < policy.sharing:
        return None  # it would be given to more than the subgraph says
    try:
        value = _HEAD.pack(int(time.time()) + good.max_age) + orjson.dumps(entity)
    except TypeError:
        return None
    return Entry(asked.lookup.key, value, found[asked.lookup].stamp, good.max_age)


class _Kept(NamedTuple):
    entity: Any
    """`Any`: as the subgraph gave it; None for one that there is not."""
    seconds: int
    """How long it is good yet."""


def _read(asked: _Asked, found: Mapping[Lookup, Found]) -> _Kept | None:
    """An entity that is kept; None for none, and for what cannot be read."""
    value = None if asked.lookup is None else found[asked.lookup].value
    if value is None or len(value) <= _HEAD.size:
        return None
    seconds = _HEAD.unpack_from(value)[0] - int(time.time())
    try:
        entity = orjson.loads(memoryview(value)[_HEAD.size :])
    except orjson.JSONDecodeError:
        return None
    is_entity = entity is None or isinstance(entity, dict)
    return _Kept(entity, seconds) if is_entity and seconds > 0 else None


def _only(parts: Sequence[_Part], new: Sequence[_Asked], request: FetchRequest) -> FetchRequest:
    """The request for these entities alone."""
    variables = dict(request.variables)
    for part in parts:
        given = request.variables[part.variable]
        variables[part.variable] = [given[each.index] for each in new if each.part is part]
    return replace(request, variables=variables)


def _fits(data: Mapping[str, Any], parts: Sequence[_Part], new: Sequence[_Asked]) -> bool:
    """Whether there is an answer for each entity that was asked for."""
    for part in parts:
        entities = data.get(part.key)
        count = sum(each.part is part for each in new)
        if not isinstance(entities, list) or len(entities) != count:
            return False
    return True


def _merged(
    asked: Sequence[_Asked],
    kept: Mapping[_Asked, _Kept],
    new: Sequence[_Asked],
    result: FetchResult,
) -> FetchResult:
    """All entities in the order in which they were asked for."""
    assert result.data is not None, "it fits"
    told = {key: iter(entities) for key, entities in result.data.items()}
    data: dict[str, Any] = {key: [] for key in result.data}
    for each in asked:
        hit = kept.get(each)
        data[each.part.key].append(next(told[each.part.key]) if hit is None else hit.entity)
    freshness = result.freshness
    if kept:
        left = Freshness(min(each.seconds for each in kept.values()), Sharing.EVERYONE)
        freshness = left if freshness is None else freshness.restricted(left)
    return FetchResult(
        data=data, errors=[_placed(error, new) for error in result.errors], freshness=freshness
    )


def _placed(error: dict[str, Any], new: Sequence[_Asked]) -> dict[str, Any]:
    """The error at the place of its entity among all."""
    path = error.get("path")
    if not isinstance(path, list) or len(path) < 2 or type(path[1]) is not int:
        return error
    places = [each.index for each in new if each.part.key == path[0]]
    if not 0 <= path[1] < len(places):
        return error
    return {**error, "path": [path[0], places[path[1]], *path[2:]]}


def _read_parts(document: str, policies: CachePolicies) -> tuple[_Part, ...]:
    """The `_entities` of a document; nothing where it asks for anything else, or for variants."""
    try:
        definitions = parse(document, no_location=True).definitions
    except GraphQLError:
        return ()
    if len(definitions) != 1 or not isinstance(definitions[0], OperationDefinitionNode):
        return ()
    parts = [
        _read_part(each, policies) if isinstance(each, FieldNode) else None
        for each in definitions[0].selection_set.selections
    ]
    known = tuple(part for part in parts if part is not None)
    return known if len(known) == len(parts) else ()


def _read_part(field: FieldNode, policies: CachePolicies) -> _Part | None:
    variable = _variable_of(field.arguments)
    if field.name.value != "_entities" or variable is None or field.selection_set is None:
        return None
    fragments = [
        each
        for each in field.selection_set.selections
        if not isinstance(each, FieldNode) or each.name.value != "__typename"
    ]
    if field.directives or len(fragments) != 1:
        return None  # what is selected of an entity may stand in several
    [fragment] = fragments
    if not isinstance(fragment, InlineFragmentNode) or fragment.directives:
        return None
    if fragment.type_condition is None:
        return None
    name = fragment.type_condition.name.value
    alias = field.name.value if field.alias is None else field.alias.value
    policy = policies.of_entity(name, fragment.selection_set)
    return _Part(alias, variable, name, print_ast(field.selection_set), policy)


def _variable_of(arguments: Sequence[ArgumentNode] | None) -> str | None:
    given = list(arguments or ())
    if len(given) != 1 or given[0].name.value != "representations":
        return None
    value = given[0].value
    return value.name.value if isinstance(value, VariableNode) else None
