"""A world behind a schema: resolvers of all kinds that answer, fail, lie and delay as chance says.

What a place answers depends on the world's seed, the viewer, the object, the field and the
arguments alone; so two executors that ask the same must hear the same, in whatever order.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from inspect import CORO_CREATED, getcoroutinestate
from random import Random
from typing import Any
from zlib import crc32

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_leaf_type,
)

from federation.program.bindings import Attribute, Batch, Bindings, Entities, Resolver
from tests.federation.differential.random_schemas import OBJECTS

KINDS = ("attribute", "batch", "async batch", "sync", "async", "awaitable")
TYPING = ("type_of", "resolve_type", "async resolve_type", "is_type_of", "async is_type_of", "name")
COLORS = {"RED": 1, "GREEN": "green", "BLUE": (0, 0, 255)}
HOSTILE: tuple[Any, ...] = (
    True,
    False,
    0,
    1.0,
    1.5,
    2**31,
    -(2**31),
    2**63,
    float("nan"),
    float("inf"),
    "",
    "7",
    "1.5",
    "\ud800",
    b"bytes",
    [],
    [1],
    (),
    {},
    {"k": [1]},
    {1},
    "RED",
    (0, 0, 255),
)


TEMPTING: Mapping[str, tuple[Any, ...]] = {
    "Int": (2**31, -(2**31) - 1, 2**63, True, 1.0, 1.5, "7", float("nan")),
    "Float": (float("nan"), float("inf"), True, 1, 10**400, "1.5"),
    "Boolean": (0, 1, 2, 1.0, float("nan"), "true"),
    "String": (1, True, 1.5, b"bytes", "\ud800", ["a"]),
    "ID": (1, 1.0, 1.5, True, 2**63, b"bytes"),
    "Color": ("RED", "GREEN", 1, True, 1.0, [0, 0, 255]),
}
"""Values that are nearly right for a leaf, or wrong in its own way."""


class Broken(Exception):
    """What resolvers raise."""


class Node:
    """An object of the world; made anew each time, equal to the others of its number."""

    def __init__(self, world: "World", type_name: str, number: int, viewer: str) -> None:
        self.world = world
        self.type_name = type_name
        self.number = number
        self.viewer = viewer
        if world.typing == "name":
            self.__typename = type_name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.place == other.place

    def __hash__(self) -> int:
        if not self.world.is_hashable:
            raise TypeError("unhashable")
        return hash(self.place)

    def __repr__(self) -> str:
        return f"<{self.type_name} {self.number} for {self.viewer}>"

    @property
    def place(self) -> tuple[str, int, str]:
        return self.type_name, self.number, self.viewer

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("value_of_"):
            raise AttributeError(name)
        found = self.world.fields.get((self.type_name, name.removeprefix("value_of_")))
        if found is None:
            raise AttributeError(name)
        plain = replace(found, kind="attribute")  # a record holds nothing to wait for
        return self.world.answer(self, plain, self.viewer, {}, None)


@dataclass(eq=False)
class Place:
    """A field of the schema and how it is bound."""

    type_name: str
    name: str
    definition: GraphQLField
    type_: Any
    """What the schema promises, even if its promises are taken off later."""
    kind: str


@dataclass
class World:
    """Everything behind one schema."""

    schema: GraphQLSchema
    seed: int
    chaos: float
    """The chance of anything to go wrong, for each value."""
    typing: str
    """How abstract types are told apart."""
    is_hashable: bool
    is_sharing: bool
    """Whether one object is given wherever its number is meant, and not a new one each time."""
    nodes: dict[tuple[str, int, str], Node] = field(default_factory=dict)
    fields: dict[tuple[str, str], Place] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    """How often each ordinary resolver ran, by the response path it ran for."""
    coroutines: list[Coroutine[Any, Any, Any]] = field(default_factory=list)
    """All that were handed out."""

    def node(self, type_name: str, number: int, viewer: str) -> Node:
        """An object."""
        made = Node(self, type_name, number, viewer)
        return self.nodes.setdefault(made.place, made) if self.is_sharing else made

    def hand_out(self, coroutine: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
        """Remember a coroutine, so that it can be told whether anyone has awaited it."""
        self.coroutines.append(coroutine)
        return coroutine

    def take_back(self) -> int:
        """Close what was handed out; how many of these nobody has awaited."""
        dropped = [each for each in self.coroutines if getcoroutinestate(each) == CORO_CREATED]
        for each in self.coroutines:
            each.close()
        self.coroutines.clear()
        return len(dropped)

    def answer(
        self,
        parent: Any,
        place: Place,
        viewer: str,
        arguments: Mapping[str, Any],
        info: Any,
    ) -> Any:
        """What a place answers; it may raise."""
        given = sorted(arguments.items())
        key = f"{place.name}{given!r}{_number(parent)}"
        random = Random(crc32(f"{self.seed}{viewer}{key}".encode("utf-8", "surrogatepass")))
        told = f"{key} {_describe(info)}" if info is not None and random.random() < 0.1 else key
        may_await = place.kind in {"sync", "async", "awaitable"}
        return self._value(place.type_, random, viewer, told, may_await)

    def _value(self, type_: Any, random: Random, viewer: str, told: str, may_await: bool) -> Any:
        if random.random() < self.chaos:
            return self._disaster(random, viewer, TEMPTING.get(str(get_named_type(type_)), HOSTILE))
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        elif random.random() < 0.06:
            return None
        if isinstance(type_, GraphQLList):
            return self._list(type_.of_type, random, viewer, told, may_await)
        if is_leaf_type(type_):
            if random.random() < 2 * self.chaos:
                return random.choice(TEMPTING.get(type_.name, HOSTILE))
            return _leaf(type_, random, told)
        return self._object(type_, random, viewer)

    def _disaster(self, random: Random, viewer: str, tempting: tuple[Any, ...] = HOSTILE) -> Any:
        chance = random.randrange(10)
        if chance == 0:
            raise Broken(f"broken {random.randrange(3)}")
        if chance == 1:
            raise GraphQLError("refused", extensions={"code": "REFUSED"})
        if chance == 2:
            return Broken("given back")
        if chance == 3:
            return None
        if chance == 4:
            return self.node(random.choice(("Apple", "Berry", "Nothing", "Named")), 1, viewer)
        return random.choice(tempting if chance > 6 else HOSTILE)

    def _list(self, item: Any, random: Random, viewer: str, told: str, may_await: bool) -> Any:
        items = []
        for index in range(random.choice((0, 1, 2, 3, 4))):
            try:
                each = self._value(item, random, viewer, f"{told}/{index}", may_await)
            except (Broken, GraphQLError) as fault:
                each = fault
            if may_await and random.random() < 0.1:
                each = self.hand_out(later(each, random.randint(0, 2)))
            items.append(each)
        shape = random.choice(("list",) * 6 + ("tuple", "generator", "async generator"))
        if shape == "tuple":
            return tuple(items)
        if shape == "generator":
            return (each for each in items)
        if shape == "async generator" and may_await:
            return _one_by_one(items)
        return items

    def _object(self, type_: GraphQLNamedType, random: Random, viewer: str) -> Any:
        names = [type_.name]
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            names = sorted(each.name for each in self.schema.get_possible_types(type_))
        return self.node(random.choice(names), random.randrange(4), viewer)

    def entity(self, representation: Any, viewer: str) -> Any:
        """What a reference means."""
        number = representation.get("number", 0) if isinstance(representation, dict) else 0
        random = Random(crc32(f"{self.seed}{viewer}{representation!r}".encode()))
        if random.random() < self.chaos:
            return self._disaster(random, viewer)
        if random.random() < 0.1:
            return None
        name = representation["__typename"]
        type_ = self.schema.type_map[name]
        if is_abstract_type(type_):
            name = random.choice(sorted(o.name for o in self.schema.get_possible_types(type_)))
        return self.node(name, number, viewer)


async def later(value: Any, turns: int) -> Any:
    """Give the value (or raise it) after some turns of the loop."""
    for _ in range(turns):
        await asyncio.sleep(0)
    if isinstance(value, Exception):
        raise value
    return value


def _handing_out(world: World, function: Callable[..., Any]) -> Callable[..., Any]:
    """An async function whose coroutines are remembered."""
    return lambda *given, **more: world.hand_out(function(*given, **more))


async def _one_by_one(items: list[Any]) -> Any:
    for each in items:
        yield each


def _number(parent: Any) -> str:
    return f"{parent.type_name}{parent.number}" if isinstance(parent, Node) else repr(parent)


def _describe(info: Any) -> str:
    """All that a resolver can read from its info, as text."""
    return " ".join(
        str(each)
        for each in (
            info.field_name,
            info.path.as_list(),
            [each.typename for each in _upwards(info.path)],
            info.return_type,
            info.parent_type,
            [node.loc.start for node in info.field_nodes],
            sorted(info.fragments),
            info.operation.name and info.operation.name.value,
            getattr(info.variable_values, "coerced", info.variable_values),
            info.context,
            _number(info.root_value),
        )
    )


def _upwards(path: Any) -> Any:
    while path is not None:
        yield path
        path = path.prev


def _leaf(type_: Any, random: Random, told: str) -> Any:
    if is_enum_type(type_):
        return random.choice(list(COLORS.values()))
    number = random.randrange(100)
    return {
        "Int": random.choice((number, 2**31 - 1, -(2**31))),
        "Float": random.choice((number, number / 8, -0.0)),
        "Boolean": number > 50,
        "ID": random.choice((number, f"id {number}")),
        "String": told,
        "Json": {"told": told, "number": [number, None]},
    }[type_.name]


def build_world(sdl: str, random: Random) -> tuple[World, Bindings]:
    """An executable schema, and what is said about its fields."""
    schema = build_schema(sdl)
    world = World(
        schema,
        random.randrange(2**32),
        random.choice((0.0, 0.02, 0.05, 0.1)),
        random.choice(TYPING),
        random.random() < 0.7,
        random.random() < 0.6,
    )
    _dress_inputs(schema, random)
    fields = {}
    kinds = random.sample(KINDS, random.randint(1, len(KINDS)))
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, definition in type_.fields.items():
                if name != "_entities":
                    place = Place(
                        type_.name,
                        name,
                        definition,
                        definition.type,
                        _kind(random, kinds, definition),
                    )
                    world.fields[type_.name, name] = place
                    bound = _dress_field(world, place)
                    if bound is not None:
                        fields[type_.name, name] = bound
    _dress_types(world, random)
    entities = _dress_entities(world, random)
    type_of = _type_name if world.typing == "type_of" else None
    return world, Bindings(fields=fields, entities=entities, type_of=type_of)


def _kind(random: Random, kinds: list[str], definition: GraphQLField) -> str:
    kind = random.choice(kinds)
    return "sync" if kind == "attribute" and definition.args else kind


def _dress_inputs(schema: GraphQLSchema, random: Random) -> None:
    for name, value in COLORS.items():
        schema.type_map["Color"].values[name].value = value
    schema.type_map["Color"].__dict__.pop("_value_lookup", None)
    if random.random() < 0.5:
        for name, each in schema.type_map["Filter"].fields.items():
            each.out_name = f"{name}_out"
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for definition in type_.fields.values():
                for name, argument in definition.args.items():
                    if name == "a1":
                        argument.out_name = "second"


def _dress_field(world: World, place: Place) -> Attribute | Batch | Resolver | None:
    definition = place.definition

    def note(info: Any) -> None:
        world.calls["/".join(str(key) for key in info.path.as_list())] += 1

    def sync(parent: Any, info: Any, **arguments: Any) -> Any:
        note(info)
        return world.answer(parent, place, info.context, arguments, info)

    def awaitable(parent: Any, info: Any, **arguments: Any) -> Any:
        """Sometimes an awaitable, sometimes not."""
        value = sync(parent, info, **arguments)
        return (
            world.hand_out(later(value, 1))
            if crc32(repr(info.path.as_list()).encode()) % 2
            else value
        )

    async def waiting(parent: Any, info: Any, **arguments: Any) -> Any:
        note(info)
        for _ in range(crc32(repr(info.path.as_list()).encode()) % 4):
            await asyncio.sleep(0)
        return world.answer(parent, place, info.context, arguments, info)

    def batch(parents: list[Any], context: Any, **arguments: Any) -> list[Any]:
        key = f"{world.seed}{place.name}{sorted(arguments.items())!r}{context}"
        if Random(crc32(key.encode("utf-8", "surrogatepass"))).random() < world.chaos:
            raise Broken("the whole level")
        return [_item(world, parent, place, context, arguments) for parent in parents]

    async def waiting_batch(parents: list[Any], context: Any, **arguments: Any) -> list[Any]:
        await asyncio.sleep(0)
        return batch(parents, context, **arguments)

    if place.kind == "attribute":
        name = f"value_of_{place.name}"
        definition.resolve = lambda parent, _: getattr(parent, name)
        return Attribute(name)
    if place.kind in {"batch", "async batch"}:
        chosen = batch if place.kind == "batch" else _handing_out(world, waiting_batch)
        definition.resolve = _one_of(world, chosen)
        return Batch(chosen)
    chosen = {"sync": sync, "async": _handing_out(world, waiting), "awaitable": awaitable}
    definition.resolve = chosen[place.kind]
    is_bound = crc32(f"{world.seed}{place.type_name}{place.name}".encode()) % 3 == 0
    return Resolver(chosen[place.kind]) if is_bound else None


def _item(
    world: World, parent: Any, place: Place, context: Any, arguments: Mapping[str, Any]
) -> Any:
    try:
        return world.answer(parent, place, context, arguments, None)
    except (Broken, GraphQLError) as fault:
        return fault


def _one_of(world: World, batch: Any) -> Any:
    """The batch as an ordinary resolver: one parent at a time."""

    def resolve(parent: Any, info: Any, **arguments: Any) -> Any:
        found = batch([parent], info.context, **arguments)
        return found[0] if isinstance(found, list) else world.hand_out(_first(found))

    return resolve


async def _first(found: Any) -> Any:
    return (await found)[0]


def _type_name(value: Any) -> Any:
    if isinstance(value, str):
        raise Broken("of no type")
    return value.type_name if isinstance(value, Node) else None


def _dress_types(world: World, random: Random) -> None:
    some_check = random.random() < 0.2
    for type_ in world.schema.type_map.values():
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            if world.typing in {"type_of", "resolve_type"}:
                type_.resolve_type = lambda value, *_: _type_name(value)
            elif world.typing == "async resolve_type":
                type_.resolve_type = _handing_out(world, _async_type_name)
        elif isinstance(type_, GraphQLObjectType) and type_.name in OBJECTS:
            if world.typing == "is_type_of" or (some_check and random.random() < 0.5):
                type_.is_type_of = _checker(type_.name)
            elif world.typing == "async is_type_of":
                type_.is_type_of = _handing_out(world, _async_checker(type_.name))


async def _async_type_name(value: Any, *_: Any) -> Any:
    await asyncio.sleep(0)
    return _type_name(value)


def _checker(name: str) -> Any:
    return lambda value, _info: _type_name(value) == name


def _async_checker(name: str) -> Any:
    async def is_type_of(value: Any, _info: Any) -> bool:
        await asyncio.sleep(0)
        return bool(_type_name(value) == name)

    return is_type_of


def _dress_entities(world: World, random: Random) -> dict[str, Entities]:
    query = world.schema.query_type
    assert query is not None
    if "_entities" not in query.fields:
        return {}
    is_async = random.random() < 0.5

    def find(representations: list[Any], context: Any) -> list[Any]:
        found = []
        for each in representations:
            try:
                found.append(world.entity(each, context))
            except (Broken, GraphQLError) as fault:
                found.append(fault)
        return found

    async def find_later(representations: list[Any], context: Any) -> list[Any]:
        await asyncio.sleep(0)
        return find(representations, context)

    query.fields["_entities"].resolve = lambda _, info, representations: find(
        representations, info.context
    )
    names = [each.name for each in world.schema.type_map["_Entity"].types] + ["Named"]
    bound = random.sample(names, random.randint(1, len(names)))
    return {name: Entities(_handing_out(world, find_later) if is_async else find) for name in bound}
