"""Brings an operation into normal form: fragments opened, fields merged, conditions kept.

Work is shared by (type, selection sets): a fragment that is spread in a thousand places is
opened once for each type, so the passes are linear in the document. What a malicious document
would blow up is the *expanded* operation; its size and depth are counted on the shared form
and refused before anything walks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    print_ast,
)

from federation.errors import RequestError
from federation.limits import EngineLimits
from federation.operation.arguments import print_arguments, variables_in
from federation.operation.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    both,
    either,
    read_condition,
)
from federation.operation.deferral import Deferral, DeferUsage, Owner, owner_of
from federation.operation.document import Check, unchecked
from federation.operation.interface_fields import InterfaceFields
from federation.operation.model import Field, Operation, Places, SelectionSet, Variable, Variant

_Source = tuple[SelectionSetNode, Condition, Owner]
_Occurrence = tuple[int, FieldNode, Condition, Owner]


@dataclass(slots=True)
class _Group:
    """The occurrences of one response key on one type, each with its place in the text."""

    occurrences: list[_Occurrence] = dataclass_field(default_factory=list)

    @property
    def place(self) -> int:
        return self.occurrences[0][0]

    @property
    def nodes(self) -> list[tuple[FieldNode, Condition]]:
        return [(node, condition) for _, node, condition, _ in self.occurrences]

    def places(self) -> Places:
        """The places that can count: those that no earlier one always comes before."""
        kept: list[tuple[int, Condition]] = []
        before = NEVER
        for place, _, condition, _ in self.occurrences:
            wider = either(before, condition)
            if wider != before:
                kept.append((place, condition))
            before = wider
        return tuple(kept)

    def join(self, other: "_Group") -> None:
        self.occurrences = sorted([*self.occurrences, *other.occurrences], key=lambda each: each[0])

    @property
    def owner(self) -> Owner:
        return owner_of([owner for *_, owner in self.occurrences])

    @property
    def condition(self) -> Condition:
        condition = NEVER
        for _, each in self.nodes:
            condition = either(condition, each)
        return condition


_Groups = dict[tuple[str | None, str], _Group]


def normalize(
    schema: GraphQLSchema,
    interface_fields: InterfaceFields,
    document: DocumentNode,
    node: OperationDefinitionNode,
    limits: EngineLimits,
    check: Check = unchecked,
    deferral: Deferral | None = None,
) -> Operation:
    """Normalise one valid operation; `check` raises when the time for it is spent.

    Without `deferral` everything comes at once.

    Raises:
        RequestError: the expanded operation is too large or too deep.
    """
    work = _Normalizer(schema, interface_fields, document, limits, check, deferral)
    root_type = schema.get_root_type(node.operation)
    if root_type is None:
        raise RequestError(
            f"The schema has no {node.operation.value}.", code="OPERATION_UNSUPPORTED"
        )
    root = work.build(root_type.name, ((node.selection_set, ALWAYS, None),), 1)
    if root.size > limits.operation_fields_max:
        raise _too_complex(f"more than {limits.operation_fields_max} fields")
    return Operation(
        kind=node.operation.value,
        name=node.name.value if node.name else None,
        root=root,
        variables={
            each.variable.name.value: Variable(
                name=each.variable.name.value,
                type=print_ast(each.type),
                default=each.default_value,
            )
            for each in node.variable_definitions or ()
        },
        introspection=tuple(work.introspection),
    )


def _too_complex(what: str) -> RequestError:
    return RequestError(
        f"The operation has {what} once its fragments are opened.",
        code="OPERATION_TOO_COMPLEX",
    )


def _too_deep(levels: int) -> RequestError:
    return RequestError(
        f"The operation has more than {levels} levels once its fragments are opened.",
        code="OPERATION_TOO_DEEP",
    )


class _Normalizer:
    def __init__(
        self,
        schema: GraphQLSchema,
        interface_fields: InterfaceFields,
        document: DocumentNode,
        limits: EngineLimits,
        check: Check,
        deferral: Deferral | None,
    ) -> None:
        self.check = check
        self.deferral = deferral
        self._schema = schema
        self._interface_fields = interface_fields
        self._limits = limits
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._built: dict[tuple[object, ...], SelectionSet] = {}
        self._spread = 0
        self.introspection: list[tuple[FieldNode, Condition]] = []

    def build(self, type_name: str, sources: tuple[_Source, ...], depth: int) -> SelectionSet:
        """Merge the selection sets of one place into one."""
        key = (type_name, tuple((id(node), *more) for node, *more in sources))
        built = self._built.get(key)
        if built is None:
            if depth > self._limits.operation_depth_max:
                raise _too_deep(self._limits.operation_depth_max)
            built = self._built[key] = self._merge(type_name, sources, depth)
        if depth + built.depth - 1 > self._limits.operation_depth_max:
            raise _too_deep(self._limits.operation_depth_max)
        return built

    def _merge(self, type_name: str, sources: tuple[_Source, ...], depth: int) -> SelectionSet:
        groups: _Groups = {}
        collector = _Collector(self, type_name, groups)
        for node, condition, owner in sources:
            collector.collect(node, condition, None, owner)
        if is_abstract_type(self._schema.type_map[type_name]):
            self._expand(type_name, groups)
        fields: list[Field] = []
        variants: dict[str, list[Field]] = {}
        for (object_type, key), group in groups.items():
            if group.nodes[0][0].name.value in ("__schema", "__type"):
                self.introspection += group.nodes
            built = self._build_field(object_type or type_name, key, group, depth)
            if object_type is None:
                fields.append(built)
            else:
                variants.setdefault(object_type, []).append(built)
        return SelectionSet(
            type_name=type_name,
            fields=tuple(fields),
            variants=tuple(
                Variant(type_name=name, fields=tuple(variants[name])) for name in sorted(variants)
            ),
            order={place: group.places() for place, group in groups.items()},
            opened=tuple(collector.opened),
        )

    def _expand(self, type_name: str, groups: _Groups) -> None:
        """Spread interface fields that subgraphs differ on, or that a variant refines."""
        for (object_type, key), group in list(groups.items()):
            if object_type is not None:
                continue
            name = group.nodes[0][0].name.value
            refined = [(t, k) for t, k in groups if t is not None and k == key]
            is_uniform = name == "__typename" or self._interface_fields.is_uniform(type_name, name)
            if is_uniform and all(self._covers(group, groups[place]) for place in refined):
                for place in refined:
                    del groups[place]
            elif refined or not is_uniform:
                del groups[None, key]
                for possible in self.object_types(type_name):
                    self._join(groups, (possible, key), group)

    def _covers(self, group: _Group, other: _Group) -> bool:
        """Whether a leaf on the interface makes the same leaf on a variant needless."""
        return (
            all(node.selection_set is None for node, _ in other.nodes)
            and either(group.condition, other.condition) == group.condition
            and len(group.places()) == 1
            and group.place <= other.place
            and owner_of([group.owner, other.owner]) is group.owner
        )

    def _join(self, groups: _Groups, place: tuple[str | None, str], more: _Group) -> None:
        self.check()
        groups.setdefault(place, _Group()).join(more)
        self.count(1)

    def count(self, fields: int) -> None:
        """Count fields that were spread over object types, within the bound."""
        self._spread += fields
        if self._spread > self._limits.operation_fields_max:
            raise _too_complex(f"more than {self._limits.operation_fields_max} fields")

    def _build_field(self, parent: str, key: str, group: _Group, depth: int) -> Field:
        node = group.nodes[0][0]
        name = node.name.value
        condition = group.condition
        if len(condition) > self._limits.condition_terms_max:
            raise _too_complex("too many combinations of @skip and @include")
        selections = None
        parent_type = self._schema.type_map[parent]
        if node.selection_set is not None and not name.startswith("__"):
            definition = getattr(parent_type, "fields")[name]  # noqa: B009
            is_same = all(each == condition for _, each in group.nodes)
            sources = tuple(
                (each.selection_set, ALWAYS if is_same else when, owner)
                for _, each, when, owner in group.occurrences
                if each.selection_set is not None
            )
            selections = self.build(get_named_type(definition.type).name, sources, depth + 1)
        return Field(
            name=name,
            key=key,
            arguments=print_arguments(node),
            variables=variables_in(node),
            condition=condition,
            selections=selections,
            owner=group.owner,
        )

    def object_types(self, type_name: str) -> list[str]:
        """The object types that a type may turn out to be, by name."""
        type_ = self._schema.type_map[type_name]
        if isinstance(type_, GraphQLObjectType):
            return [type_name]
        assert is_abstract_type(type_), "only composite types have selections"
        return sorted(each.name for each in self._schema.get_possible_types(type_))

    def fragment(self, name: str) -> FragmentDefinitionNode:
        """The fragment of that name; validation made sure that it exists."""
        return self._fragments[name]


class _Collector:
    """Collects the fields of one place into groups, opening fragments on the way."""

    def __init__(self, work: _Normalizer, type_name: str, groups: _Groups) -> None:
        self._work = work
        self._type_name = type_name
        self._groups = groups
        self._all = frozenset(work.object_types(type_name))
        self._is_abstract = len(self._all) != 1 or type_name not in self._all
        self._seen: set[tuple[object, ...]] = set()
        self._place = 0
        self.opened: dict[DeferUsage, None] = {}

    def collect(
        self,
        node: SelectionSetNode,
        condition: Condition,
        scope: frozenset[str] | None,
        owner: Owner,
    ) -> None:
        """Collect one selection set; `scope` narrows it to some object types."""
        for selection in node.selections:
            self._work.check()
            when = both(condition, read_condition(selection.directives))
            if when == NEVER:
                continue
            if isinstance(selection, FieldNode):
                self._add(selection, when, scope, owner)
            elif isinstance(selection, InlineFragmentNode):
                named = selection.type_condition
                name = named.name.value if named else None
                inner = self._owner_within(selection, owner)
                self._open(selection.selection_set, name, when, scope, inner)
            elif isinstance(selection, FragmentSpreadNode):
                inner = self._owner_within(selection, owner)
                self._spread(selection.name.value, when, scope, inner)

    def _owner_within(self, node: FragmentSpreadNode | InlineFragmentNode, owner: Owner) -> Owner:
        deferral = self._work.deferral
        if deferral is None:
            return None
        inner = deferral.usage(node.directives, owner)
        if inner is not None and inner is not owner:
            self.opened[inner] = None
        return inner

    def _spread(
        self, name: str, when: Condition, scope: frozenset[str] | None, owner: Owner
    ) -> None:
        visit_key = (name, when, scope, owner)
        if visit_key not in self._seen:
            self._seen.add(visit_key)
            fragment = self._work.fragment(name)
            type_condition = fragment.type_condition.name.value
            self._open(fragment.selection_set, type_condition, when, scope, owner)

    def _open(
        self,
        node: SelectionSetNode,
        type_condition: str | None,
        when: Condition,
        scope: frozenset[str] | None,
        owner: Owner,
    ) -> None:
        if type_condition is None or (scope is None and type_condition == self._type_name):
            self.collect(node, when, scope, owner)
            return
        before = self._all if scope is None else scope
        narrowed = before & frozenset(self._work.object_types(type_condition))
        if narrowed and not self._is_abstract:
            self.collect(node, when, None, owner)
        elif narrowed:
            self.collect(node, when, narrowed, owner)

    def _add(
        self, node: FieldNode, when: Condition, scope: frozenset[str] | None, owner: Owner
    ) -> None:
        key = node.alias.value if node.alias else node.name.value
        self._place += 1
        for object_type in (None,) if scope is None else sorted(scope):
            self._work.count(0 if scope is None else 1)
            group = self._groups.setdefault((object_type, key), _Group())
            group.occurrences.append((self._place, node, when, owner))


def impure_keys(root: SelectionSet) -> Mapping[str, frozenset[str]]:
    """Response keys under which clients put something other than the plain field."""
    found: dict[str, set[str]] = {}
    seen: set[int] = set()
    waiting: list[SelectionSet] = [root]
    while waiting:
        selections = waiting.pop()
        if id(selections) in seen:
            continue
        seen.add(id(selections))
        for each in selections.all_fields:
            if each.key != each.name or each.arguments:
                found.setdefault(each.key, set()).add(each.name)
            if each.selections:
                waiting.append(each.selections)
    return {key: frozenset(names) for key, names in found.items()}
