"""Objects behind interfaces and unions are told apart, or fail, as by graphql-core."""

from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLSchema

from federation.program.bindings import Attribute, Bindings
from tests.unit.federation.program.comparing import a_schema, messages, same

SDL = """
    interface Named { name: String! }
    type Query { all: [Named] one: Named must: Named! any: [Any!] cats: [Cat] }
    type Cat implements Named { name: String! lives: Int }
    type Dog implements Named { name: String! tricks: [String!] friend: Named }
    type Fish { name: String! }
    union Any = Cat | Dog
"""
DOCUMENT = """{
    all { __typename name ... on Cat { lives } ... on Dog { tricks friend { name } } }
    any { ... on Named { __typename name } ... on Dog { friend { ... on Cat { lives } } } }
    one { __typename }
}"""


@dataclass
class Animal:
    """A record that knows what it is."""

    kind: Any
    name: Any = "n"
    lives: Any = 9
    tricks: Any = None
    friend: Any = None


def kind_of(value: Any, *_: Any) -> Any:
    if isinstance(value.kind, Exception):
        raise value.kind
    return value.kind


async def kind_of_later(value: Any, *_: Any) -> Any:
    return kind_of(value)


def told_by_the_schema() -> GraphQLSchema:
    schema = a_schema(SDL)
    for name in ("Named", "Any"):
        schema.type_map[name].resolve_type = kind_of  # type: ignore[attr-defined]
    return schema


def told_later() -> GraphQLSchema:
    schema = a_schema(SDL)
    for name in ("Named", "Any"):
        schema.type_map[name].resolve_type = kind_of_later  # type: ignore[attr-defined]
    return schema


def told_by_the_types() -> GraphQLSchema:
    schema = a_schema(SDL)
    for name in ("Cat", "Dog", "Fish"):
        schema.type_map[name].is_type_of = lambda value, _, n=name: kind_of(value) == n  # type: ignore[attr-defined]
    return schema


def told_by_the_types_later() -> GraphQLSchema:
    async def is_type_of(value: Any, info: Any, name: str) -> bool:
        return kind_of(value) == name

    schema = a_schema(SDL)
    for name in ("Cat", "Dog", "Fish"):
        schema.type_map[name].is_type_of = lambda v, i, n=name: is_type_of(v, i, n)  # type: ignore[attr-defined]
    return schema


BOUND = Bindings(
    fields={
        (type_name, name): Attribute(name)
        for type_name in ("Cat", "Dog")
        for name in ("name", "lives", "tricks", "friend")
    },
    type_of=kind_of,
)
HOW = pytest.mark.parametrize(
    ("make", "bindings"),
    [
        (told_by_the_schema, Bindings()),
        (told_later, Bindings()),
        (told_by_the_types, Bindings()),
        (told_by_the_types_later, Bindings()),
        (told_by_the_schema, BOUND),
        (told_by_the_types, BOUND),
    ],
)
KINDS = ["Cat", "Dog", "Fish", "Named", "Nobody", None, 7, ValueError("who knows")]


@HOW
@pytest.mark.parametrize("kind", KINDS, ids=repr)
async def test_a_kind_is_checked_where_it_stands(make: Any, bindings: Bindings, kind: Any) -> None:
    friend = Animal("Cat", "friend")
    odd = Animal(kind, "odd", friend=friend, tricks=["sit"])
    animals = [Animal("Cat"), odd, None, Animal("Dog", friend=odd), ValueError("an item")]
    if make is not told_by_the_schema and bindings is BOUND and kind not in ("Cat", "Dog"):
        pytest.skip("the bindings promise what the schema says")

    await same(
        make(), DOCUMENT, {"all": animals, "any": animals[:2], "one": odd}, bindings=bindings
    )


@HOW
async def test_a_wrong_kind_goes_up_from_a_place_that_must_have_one(
    make: Any, bindings: Bindings
) -> None:
    answer = await same(
        make(), "{ must { name } one { name } }", {"must": Animal(None)}, bindings=bindings
    )

    assert answer.data is None
    assert len(messages(answer)) == 1


async def test_an_object_type_is_asked_whether_the_value_is_its_own() -> None:
    schema = told_by_the_types()

    answer = await same(
        schema, "{ cats { name lives } }", {"cats": [Animal("Cat"), Animal("Dog"), None]}
    )

    assert (answer.data or {})["cats"] == [{"name": "n", "lives": 9}, None, None]


async def test_who_is_asked_for_a_type_is_told_the_field() -> None:
    paths: list[Any] = []

    def resolve(value: Any, info: Any, _type: Any) -> Any:
        paths.append((info.field_name, info.path.as_list(), info.parent_type.name))
        return value.kind

    schema = told_by_the_schema()
    schema.type_map["Named"].resolve_type = resolve  # type: ignore[attr-defined]
    root = {"all": [Animal("Dog", friend=Animal("Cat")), None, Animal("Dog", friend=Animal("Cat"))]}

    await same(schema, "{ all { ... on Dog { mate: friend { name } } } }", root)

    third = len(paths) // 3
    assert sorted(paths[:third], key=str) == sorted(paths[third : 2 * third], key=str)
    assert ("friend", ["all", 2, "mate"], "Dog") in paths[third:]
