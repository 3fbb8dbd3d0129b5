"""How long an answer may be kept and for whom: the strictest of all that it shows.

As Apollo defines `@cacheControl`: a field that gives an object, and any field of the root, is not
kept unless a hint on it or on its type says for how long; other fields are as good as the object
around them. Two things are stricter here. A hint without a scope lets an answer be shared by those
who are not logged in: only `scope: PUBLIC`, written out, says that a value is the same for all. And
what an interface says of a field holds for every object that implements it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from federation.operation.freshness import Freshness, Sharing
from federation.operation.model import Field, Operation, SelectionSet
from federation.supergraph.cache_hints import CacheHint
from federation.supergraph.model import Supergraph, TypeKind
from federation.supergraph.read_cache_hints import strictest
from federation.vocabulary.field_set import FieldSetError, parse_field_set

TAGS_MAX = 64
"""Of one answer; one that more could change is not kept."""
_COMPOSITE = (TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION)


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePolicy:
    """What may be done with an answer."""

    max_age: int
    """Seconds, more than 0."""
    sharing: Sharing
    tags: tuple[str, ...]
    """What a change of which makes it old: types, and fields that change on their own."""

    def restricted(self, freshness: Freshness) -> "CachePolicy | None":
        """The same, if what was read meanwhile is not as good; None: not to be kept."""
        max_age, sharing = freshness.restricted(Freshness(self.max_age, self.sharing))
        return None if max_age == 0 else replace(self, max_age=max_age, sharing=sharing)


def strictest_policy(policies: Iterable[CachePolicy | None]) -> CachePolicy | None:
    """What holds for several answers together; None as soon as one is not to be kept."""
    tags: dict[str, None] = {}
    freshness: Freshness | None = None
    for each in policies:
        if each is None:
            return None
        own = Freshness(each.max_age, each.sharing)
        freshness = own if freshness is None else freshness.restricted(own)
        tags.update(dict.fromkeys(each.tags))
    if freshness is None:
        return None
    return CachePolicy(max_age=freshness.max_age, sharing=freshness.sharing, tags=tuple(tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effect:
    """What one field does to an answer; None: nothing, it is as good as what is around it."""

    max_age: int | None = None
    sharing: Sharing | None = None
    tags: frozenset[str] = frozenset()

    def policy(self) -> CachePolicy | None:
        """What it comes to when nothing is around it."""
        if not self.max_age or len(self.tags) > TAGS_MAX:
            return None
        sharing = Sharing.STRANGERS if self.sharing is None else self.sharing
        tags = tuple(sorted(self.tags))
        return CachePolicy(max_age=self.max_age, sharing=sharing, tags=tags)


_UNKNOWN = _Effect(max_age=0, sharing=Sharing.VIEWER)


def _together(effects: Iterable[_Effect]) -> _Effect:
    """The strictest of all."""
    found = list(effects)
    return _Effect(
        max_age=min((each.max_age for each in found if each.max_age is not None), default=None),
        sharing=min((each.sharing for each in found if each.sharing is not None), default=None),
        tags=frozenset().union(*(each.tags for each in found)),
    )


class CachePolicies:
    """Finds the policies of operations, and of entities as a subgraph is asked for them."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._types = supergraph.types
        self._hints = supergraph.cache_hints
        self._possible = _possible_types(supergraph)
        self._effects: dict[tuple[str, str, bool], _Effect] = {}

    def __bool__(self) -> bool:
        """Whether anything may be kept."""
        return bool(self._hints)

    def of_operation(self, operation: Operation) -> CachePolicy | None:
        """The policy of a whole answer, whatever its conditions turn out to be; None: not kept."""
        if not self._hints or operation.kind != "query" or operation.introspection:
            return None
        root = operation.root
        called = frozenset(f"{root.type_name}.{each.name}" for each in root.all_fields)
        effects, seen = [_Effect(tags=called)], set[int]()
        left = [(root, True)]
        while left:
            selections, is_root = left.pop()
            if id(selections) in seen:
                continue
            seen.add(id(selections))
            for owner, each in _fields_with_owners(selections):
                if each.name.startswith("__"):
                    continue
                effects.append(self._effect(owner, each.name, is_root=is_root))
                if each.selections is not None:
                    left.append((each.selections, False))
        return _together(effects).policy()

    def of_entity(self, type_name: str, selections: SelectionSetNode) -> CachePolicy | None:
        """The policy of an entity as one subgraph gives it; None: not kept.

        Fields without hints are as good as the type's own says. Its tags are of what stands below
        it: what changes the entity itself is told by its key.
        """
        hint = self._hints.types.get(type_name) or CacheHint()
        effects: list[_Effect] = []
        for each in selections.selections:
            if not isinstance(each, FieldNode):
                return None  # variants of an interface: their keys do not say which it is
            name = each.name.value
            if name.startswith("__"):
                continue
            effects.append(_within(hint, self._effect(type_name, name, is_root=False)))
            if each.selection_set is not None:
                effects += self._below(self._type_of(type_name, name), each.selection_set)
        return _together(effects).policy()

    def keys_of(self, type_name: str) -> tuple[str, ...]:
        """The fields that are a key of the type, each alone."""
        owner = self._types.get(type_name)
        keys = () if owner is None else (each.key or "" for each in owner.joins)
        return tuple(dict.fromkeys(key for key in keys if key.isidentifier()))

    def _below(self, type_name: str, selections: SelectionSetNode) -> Iterator[_Effect]:
        """What is selected of an object; the depth was bounded where it was planned."""
        for each in selections.selections:
            if isinstance(each, InlineFragmentNode):
                condition = each.type_condition
                inner = type_name if condition is None else condition.name.value
                yield from self._below(inner, each.selection_set)
            elif not isinstance(each, FieldNode):
                yield _UNKNOWN  # a named fragment: none of our fetches has one
            elif not each.name.value.startswith("__"):
                yield self._effect(type_name, each.name.value, is_root=False)
                if each.selection_set is not None:
                    below = self._type_of(type_name, each.name.value)
                    yield from self._below(below, each.selection_set)

    def _effect(self, type_name: str, name: str, *, is_root: bool) -> _Effect:
        at = type_name, name, is_root
        found = self._effects.get(at)
        if found is None:
            owners = [each for each in self._objects(type_name) if self._has(each, name)]
            effects = [self._effect_on(owner, name, is_root) for owner in owners]
            found = self._effects[at] = _together(effects) if effects else _UNKNOWN
        return found

    def _effect_on(self, owner: str, name: str, is_root: bool) -> _Effect:
        """What the field of one type does."""
        described = self._types[owner].fields[name]
        if any(join.context_arguments for join in described.joins):
            return _UNKNOWN  # it is computed from what stands around it
        named = self._types.get(_named(described.type))
        is_object = named is not None and named.kind in _COMPOSITE
        on_field = strictest(self._hints_of_field(owner, name))
        on_type = None if named is None else strictest(self._hints_of_type(named.name))
        tags = set[str]()
        if on_field is not None and on_field.max_age is not None:
            tags.add(f"{owner}.{name}")
        if named is not None and is_object:
            tags |= {each for each in self._objects(named.name) if self._is_told_of(each)}
        own = _Effect(
            max_age=_max_age(on_field, on_type, is_object=is_object, is_root=is_root),
            sharing=_sharing(on_field, on_type, is_object=is_object, is_root=is_root),
            tags=frozenset(tags),
        )
        required = (join.requires for join in described.joins if join.requires is not None)
        return _together([own, *(self._effect_of_required(owner, each) for each in required)])

    def _effect_of_required(self, owner: str, required: str) -> _Effect:
        """What a subgraph computes a field from counts as if it were shown."""
        try:
            return _together(self._below(owner, parse_field_set(required)))
        except FieldSetError:
            return _UNKNOWN

    def _hints_of_field(self, owner: str, name: str) -> Iterator[CacheHint]:
        """Its own, and what interfaces say of it."""
        interfaces = [interface for _, interface in self._types[owner].implements]
        for each in dict.fromkeys([owner, *interfaces]):
            hint = self._hints.fields.get((each, name))
            if hint is not None:
                yield hint

    def _hints_of_type(self, name: str) -> Iterator[CacheHint]:
        """Its own; where it is abstract and has one, those of possible types as well."""
        if name in self._hints.types:
            for each in dict.fromkeys([name, *self._objects(name)]):
                hint = self._hints.types.get(each)
                if hint is not None:
                    yield hint

    def _objects(self, name: str) -> tuple[str, ...]:
        """The object types that a type can be; an object is itself."""
        return self._possible.get(name) or (name,)

    def _has(self, type_name: str, name: str) -> bool:
        return type_name in self._types and name in self._types[type_name].fields

    def _is_told_of(self, name: str) -> bool:
        """Whether changes of a type are worth a tag: it has a key, or says how long it is good."""
        owner = self._types.get(name)
        has_key = owner is not None and any(join.key for join in owner.joins)
        return has_key or name in self._hints.types

    def _type_of(self, type_name: str, name: str) -> str:
        owners = [each for each in (type_name, *self._objects(type_name)) if self._has(each, name)]
        return _named(self._types[owners[0]].fields[name].type) if owners else ""


def _max_age(
    on_field: CacheHint | None, on_type: CacheHint | None, *, is_object: bool, is_root: bool
) -> int | None:
    """What a field says replaces what its type says; 0 where neither says what is needed."""
    hints = [each for each in (on_field, on_type) if each is not None]
    age = next((each.max_age for each in hints if each.max_age is not None), None)
    inherits = any(each.inherits for each in hints)
    is_needed = is_root or (is_object and not inherits)
    return 0 if age is None and is_needed else age


def _sharing(
    on_field: CacheHint | None, on_type: CacheHint | None, *, is_object: bool, is_root: bool
) -> Sharing | None:
    """PRIVATE wherever it stands; the same for all only where the field itself says so.

    A type may be public, and yet which of its objects a field gives depend on who asks.
    """
    hints = [each for each in (on_field, on_type) if each is not None]
    if any(each.is_private for each in hints):
        return Sharing.VIEWER
    if on_field is not None and on_field.is_public:
        return Sharing.EVERYONE
    is_said = is_object and any(not each.inherits for each in hints)
    return Sharing.STRANGERS if is_said or is_root else None


def _within(hint: CacheHint, effect: _Effect) -> _Effect:
    """The effect of a field of an entity whose type has this hint; no tags of its own fields."""
    sharing = Sharing.EVERYONE if hint.is_public else Sharing.STRANGERS
    if hint.is_private:
        sharing = Sharing.VIEWER
    return _Effect(
        max_age=(hint.max_age or 0) if effect.max_age is None else effect.max_age,
        sharing=sharing if effect.sharing is None else min(effect.sharing, _ceiling(hint)),
        tags=frozenset(each for each in effect.tags if "." not in each),
    )


def _ceiling(hint: CacheHint) -> Sharing:
    return Sharing.VIEWER if hint.is_private else Sharing.EVERYONE


def _fields_with_owners(selections: SelectionSet) -> Iterator[tuple[str, Field]]:
    for each in selections.fields:
        yield selections.type_name, each
    for variant in selections.variants:
        for each in variant.fields:
            yield variant.type_name, each


def _possible_types(supergraph: Supergraph) -> dict[str, tuple[str, ...]]:
    """Abstract type → the object types that it can be."""
    found: dict[str, dict[str, None]] = {}
    for each in supergraph.types.values():
        for _, interface in each.implements:
            if each.kind is TypeKind.OBJECT:
                found.setdefault(interface, {})[each.name] = None
        for _, member in each.members:
            found.setdefault(each.name, {})[member] = None
    return {name: tuple(members) for name, members in found.items()}


def _named(text: str) -> str:
    return text.strip("[]!")
