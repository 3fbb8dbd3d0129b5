"""Costs by `@cost` and `@listSize`: estimated from variables, counted in the answer."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import parse

from federation.compose.compose import SubgraphSource, compose
from federation.errors import LimitExceeded, RequestError
from federation.limits import EngineLimits
from federation.operation.cost import CostModel, OperationCost
from federation.operation.document import select_operation
from federation.operation.interface_fields import InterfaceFields
from federation.operation.normalize import normalize
from federation.operation.prices import Prices
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.reader import read_supergraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@cost", "@listSize"])\n'
)
SDL = """
type Query {
  track: Track
  tracks: [Track!]
  top: [Track!] @listSize(assumedSize: 7)
  page(first: Int = 5, last: Int): [Track!]
    @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
  pages(first: Int): TrackPage
    @listSize(
      slicingArguments: ["first"], sizedFields: ["nodes"], assumedSize: 20,
      requireOneSlicingArgument: false
    )
  exactly(first: Int, last: Int): [Track!] @listSize(slicingArguments: ["first", "last"])
  some(first: Int): [Track!]
  anything: Thing
  named: Named
  find(filter: Filter, plain: Plain, mode: Mode @cost(weight: 4)): Track
}
type Mutation { play: Track }
type TrackPage { nodes: [Track!] total: Int }
type Track implements Named @key(fields: "id") {
  id: ID!
  title: String @cost(weight: 2)
  similar: [Track!] @listSize(assumedSize: 3)
  album: Album
  name: String
}
type Album implements Named @cost(weight: 5) {
  id: ID!
  tracks: [Track!]
  name: String @cost(weight: 6)
}
interface Named { name: String }
union Thing = Track | Album
input Filter { text: String @cost(weight: 3) below: Filter }
input Plain { text: String }
enum Mode { EXACT }
"""
MODELS: dict[str, Any] = {}


def model(sdl: str, limits: EngineLimits) -> tuple[Any, Any, CostModel]:
    if sdl not in MODELS:
        supergraph_sdl = compose([SubgraphSource(name="music", sdl=sdl)]).sdl
        MODELS[sdl] = build_api_schema(supergraph_sdl), read_supergraph(supergraph_sdl)
    schema, supergraph = MODELS[sdl]
    return schema, supergraph, CostModel(Prices(schema, supergraph.costs), limits)


def estimate(text: str, *, sdl: str = LINK + SDL, **bounds: Any) -> OperationCost:
    limits = EngineLimits(**bounds)
    schema, supergraph, costs = model(sdl, limits)
    document = parse(text)
    node = select_operation(document, None)
    return costs.estimate(normalize(schema, InterfaceFields(supergraph), document, node, limits))


def estimated(text: str, variables: Mapping[str, Any] | None = None, **bounds: Any) -> int:
    return estimate(text, **bounds).tell(None, variables or {})["estimated"]


@pytest.mark.parametrize(
    ("_case", "text", "variables", "cost"),
    [
        ("an object costs one, a scalar nothing", "{ track { id } }", {}, 1),
        ("a field has the weight it is given", "{ track { title } }", {}, 3),
        ("a type has the weight it is given", "{ track { album { id } } }", {}, 6),
        ("a list of unknown size has ten items", "{ tracks { title } }", {}, 30),
        ("a list has the size that is assumed", "{ top { id } }", {}, 7),
        ("lists multiply", "{ top { similar { title } } }", {}, 7 * (1 + 3 * 3)),
        ("a slicing argument says the size", "{ page(first: 2) { id } }", {}, 2),
        ("the greatest of several counts", "{ page(first: 2, last: 4) { id } }", {}, 4),
        ("its default counts", "{ page { id } }", {}, 5),
        ("a variable counts", "query ($n: Int) { page(first: $n) { title } }", {"n": 8}, 24),
        ("an absent variable is the default", "query ($n: Int) { page(first: $n) { id } }", {}, 5),
        (
            "null says nothing",
            "query ($n: Int) { pages(first: $n) { nodes { id } } }",
            {"n": None},
            1 + 20,
        ),
        ("sized fields are meant", "{ pages(first: 3) { total nodes { title } } }", {}, 1 + 9),
        ("a skipped field costs nothing", "{ track { title @skip(if: true) id } }", {}, 1),
        (
            "a field costs where its condition holds",
            "query ($on: Boolean!) { track { title @include(if: $on) id } }",
            {"on": True},
            3,
        ),
        (
            "and nothing where it does not",
            "query ($on: Boolean!) { track { title @include(if: $on) id } }",
            {"on": False},
            1,
        ),
        (
            "the dearest of a union's members counts",
            "{ anything { ... on Track { title } ... on Album { tracks { id } } } }",
            {},
            5 + 10,
        ),
        ("an interface field costs as its dearest implementation", "{ named { name } }", {}, 5 + 6),
        ("a mutation costs ten more", "mutation { play { id } }", {}, 11),
        ("introspection is free", "{ __schema { types { name } } }", {}, 0),
        ("an argument has its weight", "{ find(mode: EXACT) { id } }", {}, 5),
        ("an input field has its weight", '{ find(filter: {text: "x"}) { id } }', {}, 4),
        (
            "input objects are looked into",
            "query ($f: Filter) { find(filter: $f) { id } }",
            {"f": {"text": "x", "below": {"below": {"text": "y"}}}},
            7,
        ),
        ("inputs without weights are free", '{ find(plain: {text: "x"}) { id } }', {}, 1),
    ],
)
def test_an_estimate_follows_weights_and_sizes(
    _case: str, text: str, variables: dict[str, Any], cost: int
) -> None:
    assert estimated(text, variables) == cost


def test_an_estimate_without_variables_is_a_number_before_it_is_asked() -> None:
    assert estimate("{ top { similar { title } } }").estimate == 70


def test_weights_are_found_under_the_names_that_a_supergraph_gives_them() -> None:
    link = LINK.replace('"@cost", "@listSize"', '{name: "@cost", as: "@price"}, "@listSize"')

    assert estimated("{ track { title } }", sdl=link + SDL.replace("@cost", "@price")) == 3


def test_what_costs_too_much_whatever_its_variables_is_refused_when_it_is_prepared() -> None:
    with pytest.raises(LimitExceeded) as refusal:
        estimate("{ top { id } }", operation_cost_max=6)

    assert refusal.value.errors[0]["extensions"] == {
        "code": "COST_TOO_HIGH",
        "details": {"limit": 6, "count": 7},
    }


def test_what_costs_too_much_for_its_variables_is_refused_when_they_are_known() -> None:
    cost = estimate("query ($n: Int) { page(first: $n) { id } }", operation_cost_max=6)

    cost.check({"n": 6})
    with pytest.raises(LimitExceeded) as refusal:
        cost.check({"n": 7})

    assert refusal.value.code == "COST_TOO_HIGH"
    assert cost.tell(None, {"n": 7}) == {"estimated": 7, "actual": 0, "limit": 6}


@pytest.mark.parametrize("field", ["page(last: 101)", "some(first: 101)"])
def test_a_longer_list_than_may_be_is_refused(field: str) -> None:
    with pytest.raises(LimitExceeded) as refusal:
        estimate(f"{{ {field} {{ id }} }}")

    assert refusal.value.errors[0]["extensions"] == {
        "code": "LIST_TOO_LONG",
        "details": {"limit": 100, "count": 101},
    }


def test_a_longer_list_is_refused_for_its_variables() -> None:
    cost = estimate("query ($n: Int) { some(first: $n) { id } }")

    cost.check({"n": 100})
    cost.check({})
    with pytest.raises(LimitExceeded) as refusal:
        cost.check({"n": 101})

    assert refusal.value.code == "LIST_TOO_LONG"


@pytest.mark.parametrize("arguments", ["", "(first: 1, last: 1)"])
def test_one_slicing_argument_must_be_given_where_a_list_asks_for_it(arguments: str) -> None:
    with pytest.raises(RequestError) as refusal:
        estimate(f"{{ exactly{arguments} {{ id }} }}", operation_cost_max=1_000)

    assert refusal.value.code == "LIST_SIZE_MISSING"


def test_without_a_limit_on_cost_no_slicing_argument_is_asked_for() -> None:
    assert estimated("{ exactly { id } }") == 10


def test_the_actual_cost_is_counted_in_the_answer() -> None:
    cost = estimate(
        "{ pages(first: 50) { nodes { title similar { id } album { name } } }"
        " anything { ... on Album { id } ... on Track { title } } find(mode: EXACT) { id } }"
    )
    tracks = [
        {"title": "a", "similar": [{"id": "1"}, {"id": "2"}], "album": None},
        {"title": None, "similar": None, "album": {"name": "x"}},
    ]
    data = {"pages": {"nodes": tracks}, "anything": {"title": "b"}, "find": {"id": "3"}}

    # a page, two tracks with one title, two similar, an album with its name; the rest at the root
    assert cost.tell(data, {})["actual"] == 1 + 2 + 2 + 2 + (5 + 6) + (5 + 2) + (1 + 4)


def test_a_cost_of_many_digits_is_told_up_to_a_bound() -> None:
    nested = "{ tracks " + "{ similar " * 40 + "{ id }" + " }" * 41

    with pytest.raises(LimitExceeded) as refusal:
        estimate(nested, operation_cost_max=100)

    assert refusal.value.errors[0]["extensions"]["details"]["count"] == 1_000_000_000
