"""Writes how one operation's tree becomes its response: a function for each list and type.

For `{ tracks { id artist { name } } }`:

    def list_0(items, memos):
        # [Track]
        shown = []
        for value in items:
            if value is not None:
                try:
                    value_0 = value['id']
                    value_1 = value['artist']
                except KeyError:
                    value_0, value_1 = read_all(value, ('id', 'artist'))
                if type(value_0) is not str: value_0 = required_leaf(value_0)
                if value_1 is not None:
                    (the same for the artist)
                    value_1 = {'name': value_1_0}
                value = {'id': value_0, 'artist': value_1}
            shown.append(value)
        return shown

The functions know only of nulls that may be. Whatever else is wrong makes them raise, and the
response is shaped by `ResponseShaper`, which finds out what to tell of it.

One list may stand at many places of the tree; it is shaped once, and remembered in `memos`. So
may an object that is mentioned in several places.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    is_abstract_type,
    is_specified_scalar_type,
)

from federation.execute.shape_response import ResponseShaper, Shape
from federation.execute.source import Source
from federation.execute.tree import Object
from federation.operation.conditions import holds
from federation.operation.model import SelectionSet

_CLASSES = {"String": "str", "ID": "str", "Int": "int", "Float": "float", "Boolean": "bool"}
_LEAVES = frozenset({str, int, float, bool})
_LEAVES_OR_NULL = _LEAVES | {type(None)}


_INLINE_MAX = 100
"""Fields that one function shows; objects beyond that have functions of their own."""
_OBJECT_FIELDS_MAX = 200
"""Fields of one object: they stand in one function, and compiling that holds the interpreter."""


class TooLarge(Exception):
    """The functions would be more than may be compiled."""


def read_all(value: Object, keys: tuple[str, ...]) -> list[Any]:
    """Read fields of which one at least is not there."""
    return [value.get(key) for key in keys]


def leaf(value: Any) -> Any:
    """A value of a standard scalar that is not of the expected class.

    Raises:
        TypeError: it is no leaf.
    """
    if type(value) not in _LEAVES_OR_NULL:
        raise TypeError
    return value


def required_leaf(value: Any) -> Any:
    """The same where no null may be."""
    if type(value) not in _LEAVES:
        raise TypeError
    return value


KNOWN_TO_SHAPING = {
    "read_all": read_all,
    "leaf": leaf,
    "required_leaf": required_leaf,
    "LEAVES": _LEAVES,
    "LEAVES_OR_NULL": _LEAVES_OR_NULL,
}
"""What the functions call."""


class ShapeWriter:
    """Writes the functions of one operation for certain values of its conditions."""

    def __init__(
        self,
        source: Source,
        schema: GraphQLSchema,
        shaper: ResponseShaper,
        variables: Mapping[str, Any],
        nodes_max: int,
        repeated: Collection[int],
    ) -> None:
        self._source = source
        self._schema = schema
        self._shaper = shaper
        self._variables = variables
        self._nodes_max = nodes_max
        self._repeated = repeated
        """Selections, by identity, of objects that may stand at many places, as lists may."""
        self._room = 0
        """Fields that the function at hand may still show."""
        self._bodies: dict[tuple[str, ...], str] = {}
        self._objects: dict[tuple[int, str], str] = {}
        self._lists: dict[tuple[int, str], str] = {}
        self._memos: dict[str, int] = {}
        self._switches: dict[int, str] = {}
        self.nodes = 0
        """Fields written so far."""

    @property
    def memos(self) -> int:
        """How many kinds of lists and objects are remembered while one response is shaped."""
        return len(self._memos)

    def write(self, selections: SelectionSet) -> str:
        """Write all functions; the name of the one for the whole response.

        Raises:
            TooLarge: they would show more than `nodes_max` fields, or one object too many.
        """
        return self._object(selections, selections.type_name, is_told=False)

    def _object(self, selections: SelectionSet, type_name: str, *, is_told: bool) -> str:
        """A function for one object type; with `is_told` the tree says that it is of it."""
        place = (id(selections), type_name)
        if place not in self._objects:
            lines = self._shape("value", selections, type_name, is_told=is_told)
            body = self._in_new_function(lines)
            self._objects[place] = self._define("shape", "value, memos", [*body, "return value"])
        return self._objects[place]

    def _list(self, type_: GraphQLList[Any], selections: SelectionSet) -> str:
        """A function for one kind of list."""
        place = (id(selections), str(type_))
        if place not in self._lists:
            item = self._in_new_function(self._complete("value", type_.of_type, selections))
            body = [
                "shown = []",
                "for value in items:",
                *(f"    {line}" for line in (*item, "shown.append(value)")),
                "return shown",
            ]
            self._lists[place] = self._define("list", "items, memos", body)
        return self._lists[place]

    def _in_new_function(self, lines: Iterator[str]) -> list[str]:
        """Write lines that are not part of the function at hand."""
        room, self._room = self._room, _INLINE_MAX
        written = list(lines)
        self._room = room
        return written

    def _define(self, kind: str, parameters: str, body: list[str]) -> str:
        """Types that show the same share one function."""
        key = tuple(body)
        if key not in self._bodies:
            name = self._bodies[key] = f"{kind}_{len(self._bodies)}"
            self._source.define(name, parameters, body)
        return self._bodies[key]

    def _shape(
        self, name: str, selections: SelectionSet, type_name: str, *, is_told: bool
    ) -> Iterator[str]:
        """Lines that read all fields of an object, complete each, and show them in order."""
        shapes = self._shown(selections, type_name)
        values: dict[str, str] = {}
        read: dict[str, str] = {}
        for position, each in enumerate(shapes):
            if each.name == "__typename" and not is_told:
                values[each.key] = repr(type_name)
            else:
                source = "__typename" if each.name == "__typename" else each.key
                values[each.key] = read.setdefault(source, f"{name}_{position}")
        yield from _write_reads(name, read)
        for each in shapes:
            if each.type is not None:
                yield from self._complete(values[each.key], each.type, each.selections)
        shown = ", ".join(f"{key!r}: {value}" for key, value in values.items())
        yield f"{name} = {{{shown}}}"

    def _shown(self, selections: SelectionSet, type_name: str) -> list[Shape]:
        shapes = self._shaper.ordered(selections, type_name, self._variables)
        shown = [each for each in shapes if holds(each.condition, self._variables)]
        self.nodes += 1 + len(shown)
        self._room -= 1 + len(shown)
        if self.nodes > self._nodes_max or len(shown) > _OBJECT_FIELDS_MAX:
            raise TooLarge
        return shown

    def _complete(self, name: str, type_: Any, selections: SelectionSet | None) -> Iterator[str]:
        """Lines that check a value and put what is shown of it in its place."""
        is_required = isinstance(type_, GraphQLNonNull)
        bare = type_.of_type if is_required else type_
        if selections is None:
            yield from _complete_leaf(self._source, name, bare, may_be_null=not is_required)
            return
        if isinstance(bare, GraphQLList):
            shown = self._complete_list(name, bare, selections)
        else:
            shown = self._complete_object(name, selections)
        if is_required:
            yield from shown  # which raise for a null
        else:
            yield f"if {name} is not None:"
            yield from (f"    {line}" for line in shown)

    def _complete_list(
        self, name: str, type_: GraphQLList[Any], selections: SelectionSet
    ) -> Iterator[str]:
        function = self._list(type_, selections)
        yield f"if type({name}) is not list: raise TypeError"
        yield from self._once(name, function)

    def _once(self, name: str, function: str) -> Iterator[str]:
        """Lines that shape what may stand at many places when they meet it first."""
        memo = self._memos.setdefault(function, len(self._memos))
        yield f"known = memos[{memo}].get(id({name}))"
        yield "if known is None:"
        yield f"    known = memos[{memo}][id({name})] = {function}({name}, memos)"
        yield f"{name} = known"

    def _complete_object(self, name: str, selections: SelectionSet) -> Iterator[str]:
        declared = self._schema.type_map[selections.type_name]
        if not isinstance(declared, GraphQLObjectType):
            yield f"{name} = {self._switch(selections)}[{name}['__typename']]({name}, memos)"
        elif id(selections) in self._repeated:
            yield from self._once(name, self._object(selections, declared.name, is_told=False))
        elif self._room > len(selections.fields):
            yield from self._shape(name, selections, declared.name, is_told=False)
        else:
            function = self._object(selections, declared.name, is_told=False)
            yield f"{name} = {function}({name}, memos)"

    def _switch(self, selections: SelectionSet) -> str:
        """A table of the functions for what an abstract type can turn out to be."""
        if id(selections) not in self._switches:
            declared = self._schema.type_map[selections.type_name]
            assert is_abstract_type(declared), "selections are on composite types"
            functions = [
                f"{each.name!r}: {self._object(selections, each.name, is_told=True)}"
                for each in self._schema.get_possible_types(declared)
            ]
            switch = f"switch_{len(self._switches)}"
            self._source.assign(switch, f"{{{', '.join(functions)}}}")
            self._switches[id(selections)] = switch
        return self._switches[id(selections)]


def _write_reads(name: str, read: Mapping[str, str]) -> Iterator[str]:
    if not read:
        yield f"if type({name}) is not dict: raise TypeError"
        return
    yield "try:"
    yield from (f"    {value} = {name}[{key!r}]" for key, value in read.items())
    yield "except KeyError:"
    keys = "".join(f"{key!r}, " for key in read)
    yield f"    {', '.join(read.values())}, = read_all({name}, ({keys}))"


def _complete_leaf(source: Source, name: str, type_: Any, *, may_be_null: bool) -> Iterator[str]:
    """Lines that check a leaf, or a list of leaves, which is shown as it is."""
    if isinstance(type_, GraphQLList):
        yield from _complete_leaves(source, name, type_, may_be_null=may_be_null)
    elif isinstance(type_, GraphQLEnumType):
        values = source.constant("values", _members(type_, with_null=may_be_null))
        yield f"if {name} not in {values}: raise TypeError"
    elif is_specified_scalar_type(type_):
        is_other = f"type({name}) is not {_CLASSES[type_.name]}"
        if may_be_null:
            yield f"if {is_other} and {name} is not None: {name} = leaf({name})"
        else:
            yield f"if {is_other}: {name} = required_leaf({name})"
    elif not may_be_null:
        yield f"if {name} is None: raise TypeError"


def _complete_leaves(
    source: Source, name: str, type_: GraphQLList[Any], *, may_be_null: bool
) -> Iterator[str]:
    inner = type_.of_type
    bare = inner.of_type if isinstance(inner, GraphQLNonNull) else inner
    unless = f"{name} is not None and " if may_be_null else ""
    yield f"if {unless}type({name}) is not list: raise TypeError"
    if isinstance(bare, GraphQLList):
        item = list(_complete_leaf(source, "item", bare, may_be_null=inner is bare))
        yield f"for item in {name} or ():"
        yield from (f"    {line}" for line in item)
    elif isinstance(bare, GraphQLEnumType):
        values = source.constant("values", _members(bare, with_null=inner is bare))
        yield f"if not {values}.issuperset({name} or ()): raise TypeError"
    elif is_specified_scalar_type(bare):
        allowed = "LEAVES_OR_NULL" if inner is bare else "LEAVES"
        yield f"if not {allowed}.issuperset(map(type, {name} or ())): raise TypeError"
    elif inner is not bare:
        yield f"if {name} is not None and None in {name}: raise TypeError"


def _members(type_: GraphQLEnumType, *, with_null: bool) -> frozenset[str | None]:
    return frozenset(type_.values) | ({None} if with_null else frozenset())
