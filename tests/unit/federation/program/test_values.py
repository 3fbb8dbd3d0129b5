"""A compiled program answers what graphql-core would: values, nulls, lists and leaves."""

import enum
from collections import UserString
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLError, GraphQLSchema
from graphql.pyutils import Undefined

from federation.program.bindings import Attribute, Batch, Bindings
from tests.unit.federation.program.comparing import a_schema, messages, same

SDL = """
    enum Colour { RED GREEN }
    scalar Any
    type Query { boxes: [Box] box: Box strict: Box! word: String }
    type Box {
      name: String id: ID! n: Int x: Float ok: Boolean colour: Colour any: Any
      must: String! words: [String] must_words: [String!] all_words: [String!]!
      grid: [[Int]] must_grid: [[Int!]!]
      inner: Box must_inner: Box! inners: [Box] must_inners: [Box!] all_inners: [Box!]!
      deep: [[Box!]]
    }
"""
FIELDS = [
    "name",
    "id",
    "n",
    "x",
    "ok",
    "colour",
    "any",
    "must",
    "words",
    "must_words",
    "all_words",
    "grid",
    "must_grid",
]


@dataclass
class Box:
    """A record with anything in it."""

    name: Any = "b"
    id: Any = "1"
    n: Any = 1
    x: Any = 0.5
    ok: Any = True
    colour: Any = "RED"
    any: Any = "any"
    must: Any = "m"
    words: Any = ("a", "b")
    must_words: Any = ("a",)
    all_words: Any = ()
    grid: Any = ((1, 2), (3,))
    must_grid: Any = ((1,),)
    inner: Any = None
    must_inner: Any = None
    inners: Any = None
    must_inners: Any = None
    all_inners: Any = None
    deep: Any = None


OBJECTS = ["inner", "must_inner", "inners", "must_inners", "all_inners", "deep"]


def read(box: Any, name: str) -> Any:
    """An attribute, or the exception that reading it raises."""
    try:
        return getattr(box, name)
    except Exception as error:
        return error


DEFAULT = a_schema(SDL)
STRICT = a_schema(
    SDL, {f"Box.{name}": lambda box, _, n=name: read(box, n) for name in (*FIELDS, *OBJECTS)}
)
ATTRIBUTES = Bindings(fields={("Box", name): Attribute(name) for name in (*FIELDS, *OBJECTS)})
BATCHES = Bindings(
    fields={
        ("Box", name): Batch(lambda boxes, _, n=name: [read(box, n) for box in boxes])
        for name in (*FIELDS, *OBJECTS)
    }
)
HOW = pytest.mark.parametrize(
    ("schema", "bindings"),
    [(DEFAULT, None), (STRICT, None), (STRICT, ATTRIBUTES), (STRICT, BATCHES)],
    ids=["default", "resolvers", "attributes", "batches"],
)
ODD = [
    None,
    Undefined,
    True,
    False,
    0,
    1,
    -(2**31),
    2**31,
    2**63,
    1.0,
    1.5,
    float("nan"),
    float("inf"),
    1.7e308,
    "",
    "RED",
    "12",
    "\ud800",
    UserString("of my own"),
    b"bytes",
    [],
    ["a", None, 3],
    [["a"], None, [1, None]],
    {"a": 1},
    {"RED"},
    object,
    ValueError("a value"),
    GraphQLError("told", extensions={"code": "TOLD"}),
    [ValueError("an item")],
    (word for word in ()),
]


@HOW
@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("name", FIELDS)
async def test_any_value_of_a_leaf_is_completed_as_by_graphql_core(
    name: str, value: Any, schema: GraphQLSchema, bindings: Bindings
) -> None:
    boxes = [Box(), Box(**{name: value}), Box()]

    await same(schema, f"{{ boxes {{ id {name} must }} }}", {"boxes": boxes}, bindings=bindings)


NESTED = [
    None,
    Undefined,
    Box(),
    Box(must=None),
    [],
    [Box(), Box()],
    (Box(), None, Box(must=None)),
    [None],
    [[Box()], None, [], [Box(must=None), Box()]],
    [[Box(), None]],
    "text",
    {"name": "a dict"},
    {"name": "a dict", "must": 1, "id": "1"},
    7,
    KeyError("a key"),
    [ValueError("an item"), Box()],
    [[ValueError("an inner item")], [Box()]],
]


@HOW
@pytest.mark.parametrize("value", NESTED, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "name", ["inner", "must_inner", "inners", "must_inners", "all_inners", "deep"]
)
async def test_any_value_of_an_object_is_completed_as_by_graphql_core(
    name: str, value: Any, schema: GraphQLSchema, bindings: Bindings
) -> None:
    boxes = [Box(**{name: Box()}), Box(**{name: value}), Box(**{name: [[Box()]]})]

    await same(
        schema,
        f"{{ boxes {{ {name} {{ name must }} n }} }}",
        {"boxes": boxes},
        bindings=bindings,
    )


@HOW
async def test_a_null_goes_up_to_the_next_place_that_may_be_null(
    schema: GraphQLSchema, bindings: Bindings
) -> None:
    inside = Box(must_inner=Box(must_inner=Box(must=None)))
    root = {
        "boxes": [inside, Box(must_inner=Box(must_inner=Box()))],
        "box": inside,
        "strict": inside,
    }
    chain = "{ must_inner { must_inner { must } } n }"

    answer = await same(schema, f"{{ boxes {chain} box {chain} }}", root, bindings=bindings)
    assert answer.data == {
        "boxes": [None, {"must_inner": {"must_inner": {"must": "m"}}, "n": 1}],
        "box": None,
    }

    answer = await same(schema, f"{{ word strict {chain} }}", root, bindings=bindings)
    assert answer.data is None


@HOW
async def test_what_is_wrong_after_the_field_that_fails_an_object_is_not_told(
    schema: GraphQLSchema,
    bindings: Bindings,
) -> None:
    box = Box(n="no number", must=None, x="no number either")

    answer = await same(schema, "{ box { n must x } }", {"box": box}, bindings=bindings)

    assert answer.data == {"box": None}
    assert len(answer.errors or ()) == 2


@HOW
async def test_an_attribute_that_raises_fails_its_place_alone(
    schema: GraphQLSchema, bindings: Bindings
) -> None:
    class Moody(Box):
        @property
        def name(self) -> str:
            raise LookupError("not today")

        @name.setter
        def name(self, _: str) -> None: ...

    answer = await same(
        schema, "{ boxes { name n } }", {"boxes": [Box(), Moody()]}, bindings=bindings
    )

    assert answer.data == {"boxes": [{"name": "b", "n": 1}, {"name": None, "n": 1}]}
    assert messages(answer) == ["not today"]


async def test_iterables_of_all_kinds_are_lists() -> None:
    class Pages:
        def __iter__(self) -> Iterator[Box]:
            yield Box()
            raise ValueError("the last page is missing")

    async def later() -> AsyncIterator[Any]:
        yield Box()
        yield None

    async def never() -> AsyncIterator[Any]:
        yield Box()
        raise ValueError("the stream broke")

    for make in (lambda: iter([Box(), None]), Pages, later, never, lambda: {"a": 1}):
        schema = a_schema(SDL, {"Query.boxes": lambda *_, make=make: make()})
        await same(schema, "{ boxes { name } }")


async def test_equal_values_of_other_classes_are_not_taken_for_plain_ones() -> None:
    class Text(str):
        __slots__ = ()

    class Number(int):
        pass

    boxes = [Box(name=Text("t"), n=Number(2), ok=1, x=3, words=[Text("w")])]

    answer = await same(
        STRICT, "{ boxes { name n ok x words } }", {"boxes": boxes}, bindings=ATTRIBUTES
    )

    assert answer.data == {"boxes": [{"name": "t", "n": 2, "ok": True, "x": 3.0, "words": ["w"]}]}


async def test_the_members_of_a_python_enum_are_told_by_name() -> None:
    class Hue(enum.Enum):
        RED = "r"
        GREEN = "g"

    schema = a_schema(SDL)
    colour = schema.type_map["Colour"]
    assert isinstance(colour, GraphQLEnumType)
    for member in Hue:
        colour.values[member.name].value = member
    colour.__dict__.pop("_value_lookup", None)
    boxes = [Box(colour=each) for each in (Hue.RED, Hue.GREEN, Hue.RED, None, "BLUE")]

    answer = await same(schema, "{ boxes { colour } }", {"boxes": boxes}, bindings=ATTRIBUTES)

    colours = [box["colour"] for box in (answer.data or {})["boxes"]]
    assert colours == ["RED", "GREEN", "RED", None, None]
