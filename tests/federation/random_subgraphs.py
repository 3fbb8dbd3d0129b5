"""Random subgraphs over four entities: shared fields, all kinds of keys, chained requirements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import GraphQLSchema, is_leaf_type

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable", "@external", "@requires", "@provides",'
    ' "@interfaceObject"])\n'
)
ENTITIES = ("A", "B", "C", "D")
LEAVES = {"s1": "String", "s2": "String", "s3": "String", "n1": "Int"}
REQUIRED = {*LEAVES, "q0", "q1"}
MEMBERS = {"U": ("A", "B", "C"), "I": ("A", "B")}
INTERFACE_OBJECT = f"""{LINK}
type Query {{ liked: [I] }}
type I @key(fields: "id") @interfaceObject {{ id: ID! likes: Int fan: D }}
type D @key(fields: "id", resolvable: false) {{ id: ID! }}
"""
KEY_STYLES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("id",),),
    (("id", "code"),),
    (("id",), ("code",), ("id", "code")),
    (("id code",),),
)


@dataclass
class World:
    """Which subgraph has what."""

    subgraphs: list[str]
    homes: dict[str, list[str]] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    types: dict[tuple[str, str], str] = field(default_factory=dict)
    """(type, field) → its type."""
    owners: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    requires: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    provides: dict[tuple[str, str], str] = field(default_factory=dict)
    """(type, field) → the leaf of its entity that its only owner provides."""
    interface_home: str | None = None
    """Where the interface has a key, for the interface object of another subgraph."""


def write_subgraphs(random: Random) -> dict[str, str]:
    """The sources of two to four subgraphs; not all of them compose."""
    world = World([f"g{index}" for index in range(random.randint(2, 4))])
    for entity in ENTITIES:
        some = [name for name in world.subgraphs if random.random() < 0.65]
        world.homes[entity] = some or [random.choice(world.subgraphs)]
        style = random.choice(KEY_STYLES)
        for name in world.homes[entity]:
            world.keys[entity, name] = random.choice(style)
        _give_fields(world, entity, random)
        _give_requirements(world, entity, random)
    _give_roots(world, random)
    _give_provisions(world, random)
    sources = {}
    if random.random() < 0.5:
        _give_interface_key(world, random)
        sources["io"] = INTERFACE_OBJECT
    return sources | {name: _write(world, name, random) for name in world.subgraphs}


def _give_fields(world: World, entity: str, random: Random) -> None:
    fields = dict(LEAVES)
    for other in ENTITIES:
        if random.random() < 0.4:
            fields[f"r{other.lower()}"] = other
        if random.random() < 0.12:
            fields[f"l{other.lower()}"] = f"[{other}]"
    fields |= {name.lower(): name for name in ("V", "U", "I") if random.random() < 0.3}
    for name, type_ in fields.items():
        world.types[entity, name] = type_
        owners = [random.choice(world.homes[entity])]
        if random.random() < 0.2:
            owners.append(random.choice(world.homes[entity]))
        world.owners[entity, name] = list(dict.fromkeys(owners))


def _give_requirements(world: World, entity: str, random: Random) -> None:
    for index in range(random.randint(0, 2)):
        home = random.choice(world.homes[entity])
        others = [
            name
            for (type_, name), owners in world.owners.items()
            if type_ == entity and name in REQUIRED and home not in owners
        ]
        if others:
            name = f"q{index}"
            world.types[entity, name] = "Int"
            world.owners[entity, name] = [home]
            count = min(len(others), random.randint(1, 2))
            world.requires[entity, name] = random.sample(others, count)


def _give_roots(world: World, random: Random) -> None:
    roots = {"u0": "U", "i0": "I", "us": "[U!]", "is": "[I]", "v0": "V"}
    for entity in ENTITIES:
        roots |= {entity.lower(): entity, f"{entity.lower()}s": f"[{entity}]"}
    for name, type_ in roots.items():
        world.types["Query", name] = type_
        count = 2 if type_ in ENTITIES and random.random() < 0.2 else 1
        world.owners["Query", name] = random.sample(world.subgraphs, count)


def _give_provisions(world: World, random: Random) -> None:
    for (type_, name), owners in world.owners.items():
        entity = world.types[type_, name].strip("[]!")
        if entity in ENTITIES and len(owners) == 1 and random.random() < 0.2:
            leaf = random.choice(sorted(LEAVES))
            if owners[0] not in world.owners[entity, leaf]:
                world.provides[type_, name] = leaf


def _give_interface_key(world: World, random: Random) -> None:
    home = random.choice(world.subgraphs)
    world.interface_home = home
    for entity in MEMBERS["I"]:
        if home not in world.homes[entity]:
            world.homes[entity].append(home)
        world.keys[entity, home] = tuple({*world.keys.get((entity, home), ()), "id"})


def _write(world: World, subgraph: str, random: Random) -> str:
    named: set[str] = set()
    bodies: dict[str, list[str]] = {"Query": [f"at_{subgraph}: Int"]}
    for (type_, name), owners in world.owners.items():
        if subgraph in owners:
            named.add(world.types[type_, name].strip("[]!"))
            bodies.setdefault(type_, []).append(_print_field(world, type_, name))
    external = {
        (entity, needed)
        for (entity, name), needs in world.requires.items()
        if subgraph in world.owners[entity, name]
        for needed in needs
    } | {
        (world.types[type_, name].strip("[]!"), leaf)
        for (type_, name), leaf in world.provides.items()
        if subgraph in world.owners[type_, name]
    }
    if subgraph == world.interface_home:
        named.add("I")
    for entity, needed in sorted(external):
        text = f"{needed}: {world.types[entity, needed]} @external"
        bodies.setdefault(entity, []).append(text)
    for abstract in sorted(named & set(MEMBERS)):
        named |= set(MEMBERS[abstract])
    here = {entity for entity in ENTITIES if subgraph in world.homes[entity]}
    parts = [LINK, f"type Query {{ {' '.join(bodies['Query'])} }}"]
    for entity in sorted(here | (named & set(ENTITIES))):
        is_stub = entity not in here
        keys = _stub_key(world, entity, random) if is_stub else world.keys[entity, subgraph]
        implements = "I" in named and entity in MEMBERS["I"]
        parts.append(_print_entity(entity, keys, bodies.get(entity, []), is_stub, implements))
    if "U" in named:
        parts.append(f"union U = {' | '.join(MEMBERS['U'])}")
    if "I" in named:
        key = ' @key(fields: "id")' if subgraph == world.interface_home else ""
        parts.append(f"interface I{key} {{ id: ID! }}")
    if "V" in named:
        parts.append("type V @shareable { x: Int y: String }")
    return "\n".join(parts)


def _stub_key(world: World, entity: str, random: Random) -> tuple[str, ...]:
    known = {key for home in world.homes[entity] for key in world.keys[entity, home]}
    return (random.choice(sorted(known)),)


def _print_field(world: World, type_: str, name: str) -> str:
    text = f"{name}: {world.types[type_, name]}"
    provided = {(world.types[place].strip("[]!"), leaf) for place, leaf in world.provides.items()}
    if len(world.owners[type_, name]) > 1 or (type_, name) in provided:
        text += " @shareable"
    if (type_, name) in world.provides:
        text += f' @provides(fields: "{world.provides[type_, name]}")'
    if (type_, name) in world.requires:
        text += f' @requires(fields: "{" ".join(world.requires[type_, name])}")'
    return text


def _print_entity(
    entity: str, keys: tuple[str, ...], body: list[str], is_stub: bool, implements: bool
) -> str:
    names = {name for key in keys for name in key.split()}
    fields = ["code: String!"] if "code" in names else []
    if "id" in names:
        fields.append("id: ID!")
    elif implements:
        fields.append("id: ID! @shareable")
    resolvable = ", resolvable: false" if is_stub else ""
    applied = " ".join(f'@key(fields: "{key}"{resolvable})' for key in keys)
    head = f"type {entity}{' implements I' if implements else ''} {applied}"
    return f"{head} {{ {' '.join([*fields, *body])} }}"


def write_records(schema: GraphQLSchema, random: Random) -> dict[str, Any]:
    """Records for all entities and roots; keys and what is required never fail."""
    tables: dict[str, Any] = {}
    for entity in ENTITIES:
        if entity in schema.type_map:
            tables[entity] = {
                id_: _record(schema, schema.type_map[entity].fields, id_, random)
                for id_ in (f"{entity}0", f"{entity}1")
            }
    tables["Query"] = _record(schema, schema.type_map["Query"].fields, "", random)
    return tables


def _record(
    schema: GraphQLSchema, fields: Mapping[str, Any], id_: str, random: Random
) -> dict[str, Any]:
    keys = {"id": id_, "code": f"code of {id_}"}
    return {
        name: keys[name]
        if name in keys
        else _value(schema, str(definition.type), name not in REQUIRED, random)
        for name, definition in fields.items()
    }


def _value(schema: GraphQLSchema, text: str, may_fail: bool, random: Random) -> Any:
    chance = random.random()
    if may_fail and not text.endswith("!") and chance < 0.18:
        return {"$error": "broken"} if chance < 0.06 else None
    text = text.removesuffix("!")
    if text.startswith("["):
        items = [_value(schema, text[1:-1], may_fail, random) for _ in range(random.randint(0, 3))]
        return [None if isinstance(item, dict) and "$error" in item else item for item in items]
    if is_leaf_type(schema.type_map[text]):
        number = random.randint(0, 50)
        return number if text == "Int" else f"text {number}"
    if text == "V":
        return {"x": random.randint(0, 50), "y": "why"}
    name = random.choice(MEMBERS.get(text, (text,)))
    return {"$ref": f"{name}/{name}{random.randint(0, 1)}"}
