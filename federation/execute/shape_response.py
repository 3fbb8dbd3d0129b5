"""Shapes the merged tree into the response: the client's keys, order and nulls."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    is_abstract_type,
    is_specified_scalar_type,
)

from federation.execute.error_paths import Error
from federation.execute.tree import ClientPath, Object
from federation.operation.conditions import ALWAYS, Condition, holds
from federation.operation.model import Places, SelectionSet

_PLAIN = frozenset({str, int, float, bool})
_ERRORS_MAX = 100
"""Nulls of one response that are told of; then follows a count."""


class Shape(NamedTuple):
    """How one field is shown."""

    key: str
    name: str
    type: GraphQLOutputType | None
    """None for what the gateway answers itself."""
    selections: SelectionSet | None
    condition: Condition
    places: Places
    """Where it stands in the text."""
    is_plain: bool
    """Whether it is a leaf of a standard type, for which most values need no further look."""


class _Null(Exception):
    """A null where none may be; it moves up to the next place that can be null."""


class ResponseShaper:
    """Shapes all responses of one operation; what it learns of types it keeps."""

    def __init__(self, schema: GraphQLSchema, root: SelectionSet) -> None:
        self._schema = schema
        self._root = root
        self._shapes: dict[tuple[int, str], list[Shape]] = {}
        self._loose: set[tuple[int, str]] = set()
        """Places whose order depends on variables."""

    def shape(
        self, data: Object, errors: list[Error], variables: Mapping[str, Any]
    ) -> Object | None:
        """The response data; new errors are added for nulls that the schema forbids."""
        work = _Shaping(self, errors, variables)
        try:
            return work.shape_object(data, self._root, self._root.type_name)
        except _Null:
            return None
        finally:
            work.tell_rest()

    def shape_at(
        self, value: Object, path: ClientPath, errors: list[Error], variables: Mapping[str, Any]
    ) -> Object | None:
        """The same for an object further down, whose errors have its path."""
        type_name = self.object_type(value, self._root)
        if type_name is None:
            return None
        work = _Shaping(self, errors, variables, path)
        try:
            return work.shape_object(value, self._root, type_name)
        except _Null:
            return None
        finally:
            work.tell_rest()

    def shows_anything(self, value: Object, variables: Mapping[str, Any]) -> bool:
        """Whether an object of this type shows any field for these variables."""
        type_name = self.object_type(value, self._root)
        return type_name is not None and any(
            holds(shape.condition, variables) for shape in self.shapes_of(self._root, type_name)
        )

    def shapes_of(self, selections: SelectionSet, type_name: str) -> list[Shape]:
        """What an object of a type shows."""
        place = (id(selections), type_name)
        shapes = self._shapes.get(place)
        if shapes is None:
            type_ = self._schema.type_map[type_name]
            fields = getattr(type_, "fields", {})
            shapes = [
                Shape(
                    each.key,
                    each.name,
                    fields[each.name].type if each.name in fields else None,
                    each.selections,
                    each.condition,
                    places,
                    _is_plain(fields[each.name].type) if each.name in fields else False,
                )
                for places, each in selections.fields_of(type_name)
            ]
            if any(len(shape.places) > 1 for shape in shapes):
                self._loose.add(place)  # first, since a thread may be compiling
            self._shapes[place] = shapes
        return shapes

    def ordered(
        self, selections: SelectionSet, type_name: str, variables: Mapping[str, Any]
    ) -> list[Shape]:
        """The same in the order of the occurrences that hold for these variables."""
        shapes = self.shapes_of(selections, type_name)
        if (id(selections), type_name) not in self._loose:
            return shapes
        shown = [shape for shape in shapes if holds(shape.condition, variables)]
        return sorted(
            shown,
            key=lambda shape: min(at for at, when in shape.places if holds(when, variables)),
        )

    def is_object_type(self, type_name: str) -> bool:
        """Whether a type name is that of an object, which alone may be told to clients."""
        return isinstance(self._schema.type_map[type_name], GraphQLObjectType)

    def object_type(self, value: Object, selections: SelectionSet) -> str | None:
        """The type of an object; None when it is none that clients may see."""
        declared = self._schema.type_map[selections.type_name]
        if isinstance(declared, GraphQLObjectType):
            return declared.name
        told = value.get("__typename")
        if told is None:
            return declared.name
        found = self._schema.type_map.get(told) if isinstance(told, str) else None
        assert is_abstract_type(declared), "selections are on composite types"
        if isinstance(found, GraphQLObjectType) and self._schema.is_sub_type(declared, found):
            return found.name
        return None


class _Shaping:
    """One response on its way; the path is kept only to be read when something is wrong."""

    def __init__(
        self,
        shaper: ResponseShaper,
        errors: list[Error],
        variables: Mapping[str, Any],
        path: ClientPath = (),
    ) -> None:
        self._shaper = shaper
        self._errors = errors
        self._variables = variables
        self._path: list[str | int] = list(path)
        self._told: set[tuple[Any, ...]] | None = None
        self._count = 0

    def shape_object(self, value: Object, selections: SelectionSet, type_name: str) -> Object:
        """Shape one object whose type is known."""
        shaped: Object = {}
        path = self._path
        shapes = self._shaper.ordered(selections, type_name, self._variables)
        for key, name, type_, inner, condition, _, is_plain in shapes:
            if condition is not ALWAYS and not holds(condition, self._variables):
                continue
            if is_plain and type(value.get(key)) in _PLAIN:
                shaped[key] = value[key]
                continue
            path.append(key)
            if type_ is None:
                shaped[key] = self._meta(value, key, name, type_name)
            else:
                shaped[key] = self._complete(value.get(key), type_, inner, (type_name, name))
            path.pop()
        return shaped

    def _meta(self, value: Object, key: str, name: str, type_name: str) -> Any:
        """`__typename`, or an introspection that was answered before."""
        if name != "__typename":
            return value.get(key)
        if self._shaper.is_object_type(type_name):
            return type_name
        self._path.pop()
        self._tell(f"It is not known which {type_name} this is.")
        raise _Null

    def _complete(
        self,
        value: Any,
        type_: GraphQLOutputType,
        inner: SelectionSet | None,
        place: tuple[str, str],
    ) -> Any:
        if isinstance(type_, GraphQLNonNull):
            depth = len(self._path)
            try:
                completed = self._complete(value, type_.of_type, inner, place)
            except _Null:
                del self._path[depth:]
                raise
            if completed is None:
                where = f"{place[0]}.{place[1]}"
                self._tell(f"Cannot return null for non-nullable field {where}.")
                raise _Null
            return completed
        depth = len(self._path)
        try:
            return self._complete_nullable(value, type_, inner, place)
        except _Null:
            del self._path[depth:]
            return None

    def _complete_nullable(
        self, value: Any, type_: Any, inner: SelectionSet | None, place: tuple[str, str]
    ) -> Any:
        if value is None:
            return None
        if isinstance(type_, GraphQLList):
            return self._complete_list(value, type_, inner, place)
        if inner is None:
            return value if _is_leaf(value, type_) else self._refuse(f"Expected {type_.name}.")
        if not isinstance(value, dict):
            return self._refuse(f"Expected an object of type {inner.type_name}.")
        type_name = self._shaper.object_type(value, inner)
        if type_name is None:
            return self._refuse(f"{inner.type_name} turned out to be no type of the schema.")
        return self.shape_object(value, inner, type_name)

    def _complete_list(
        self,
        value: Any,
        type_: GraphQLList[Any],
        inner: SelectionSet | None,
        place: tuple[str, str],
    ) -> Any:
        if not isinstance(value, list):
            return self._refuse("Expected a list.")
        items: list[Any] = []
        path = self._path
        for index, item in enumerate(value):
            path.append(index)
            items.append(self._complete(item, type_.of_type, inner, place))
            path.pop()
        return items

    def _refuse(self, message: str) -> None:
        self._tell(message)

    def _tell(self, message: str) -> None:
        """Tell of a null, unless an error stands there or below already."""
        if self._told is None:
            self._told = set()
            for error in self._errors:
                self._note(tuple(error.get("path") or ()))
        path = tuple(self._path)
        if path not in self._told:
            self._count += 1
            if self._count > _ERRORS_MAX:
                return
            self._errors.append(
                {
                    "message": message,
                    "path": list(path),
                    "extensions": {"code": "INVALID_SUBGRAPH_DATA"},
                }
            )
            self._note(path)

    def tell_rest(self) -> None:
        """Count what was too much to tell."""
        left = self._count - _ERRORS_MAX
        if left > 0:
            extensions = {"code": "ERRORS_OMITTED", "count": left}
            message = f"{left} more nulls are not listed."
            self._errors.append({"message": message, "extensions": extensions})

    def _note(self, path: tuple[Any, ...]) -> None:
        assert self._told is not None, "made before it is used"
        for length in range(1, len(path) + 1):
            self._told.add(path[:length])


def _is_leaf(value: Any, type_: Any) -> bool:
    """Whether a value can stand for a leaf; custom scalars may be anything."""
    if isinstance(type_, GraphQLEnumType):
        return isinstance(value, str) and value in type_.values
    return not isinstance(value, dict | list) or not is_specified_scalar_type(type_)


def _is_plain(type_: Any) -> bool:
    named = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    return isinstance(named, GraphQLScalarType) and is_specified_scalar_type(named)
