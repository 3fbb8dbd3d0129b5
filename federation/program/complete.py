"""Completes values as the standard says: nulls, lists, leaves, and errors where they belong.

The quick ways (`quick_objects`, and the tests written into the source of a program) know only
values with nothing unusual about them; everything else comes here.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from graphql import GraphQLError, GraphQLLeafType
from graphql.pyutils import Undefined, inspect, is_iterable

from federation.program.bindings import Attribute
from federation.program.faults import FAILED, Fault, Troubled, faults_at, tidied
from federation.program.levels import Field, Level, Shape
from federation.program.run import OBJECTS

_LISTS = {list, tuple}
_NONE = {type(None)}


class Spread:
    """The values of a field, with all lists unrolled."""

    __slots__ = ("field", "flat", "owners", "spots")

    def __init__(self, field: Field, raw: list[Any]) -> None:
        self.field = field
        self.flat: list[Any] = []
        """What is neither null, nor a list, nor wrong."""
        self.owners: list[int] = []
        """For each of these, the parent it was found at."""
        self.spots = [self._spot(field.shape, value, owner) for owner, value in enumerate(raw)]
        """For each parent: a position in `flat`, a list of spots, a fault, or None."""

    def _spot(self, shape: Shape, value: Any, owner: int) -> Any:
        if isinstance(value, Exception):
            return Fault(value, self.field.nodes)
        if value is None or value is Undefined:
            return None
        if shape.item is None:
            self.flat.append(value)
            self.owners.append(owner)
            return len(self.flat) - 1
        if not is_iterable(value):
            name = f"{self.field.parent}.{self.field.name}"
            error = GraphQLError(f"Expected Iterable, but did not find one for field '{name}'.")
            return Fault(error, self.field.nodes)
        try:
            items = [*value]
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return Fault(error, self.field.nodes)
        return [self._spot(shape.item, item, owner) for item in items]

    def gather(self, done: list[Any]) -> list[Any]:
        """Put completed values back where they were found, for each parent."""
        gathered = Troubled()
        for spot in self.spots:
            found: list[Fault] = []
            gathered.add(self._gather(self.field.shape, spot, done, found), found)
        return tidied(gathered)

    def _gather(self, shape: Shape, spot: Any, done: list[Any], found: list[Fault]) -> Any:
        if isinstance(spot, Fault):
            found.append(spot)
            value = FAILED
        elif spot is None:
            value = self._null(shape, found)
        elif shape.item is None:
            found += faults_at(done, spot)
            value = done[spot]
        else:
            value = self._gather_list(shape.item, spot, done, found)
        return None if value is FAILED and not shape.is_required else value

    def _gather_list(
        self, shape: Shape, spots: list[Any], done: list[Any], found: list[Fault]
    ) -> Any:
        values = []
        for index, spot in enumerate(spots):
            inner: list[Fault] = []
            value = self._gather(shape, spot, done, inner)
            found += [fault.under(index) for fault in inner]
            if value is FAILED:
                return FAILED
            values.append(value)
        return values

    def _null(self, shape: Shape, found: list[Fault]) -> Any:
        if not shape.is_required:
            return None
        name = f"{self.field.parent}.{self.field.name}"
        error = TypeError(f"Cannot return null for non-nullable field {name}.")
        found.append(Fault(error, self.field.nodes))
        return FAILED


def is_kept(shape: Shape, value: Any) -> bool:
    """Whether a value can be read again: an iterator among lists is spent by the first reader."""
    if shape.item is None or value is None:
        return True
    item = shape.item
    return value.__class__ in _LISTS and (
        item.item is None or all(is_kept(item, each) for each in value)
    )


def keep(shape: Shape, value: Any) -> Any:
    """The value with every iterable among its lists read into a list, or what that raised."""
    if shape.item is None or not is_iterable(value):
        return value
    try:
        return [keep(shape.item, each) for each in value]
    except Exception as error:  # noqa: BLE001 - it becomes an error of the response
        return error


def quick_objects(field: Field, raw: list[Any]) -> tuple[list[Any], set[type]] | None:
    """The objects among the values of a field, if there is nothing unusual about any value.

    With them come their classes.
    """
    kinds = {*map(type, raw)}
    if field.shape.item is None:
        if OBJECTS.hold(kinds):
            return raw, kinds
        kinds -= _NONE
        if field.shape.is_required or not OBJECTS.hold(kinds):
            return None
        return [value for value in raw if value is not None], kinds
    if field.shape.item.item is not None or not kinds <= _LISTS:
        return None
    flat = [*chain.from_iterable(raw)]
    kinds = {*map(type, flat)}
    return (flat, kinds) if OBJECTS.hold(kinds) else None


def put_back(field: Field, raw: list[Any], flat: list[Any], done: list[Any]) -> list[Any]:
    """The way back from `quick_objects`, when their level is done."""
    if isinstance(done, Troubled):
        return Spread(field, raw).gather(done)
    if field.shape.item is not None:
        if len(raw) == 1:
            return [done]
        lists, start = [], 0
        for value in raw:
            end = start + len(value)
            lists.append(done[start:end])
            start = end
        return lists
    if flat is raw:
        return done
    rest = iter(done)
    return [None if value is None else next(rest) for value in raw]


def complete_leaf(field: Field, value: Any, found: list[Fault]) -> Any:
    """Complete one value of a field without a selection; FAILED where it may not be null."""
    spread = Spread(field, [value])
    done = Troubled()
    for each in spread.flat:
        wrong: list[Fault] = []
        done.add(_coerce(field, each, wrong), wrong)
    completed = spread.gather(done)
    found += faults_at(completed, 0)
    return completed[0]


def _coerce(field: Field, value: Any, found: list[Fault]) -> Any:
    named: GraphQLLeafType = field.named  # type: ignore[assignment]  # the field is a leaf
    try:
        coerced = named.coerce_output_value(value)
        if coerced is None or coerced is Undefined:
            name = f"{inspect(named)}.coerce_output_value({inspect(value)})"
            raise TypeError(
                f"Expected `{name}` to return non-nullable value, returned: {inspect(coerced)}"
            )
    except Exception as error:  # noqa: BLE001 - it becomes an error of the response
        found.append(Fault(error, field.nodes))
        return FAILED
    return coerced


def mend(level: Level, parents: list[Any], columns: Mapping[int, list[Any]]) -> list[Any]:
    """Build the objects of a level one by one, as the short way found something unusual.

    The fields of an object are taken in order, and the first that fails it ends it: what is
    wrong with those after it, nobody is told.
    """
    objects = Troubled()
    for index, parent in enumerate(parents):
        found: list[Fault] = []
        objects.add(_build(level, parent, index, columns, found), found)
    return tidied(objects)


def _build(
    level: Level,
    parent: Any,
    index: int,
    columns: Mapping[int, list[Any]],
    found: list[Fault],
) -> Any:
    built = {}
    for field in level.fields:
        inner: list[Fault] = []
        value = _value(level, field, parent, index, columns, inner)
        found += [fault.under(field.key) for fault in inner]
        if value is FAILED:
            return FAILED
        built[field.key] = value
    return built


def _value(
    level: Level,
    field: Field,
    parent: Any,
    index: int,
    columns: Mapping[int, list[Any]],
    found: list[Fault],
) -> Any:
    if field.is_typename:
        return level.type.name
    if not field.is_leaf:
        found += faults_at(columns[field.number], index)
        return columns[field.number][index]
    if field.number in columns:
        return complete_leaf(field, columns[field.number][index], found)
    assert isinstance(field.binding, Attribute), "all others have a column"
    return complete_leaf(field, read_attribute(parent, field.binding.name), found)


def read_attribute(parent: Any, name: str) -> Any:
    """The attribute, or the exception that reading it raises."""
    try:
        return getattr(parent, name)
    except Exception as error:  # noqa: BLE001 - it becomes an error of the response
        return error
