"""What each field of a schema costs, read once from its weights and list sizes.

As https://specs.apollo.dev/cost says: an object, interface or union is worth 1 and a scalar or enum
nothing, unless `@cost` says otherwise; of an abstract type the dearest possible one counts. What
arguments hold costs only where a weight is put on them, their fields or their types.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    IntValueNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_input_object_type,
)

from federation.supergraph.costs import Costs, ListSize

PriceOfValue = Callable[[Any], int]
"""What an argument costs that has this value; `Any` because it is as the client sent it."""

_PAGING = ("first", "last")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPrice:
    """What one field costs."""

    each: int
    """Of one item, without what is selected of it."""
    is_list: bool
    size: ListSize | None
    arguments: Mapping[str, PriceOfValue]
    """Those that cost anything."""
    slicing: Mapping[str, int | None]
    """Arguments that say how many items are asked for → their default, None for none."""


FREE = FieldPrice(each=0, is_list=False, size=None, arguments={}, slicing={})


class Prices:
    """The prices of one schema, each found when it is first asked for."""

    def __init__(self, schema: GraphQLSchema, costs: Costs) -> None:
        self._schema = schema
        self._costs = costs
        self._weighted = set(_weighted_inputs(schema, costs))
        self._fields: dict[tuple[str, str], FieldPrice] = {}

    def of_field(self, type_name: str, name: str) -> FieldPrice:
        """The price of a field; introspection is free."""
        if name.startswith("__"):
            return FREE
        found = self._fields.get((type_name, name))
        if found is None:
            found = self._fields[type_name, name] = self._read(type_name, name)
        return found

    def _read(self, type_name: str, name: str) -> FieldPrice:
        owner: Any = self._schema.type_map[type_name]  # an object or interface
        field: GraphQLField = owner.fields[name]
        size = self._costs.list_sizes.get((type_name, name))
        slicing = {
            each: _default_of(argument)
            for each, argument in field.args.items()
            if get_nullable_type(argument.type) is GraphQLInt
            and (each in _PAGING or (size is not None and each in size.slicing_arguments))
        }
        arguments = {
            each: price
            for each, argument in field.args.items()
            if (price := self._of_argument((type_name, name, each), argument.type)) is not None
        }
        return FieldPrice(
            each=self._of_item(type_name, name, field),
            is_list=isinstance(get_nullable_type(field.type), GraphQLList),
            size=size,
            arguments=arguments,
            slicing=slicing,
        )

    def _of_item(self, type_name: str, name: str, field: GraphQLField) -> int:
        """The weight of the field, or of its type; of an interface the dearest implementation."""
        owner = self._schema.type_map[type_name]
        owners = [type_name]
        if is_abstract_type(owner):
            owners += self._possible(owner)
        weights = [
            weight
            for each in owners
            if (weight := self._costs.fields.get((each, name))) is not None
        ]
        return max(weights) if weights else self._of_type(get_named_type(field.type))

    def _of_type(self, type_: Any) -> int:
        standard = 1 if is_composite_type(type_) else 0
        names = self._possible(type_) if is_abstract_type(type_) else [type_.name]
        return max((self._costs.types.get(each, standard) for each in names), default=standard)

    def _possible(self, type_: GraphQLAbstractType) -> list[str]:
        return [each.name for each in self._schema.get_possible_types(type_)]

    def _of_argument(
        self, place: tuple[str, str, str], type_: GraphQLInputType
    ) -> PriceOfValue | None:
        weight = self._costs.arguments.get(place, 0)
        if get_named_type(type_).name in self._weighted:
            return lambda value: weight + self._of_value(type_, value)
        return (lambda _value: weight) if weight else None

    def _of_value(self, type_: GraphQLInputType, value: Any) -> int:
        """What a value costs: its type, and its fields that are given."""
        if isinstance(type_, GraphQLNonNull):
            return self._of_value(type_.of_type, value)
        if value is None:
            return 0
        if isinstance(type_, GraphQLList):
            items = value if isinstance(value, list) else [value]
            return sum(self._of_value(type_.of_type, each) for each in items)
        name = get_named_type(type_).name
        total = self._costs.types.get(name, 0)
        if is_input_object_type(type_) and isinstance(value, Mapping):
            for each, given in value.items():
                field = type_.fields.get(each)
                if field is not None:
                    total += self._costs.fields.get((name, each), 0)
                    total += self._of_value(field.type, given)
        return total


def _default_of(argument: GraphQLArgument) -> int | None:
    """The default of an Int as the schema's text has it."""
    literal = None if argument.default is None else argument.default.literal
    return int(literal.value) if isinstance(literal, IntValueNode) else None


def _weighted_inputs(schema: GraphQLSchema, costs: Costs) -> Iterator[str]:
    """Input types on which, or below which, there is a weight."""
    above: dict[str, list[str]] = {}
    found = set(costs.types)
    for type_ in schema.type_map.values():
        if is_input_object_type(type_):
            for name, field in type_.fields.items():
                above.setdefault(get_named_type(field.type).name, []).append(type_.name)
                if (type_.name, name) in costs.fields:
                    found.add(type_.name)
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        yield name
        for each in above.get(name, ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
