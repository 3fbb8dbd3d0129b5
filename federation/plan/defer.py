"""Plans `@defer`: cuts an operation into what comes at once and parts that come later.

A part goes on at a place of the tree. Where the place is an entity, the payload before it also
asks for a key, and the part begins by fetching the entity again. Where it is none, the part's
fields are fetched with the place and only shown later.

    { track { title ... @defer { likes } } }

    at once   track { title _key id }      then   media at track by {id} { likes }
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from graphql import GraphQLObjectType, GraphQLSchema, is_abstract_type
from graphql.type import GraphQLList, GraphQLNonNull

from federation.errors import PlanningError
from federation.graph.join_graph import JoinGraph
from federation.graph.node import Node
from federation.graph.requirement import FieldSet
from federation.graph.walk import resolving_moves
from federation.operation.deferral import DeferUsage, Owner
from federation.operation.model import Field, SelectionSet, Variant
from federation.plan.find_paths import Leaf, PathFinder
from federation.plan.nodes import LIST, OnlyTypes, Path
from federation.plan.paths import ResumeMove
from federation.plan.requirements import Requirements

_TYPENAME = Field(name="__typename", key="__typename", is_client=False)
_Paths = Mapping[DeferUsage, Path]


@dataclass(slots=True, kw_only=True)
class Draft:
    """A deferred part whose requests are not made yet."""

    usage: DeferUsage
    usage_path: Path
    path: Path
    shown: SelectionSet
    leaves: list[Leaf]
    children: "list[Draft]"


@dataclass(slots=True)
class Cut:
    """A selection set, cut."""

    shown: SelectionSet
    """What is delivered with the place."""
    fetched: SelectionSet
    """The same with keys, and with what cannot be fetched later."""
    parts: list[Draft] = field(default_factory=list)


def has_deferred(selections: SelectionSet) -> bool:
    """Whether any field comes later."""
    return any(
        each.owner is not None or (each.selections is not None and has_deferred(each.selections))
        for each in selections.all_fields
    )


class DeferCutter:
    """Cuts one operation; `is_refetching` says whether parts may have fetches of their own."""

    def __init__(
        self,
        graph: JoinGraph,
        schema: GraphQLSchema,
        requirements: Requirements,
        finder: PathFinder,
        *,
        is_refetching: bool,
        parts_max: int,
    ) -> None:
        self._graph = graph
        self._schema = schema
        self._requirements = requirements
        self._finder = finder
        self._is_refetching = is_refetching
        self._parts_max = parts_max
        self._parts = 0
        self._drafts = 0

    def cut(self, root: SelectionSet) -> Cut:
        """Cut an operation.

        Raises:
            PlanningError: the ways are too many (PLAN_TOO_COMPLEX).
        """
        return self._cut(root, None, (), {})

    def _cut(self, selections: SelectionSet, owner: Owner, path: Path, places: _Paths) -> Cut:
        """Cut what one owner delivers at a place from what others do."""
        if selections.opened:
            places = {**places, **dict.fromkeys(selections.opened, path)}
        parts: list[Draft] = []
        shown: dict[str | None, list[Field]] = {}
        fetched: dict[str | None, list[Field]] = {}
        others: dict[DeferUsage, dict[str | None, list[Field]]] = {}
        for type_name, each in _fields(selections):
            if each.owner is not owner:
                assert each.owner is not None, "nothing in a deferred field comes before it"
                others.setdefault(each.owner, {}).setdefault(type_name, []).append(each)
                continue
            inner = each
            if each.selections is not None:
                below = (*path, *self._segments(selections.type_name, type_name, each))
                cut = self._cut(each.selections, owner, below, places)
                parts += cut.parts
                inner = replace(each, selections=cut.fetched)
                each = replace(each, selections=cut.shown)  # noqa: PLW2901 - as it is shown
            shown.setdefault(type_name, []).append(each)
            fetched.setdefault(type_name, []).append(inner)
        for usage, fields in others.items():
            draft, needed = self._draft(_with(selections, fields), usage, path, places)
            parts.append(draft)
            for type_name, added in needed:
                fetched.setdefault(type_name, []).append(added)
        return Cut(_with(selections, shown), _with(selections, fetched), parts)

    def _draft(
        self, selections: SelectionSet, usage: DeferUsage, path: Path, places: _Paths
    ) -> tuple[Draft, list[tuple[str | None, Field]]]:
        """A part, and what must be fetched before it."""
        self._drafts += 1
        if self._drafts > self._parts_max:
            raise PlanningError(
                f"More than {self._parts_max} parts are deferred.", code="PLAN_TOO_COMPLEX"
            )
        cut = self._cut(selections, usage, path, places)
        found = self._find(cut.fetched, path) if self._is_refetching else None
        leaves, needed = found or ([], list(_fields(cut.fetched)))
        draft = Draft(
            usage=usage,
            usage_path=places.get(usage, path),
            path=path,
            shown=cut.shown,
            leaves=leaves,
            children=cut.parts,
        )
        return draft, needed

    def _find(
        self, selections: SelectionSet, path: Path
    ) -> tuple[list[Leaf], list[tuple[str | None, Field]]] | None:
        """Ways to the fields of a part from its place, and the key to have there."""
        type_name = selections.type_name
        self._parts += 1
        if not path:
            roots = self._finder.roots(type_name, -self._parts)
            return self._finder.find_paths(roots, selections), []
        for key in self._keys(type_name):
            leaves = self._find_by(key, selections, path)
            if leaves is not None:
                needed = list(_fields(self._requirements.selections(type_name, key)))
                if is_abstract_type(self._schema.type_map[type_name]):
                    needed.append((None, _TYPENAME))
                return leaves, needed
        return None

    def _find_by(self, key: FieldSet, selections: SelectionSet, path: Path) -> list[Leaf] | None:
        leaves: list[Leaf] = []
        is_abstract = is_abstract_type(self._schema.type_map[selections.type_name])
        for name in self._object_types(selections.type_name):
            fields = tuple(each for owner, each in _fields(selections) if owner in (None, name))
            place = (*path, OnlyTypes(names=frozenset({name}))) if is_abstract else path
            node = Node(name, self._graph.homes[name][0])
            roots = self._finder.resume(ResumeMove(node, place, self._parts), key)
            wanted = SelectionSet(type_name=name, fields=fields, order=selections.order)
            try:
                if any(not each.name.startswith("__") for each in fields):
                    leaves += self._finder.find_paths(roots, wanted)
            except PlanningError as fault:
                if fault.code != "FIELD_UNREACHABLE":
                    raise
                return None
        return leaves

    def _keys(self, type_name: str) -> list[FieldSet]:
        """Keys that all object types have in common, those most subgraphs know first."""
        counts: Counter[FieldSet] = Counter()
        common: set[FieldSet] | None = None
        for name in self._object_types(type_name):
            node = Node(name, self._graph.homes[name][0])
            keys = [move.key for move in resolving_moves(self._graph, node)]
            common = set(keys) if common is None else common & set(keys)
            counts.update(keys)
        return sorted(common or (), key=lambda key: (-counts[key], len(str(key)), str(key)))

    def _object_types(self, type_name: str) -> list[str]:
        type_ = self._schema.type_map[type_name]
        if isinstance(type_, GraphQLObjectType):
            return [type_name]
        assert is_abstract_type(type_), "only composite types have fields"
        return sorted(each.name for each in self._schema.get_possible_types(type_))

    def _segments(self, parent: str, object_type: str | None, each: Field) -> Path:
        """From a place to what a field of it leads to."""
        only = () if object_type is None else (OnlyTypes(names=frozenset({object_type})),)
        type_ = getattr(self._schema.type_map[object_type or parent], "fields")[each.name].type  # noqa: B009
        depth = 0
        while isinstance(type_, GraphQLList | GraphQLNonNull):
            depth += isinstance(type_, GraphQLList)
            type_ = type_.of_type
        return (*only, each.key, *[LIST] * depth)


def _fields(selections: SelectionSet) -> Iterator[tuple[str | None, Field]]:
    """All fields, each with the object type it is only for."""
    yield from ((None, each) for each in selections.fields)
    for variant in selections.variants:
        yield from ((variant.type_name, each) for each in variant.fields)


def _with(selections: SelectionSet, fields: Mapping[str | None, list[Field]]) -> SelectionSet:
    """The same place with other fields."""
    return replace(
        selections,
        fields=tuple(fields.get(None, ())),
        variants=tuple(
            Variant(type_name=name, fields=tuple(each))
            for name, each in fields.items()
            if name is not None
        ),
    )
