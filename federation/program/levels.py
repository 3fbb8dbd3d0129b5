"""A document as levels: for each response path and object type, the fields to be answered.

    { tracks { id artist { name } } }

    level 0  Query   at                  tracks
    level 1  Track   at tracks           id artist
    level 2  Artist  at tracks artist    name

A level is answered for all its parents at once. Fragments are gone and fields merged, by
graphql-core's own rules; `@skip` and `@include` are applied, so that a document has other levels
for other values of the variables that switch its fields.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeNameMetaFieldDef,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import (
    FieldDetails,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from federation.fetch.display import Shown
from federation.program.bindings import Attribute, Batch, Bindings, Resolver

DEPTH_MAX = 100


class NotCompiled(Exception):
    """The document has no program; `reason` is one of a few words, fit for a metric."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Answered = list[Any] | Coroutine[Any, Any, list[Any]]
"""An item for each parent; where something has to wait, their coroutine."""
Answer = Callable[[Any, list[Any], Any], Answered]
"""Takes a run, parents, and the place where they stand."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How lists and non-null wrap a type, from the outside in."""

    is_required: bool
    item: "Shape | None"


@dataclass(slots=True, kw_only=True, eq=False)
class Field:
    """One field of a level."""

    number: int
    key: str
    parent: GraphQLObjectType
    definition: GraphQLField
    group: list[FieldDetails]
    nodes: list[FieldNode]
    told: tuple[Any, ...]
    """The head of what its resolver is told: name, nodes, type, type of the parent."""
    binding: Attribute | Batch | Resolver | None
    shape: Shape
    named: GraphQLNamedType
    levels: dict[str, "Level"] = field(default_factory=dict)
    """By the name of the object type; none below a leaf."""
    is_asking_types: bool = False
    """The schema's own functions have to tell what type an object is."""

    @property
    def name(self) -> str:
        """The name in the schema, as the response key may be another."""
        return self.nodes[0].name.value

    @property
    def is_typename(self) -> bool:
        """The answer is the name of the level's type."""
        return self.definition is TypeNameMetaFieldDef

    @property
    def is_leaf(self) -> bool:
        """There is nothing below."""
        return not is_composite_type(self.named)

    @property
    def is_inline(self) -> bool:
        """The answer can be read off each parent, where the object is built."""
        return self.is_leaf and (self.is_typename or isinstance(self.binding, Attribute))

    @property
    def is_shareable(self) -> bool:
        """The same parent gets the same answer."""
        return self.is_typename or (
            isinstance(self.binding, (Attribute, Batch))
            and not self.is_asking_types
            and all(level.is_shareable for level in self.levels.values())
        )


@dataclass(slots=True, kw_only=True, eq=False)
class Level:
    """The fields of one object type at one response path."""

    number: int
    type: GraphQLObjectType
    path: tuple[str, ...]
    is_serial: bool = False
    """Each field is answered to the end before the next begins: a mutation."""
    fields: list[Field] = field(default_factory=list)
    is_shareable: bool = False
    shown: Shown | None = None
    """Where objects are built for the client: what it sees of them."""
    place: int | None = None
    """Where its objects are looked for when they are built."""
    answer: Answer = field(init=False)
    """The function that completes some parents: `level.answer(run, parents, place)`."""

    @property
    def columns(self) -> list[Field]:
        """The fields that are answered for all parents before an object is built.

        On a serial level these are all that can fail, as each has to end before the next begins.
        """
        return [
            each
            for each in self.fields
            if not each.is_typename and (self.is_serial or not each.is_inline)
        ]


def build_levels(
    schema: GraphQLSchema,
    bindings: Bindings,
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDetails],
    switches: Mapping[str, bool],
    *,
    fields_max: int,
) -> list[Level]:
    """The levels of an operation, the root first; `switches` are the variables in conditions.

    Raises:
        NotCompiled: there are too many fields, or too many levels.
    """
    root = schema.get_root_type(operation.operation)
    if root is None:
        raise NotCompiled("operation")
    values = VariableValues({}, dict(switches))
    builder = _Builder(schema, bindings, operation, fragments, values, fields_max)
    groups = collect_fields(schema, fragments, values, root, operation).grouped_field_set
    level = builder.add_level(root, groups, ())
    level.is_serial = operation.operation is OperationType.MUTATION
    return builder.levels


class _Builder:
    def __init__(
        self,
        schema: GraphQLSchema,
        bindings: Bindings,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDetails],
        values: VariableValues,
        fields_max: int,
    ) -> None:
        self.levels: list[Level] = []
        self._schema = schema
        self._bindings = bindings
        self._operation = operation
        self._fragments = fragments
        self._values = values
        self._fields_left = fields_max
        self._numbers = 0

    def add_level(
        self,
        type_: GraphQLObjectType,
        groups: Mapping[str, list[FieldDetails]],
        path: tuple[str, ...],
    ) -> Level:
        self._fields_left -= len(groups)
        if self._fields_left < 0:
            raise NotCompiled("too large")
        if len(path) > DEPTH_MAX:
            raise NotCompiled("too deep")
        level = Level(number=len(self.levels), type=type_, path=path)
        self.levels.append(level)
        level.fields = [self._field(type_, key, group, path) for key, group in groups.items()]
        level.is_shareable = all(each.is_shareable for each in level.fields)
        return level

    def _field(
        self,
        parent: GraphQLObjectType,
        key: str,
        group: list[FieldDetails],
        path: tuple[str, ...],
    ) -> Field:
        nodes = [each.node for each in group]
        name = nodes[0].name.value
        definition = self._schema.get_field(parent, name)
        assert definition is not None, "the document is valid"
        self._numbers += 1
        found = Field(
            number=self._numbers,
            key=key,
            parent=parent,
            definition=definition,
            group=group,
            nodes=nodes,
            told=(name, nodes, definition.type, parent),
            binding=self._bindings.fields.get((parent.name, name)),
            shape=_shape(definition.type),
            named=get_named_type(definition.type),
        )
        types = self._possible_types(found.named)
        found.is_asking_types = any(each.is_type_of for each in types) or (
            is_abstract_type(found.named) and self._bindings.type_of is None
        )
        for each in types:
            below = collect_subfields(
                self._schema, self._fragments, self._values, self._operation, each, group
            ).grouped_field_set
            found.levels[each.name] = self.add_level(each, below, (*path, key))
        return found

    def _possible_types(self, named: GraphQLNamedType) -> list[GraphQLObjectType]:
        if is_object_type(named):
            return [named]
        return self._schema.get_possible_types(named) if is_abstract_type(named) else []


def _shape(type_: GraphQLOutputType) -> Shape:
    is_required = is_non_null_type(type_)
    inner: Any = type_.of_type if is_non_null_type(type_) else type_
    return Shape(is_required, _shape(inner.of_type) if is_list_type(inner) else None)
