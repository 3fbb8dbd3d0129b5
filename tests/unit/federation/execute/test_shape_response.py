"""Shaping: the client's keys, order and nulls, by the API schema."""

import json
from typing import Any

import pytest
from graphql import build_schema, parse

from federation.execute.compiled_plan import CompiledPlan
from federation.execute.shape_response import ResponseShaper
from federation.limits import EngineLimits
from federation.operation.document import select_operation
from federation.operation.interface_fields import InterfaceFields
from federation.operation.normalize import normalize
from federation.plan.nodes import QueryPlan
from federation.supergraph.model import Supergraph

SCHEMA = build_schema(
    """
    type Query {
      a: A b: A! list: [A!] grid: [[A!]!] pet: Pet kind: Kind many: [A] any: Any
      sure: [Any!] kinds: [Kind!] words: [String] lines: [[String!]] wants: Kind! must: Any!
      pets: [Pet!]
    }
    type A { x: Int y: Int! a: A deep: A! }
    union Pet = Cat | Dog
    type Cat { name: String lives: Int! }
    type Dog { name: String }
    type Bird { name: String }
    enum Kind { ONE TWO }
    scalar Any
    """
)


def planned(text: str) -> QueryPlan:
    document = parse(text)
    node = select_operation(document, None)
    interface_fields = InterfaceFields(Supergraph(subgraphs={}, types={}))
    operation = normalize(SCHEMA, interface_fields, document, node, EngineLimits())
    return QueryPlan(operation=operation, groups=(), shown=operation.root)


def shaped(
    text: str, data: dict[str, Any], errors: list[Any] | None = None, **variables: Any
) -> tuple[Any, list[Any]]:
    """What is shown and where errors are told; compiled and interpreted must not differ."""
    plan, told = planned(text), [] if errors is None else errors
    shaper, told_too = ResponseShaper(SCHEMA, plan.shown), list(told)
    result = shaper.shape(data, told, variables)
    compiled = CompiledPlan(plan, SCHEMA, shaper)
    compiled.compile(variables)
    assert json.dumps(compiled.shape(data, told_too, variables)) == json.dumps(result)
    assert told_too == told
    return result, [error.get("path") for error in told]


@pytest.mark.parametrize(
    ("_case", "text", "data", "expected", "paths"),
    [
        ("helpers are left out", "{ a { x } }", {"a": {"x": 1, "id": 2}}, {"a": {"x": 1}}, []),
        (
            "what is absent is null",
            "{ a { x } pet { __typename } }",
            {},
            {"a": None, "pet": None},
            [],
        ),
        ("a null bubbles to the nullable", "{ a { y } }", {"a": {}}, {"a": None}, [["a", "y"]]),
        ("and up to the data", "{ b { y } }", {"b": {"y": None}}, None, [["b", "y"]]),
        (
            "through two levels",
            "{ a { deep { y } } }",
            {"a": {"deep": {}}},
            {"a": None},
            [["a", "deep", "y"]],
        ),
        (
            "out of a list",
            "{ list { y } }",
            {"list": [{"y": 1}, {}]},
            {"list": None},
            [["list", 1, "y"]],
        ),
        (
            "out of an inner list",
            "{ grid { y } }",
            {"grid": [[{}]]},
            {"grid": None},
            [["grid", 0, 0, "y"]],
        ),
        (
            "only one item where items may be null",
            "{ many { y } }",
            {"many": [{"y": 1}, {}]},
            {"many": [{"y": 1}, None]},
            [["many", 1, "y"]],
        ),
        ("an object that is none", "{ a { x } }", {"a": 5}, {"a": None}, [["a"]]),
        ("a list that is none", "{ list { x } }", {"list": {"x": 1}}, {"list": None}, [["list"]]),
        ("an enum value that is none", "{ kind }", {"kind": "THREE"}, {"kind": None}, [["kind"]]),
        (
            "an enum value that cannot be one",
            "{ kind }",
            {"kind": ["ONE"]},
            {"kind": None},
            [["kind"]],
        ),
        (
            "a type outside the union",
            "{ pet { ... on Cat { name } } }",
            {"pet": {"__typename": "Bird"}},
            {"pet": None},
            [["pet"]],
        ),
        (
            "a type that is no name",
            "{ pet { ... on Cat { name } } }",
            {"pet": {"__typename": {}}},
            {"pet": None},
            [["pet"]],
        ),
        ("a scalar passes through", "{ any }", {"any": {"k": [1]}}, {"any": {"k": [1]}}, []),
        ("a leaf that is none", "{ a { x } }", {"a": {"x": [1]}}, {"a": {"x": None}}, [["a", "x"]]),
        ("a leaf of another class", "{ a { x } }", {"a": {"x": "1"}}, {"a": {"x": "1"}}, []),
        (
            "a required leaf that is none",
            "{ a { y } }",
            {"a": {"y": {}}},
            {"a": None},
            [["a", "y"]],
        ),
        ("a required enum", "{ wants }", {"wants": "ONE"}, {"wants": "ONE"}, []),
        ("a required enum that is null", "{ wants }", {"wants": None}, None, [["wants"]]),
        ("a required scalar that is null", "{ must }", {}, None, [["must"]]),
        ("leaves", "{ words }", {"words": ["a", None, 1]}, {"words": ["a", None, 1]}, []),
        ("leaves that are none", "{ words }", {"words": [{}]}, {"words": [None]}, [["words", 0]]),
        ("no list of leaves", "{ words }", {"words": "abc"}, {"words": None}, [["words"]]),
        ("enum values", "{ kinds }", {"kinds": ["ONE"]}, {"kinds": ["ONE"]}, []),
        (
            "enum values that are none",
            "{ kinds }",
            {"kinds": ["X"]},
            {"kinds": None},
            [["kinds", 0]],
        ),
        (
            "a null among enum values",
            "{ kinds }",
            {"kinds": [None]},
            {"kinds": None},
            [["kinds", 0]],
        ),
        ("a null among scalars", "{ sure }", {"sure": [{}, None]}, {"sure": None}, [["sure", 1]]),
        (
            "leaves in lists in lists",
            "{ lines }",
            {"lines": [["a"], None, [None], [{}], "abc"]},
            {"lines": [["a"], None, None, None, None]},
            [["lines", 2, 0], ["lines", 3, 0], ["lines", 4]],
        ),
        (
            "objects of several types",
            "{ pets { __typename ... on Cat { lives } ... on Dog { name } } }",
            {"pets": [{"__typename": "Cat", "lives": 9}, {"__typename": "Dog", "name": "Rex"}]},
            {"pets": [{"__typename": "Cat", "lives": 9}, {"__typename": "Dog", "name": "Rex"}]},
            [],
        ),
        (
            "an object that is text",
            "{ pet { ... on Cat { name } } }",
            {"pet": "x"},
            {"pet": None},
            [["pet"]],
        ),
        (
            "an object without fields that is none",
            "{ a { t: __typename } }",
            {"a": [1]},
            {"a": None},
            [["a"]],
        ),
        ("an empty text for a list", "{ list { x } }", {"list": ""}, {"list": None}, [["list"]]),
        (
            "nulls in a list",
            "{ many { x } }",
            {"many": [None, {"x": 1}]},
            {"many": [None, {"x": 1}]},
            [],
        ),
        (
            "a null that a list may not hold",
            "{ list { x } }",
            {"list": [None]},
            {"list": None},
            [["list", 0]],
        ),
    ],
)
def test_shaping(_case: str, text: str, data: Any, expected: Any, paths: Any) -> None:
    result, told = shaped(text, data)

    assert result == expected
    assert told == paths


def test_the_order_is_the_clients() -> None:
    data = {"pet": {"lives": 9, "name": "Tom", "__typename": "Cat"}}

    result, _ = shaped("{ pet { ... on Cat { lives kind: __typename name } } }", data)

    assert list(result["pet"].items()) == [("lives", 9), ("kind", "Cat"), ("name", "Tom")]


def test_conditions_decide_on_fields_and_their_order() -> None:
    text = "query($s: Boolean!) { a { x @skip(if: $s) y x } }"
    data = {"a": {"x": 1, "y": 2}}

    first, _ = shaped(text, data, s=False)
    second, _ = shaped(text, data, s=True)

    assert list(first["a"]) == ["x", "y"]
    assert list(second["a"]) == ["y", "x"]


@pytest.mark.parametrize("path", [["a", "y"], ["a", "y", 0, "below"]])
def test_a_null_with_an_error_at_or_below_it_gets_no_second_one(path: list[Any]) -> None:
    result, told = shaped("{ a { y } }", {"a": {"y": None}}, [{"path": path}])

    assert result == {"a": None}
    assert told == [path]


def test_an_error_beside_a_null_does_not_explain_it() -> None:
    result, told = shaped("{ a { y } }", {"a": {"y": None}}, [{"path": ["a", "x"]}])

    assert result == {"a": None}
    assert told == [["a", "x"], ["a", "y"]]


def test_many_nulls_are_told_up_to_a_count() -> None:
    told: list[Any] = []
    document = {"many": [{} for _ in range(150)]}

    result, _ = shaped("{ many { y } }", document, told)

    assert result == {"many": [None] * 150}
    assert len(told) == 101
    assert told[-1]["message"] == "50 more nulls are not listed."


def test_an_object_of_unknown_type_does_not_pass_for_its_union() -> None:
    result, told = shaped("{ pet { kind: __typename ... on Cat { name } } }", {"pet": {}})

    assert result == {"pet": None}
    assert told == [["pet"]]


def test_a_type_that_nobody_asks_for_need_not_be_known() -> None:
    result, told = shaped("{ pet { ... on Cat { name } } }", {"pet": {"name": "Tom"}})

    assert result == {"pet": {}}
    assert told == []


USUAL = [
    ("{ a { x y } }", {"a": {"y": 1, "x": None}}),
    ("{ a { x } list { y } }", {"a": None, "list": []}),
    ("{ grid { x } many { x } }", {"grid": [[{"x": 1}]], "many": [None, {"x": 2.5}]}),
    ("{ pet { kind: __typename ... on Dog { name } } }", {"pet": {"__typename": "Dog"}}),
    ("{ kind any words kinds lines sure }", {"words": ["a", None], "lines": [["x"], None]}),
]


@pytest.mark.parametrize(("text", "data"), USUAL)
def test_what_is_usual_is_shaped_by_what_was_compiled(
    text: str, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(text)
    shaper = ResponseShaper(SCHEMA, plan.shown)
    expected = shaper.shape(data, [], {})
    compiled = CompiledPlan(plan, SCHEMA, shaper)
    compiled.compile({})
    monkeypatch.setattr(ResponseShaper, "shape", None)

    assert compiled.shape(data, [], {}) == expected


def test_a_list_that_stands_at_many_places_is_shaped_once() -> None:
    below = [{"x": 1}]
    data = {"many": [{"list": below}, {"list": below}]}
    schema = build_schema("type Query { many: [B] } type B { list: [C] } type C { x: Int }")
    operation = normalize(
        schema,
        InterfaceFields(Supergraph(subgraphs={}, types={})),
        parse("{ many { list { x } } }"),
        select_operation(parse("{ many { list { x } } }"), None),
        EngineLimits(),
    )
    plan = QueryPlan(operation=operation, groups=(), shown=operation.root)
    compiled = CompiledPlan(plan, schema, ResponseShaper(schema, plan.shown))
    compiled.compile({})

    shown = compiled.shape(data, [], {})

    assert shown == data
    assert shown["many"][0]["list"] is shown["many"][1]["list"]


@pytest.mark.parametrize(
    ("data", "expected", "paths"),
    [
        ({"lines": [["a", None]]}, [None], [["lines", 0, 1]]),
        ({"lines": [None, ["a"]]}, [None, ["a"]], []),
        ({"lines": [[1], []]}, [[1], []], []),
    ],
)
def test_lists_of_leaves_in_lists_hold_no_null(data: Any, expected: Any, paths: Any) -> None:
    result, told = shaped("{ lines }", data)

    assert result == {"lines": expected}
    assert told == paths


def test_one_list_under_two_keys_is_shown_as_each_asks() -> None:
    below = [{"x": 1, "y": 2}]

    result, _ = shaped("{ one: list { x } two: list { y } }", {"one": below, "two": below})

    assert result == {"one": [{"x": 1}], "two": [{"y": 2}]}


def test_an_operation_runs_so_often_before_it_is_compiled() -> None:
    plan = planned("query($s: Boolean!) { a { x @skip(if: $s) y } }")
    compiled = CompiledPlan(plan, SCHEMA, ResponseShaper(SCHEMA, plan.shown))

    assert [compiled.is_due({"s": True}, 2) for _ in range(5)] == [False, False, True, False, False]
    assert [compiled.is_due({"s": False}, 0) for _ in range(2)] == [True, False]
    compiled.put_off({"s": False})
    assert compiled.is_due({"s": False}, 0)


def test_many_combinations_of_conditions_are_not_all_counted() -> None:
    names = [f"v{index}" for index in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"a{name}: kind @include(if: ${name})" for name in names)
    plan = planned(f"query({declared}) {{ kind {fields} }}")
    compiled = CompiledPlan(plan, SCHEMA, ResponseShaper(SCHEMA, plan.shown))
    variables = [
        {name: bool(number >> place & 1) for place, name in enumerate(names)}
        for number in range(64)
    ]

    due = [compiled.is_due(each, 0) for each in variables]
    for each in variables[:16]:
        compiled.compile(each)

    assert due.count(True) == 16
    assert [
        json.dumps(compiled.shape({}, [], each))
        == json.dumps(ResponseShaper(SCHEMA, plan.shown).shape({}, [], each))
        for each in variables
    ] == [True] * 64


def test_an_operation_with_too_many_fields_stays_interpreted() -> None:
    plan = planned("{ " + " ".join(f"a{index}: kind" for index in range(2_001)) + " }")
    compiled = CompiledPlan(plan, SCHEMA, ResponseShaper(SCHEMA, plan.shown))
    compiled.compile({})

    assert compiled.text.strip() == ""
    assert compiled.shape({"a5": "ONE"}, [], {})["a5"] == "ONE"
