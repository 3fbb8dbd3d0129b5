"""A plan as JSON values: what is fetched, and what waits for what."""

from pathlib import Path
from typing import Any

from federation.engine import Engine
from tests.federation.federated import build_engine
from tests.patience import PATIENT

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable"])\n'
)
SOURCES = {
    "media": LINK
    + """
    type Query { track: Track }
    type Mutation { play: Track stop: Track }
    type Subscription { played: Track }
    type Track @key(fields: "id") { id: ID! title: String }
    """,
    "social": LINK + 'type Track @key(fields: "id") { id: ID! likes: Int }',
}


def describe(document: str) -> dict[str, Any]:
    return build_engine(SOURCES, {}).describe_plan(document)


def waits(document: str) -> list[tuple[int, str, list[int]]]:
    fetches = describe(document)["fetches"]
    return [(each["id"], each["subgraph"], each["after"]) for each in fetches]


def test_each_fetch_tells_where_it_adds_and_what_it_waits_for() -> None:
    plan = describe("query Q($more: Boolean!) { track { title likes @include(if: $more) } }")

    assert plan == {
        "kind": "query",
        "name": "Q",
        "fetches": [
            {
                "id": 0,
                "after": [],
                "subgraph": "media",
                "path": "",
                "depth": 1,
                "operation": plan["fetches"][0]["operation"],
                "fields": ["track"],
                "condition": None,
                "keys": [],
            },
            {
                "id": 1,
                "after": [0],
                "subgraph": "social",
                "path": "track",
                "depth": 2,
                "operation": (
                    "query Q__1($representations: [_Any!]!) {\n"
                    "  _entities(representations: $representations) {\n"
                    "    ... on Track {\n      likes\n    }\n  }\n}"
                ),
                "fields": [],
                "condition": "$more",
                "keys": ["Track { id }"],
            },
        ],
    }


def test_the_second_field_of_a_mutation_waits_for_all_of_the_first() -> None:
    found = waits("mutation { play { likes } stop { likes } }")

    assert found == [(0, "media", []), (1, "social", [0]), (2, "media", [1]), (3, "social", [2])]


def test_what_runs_for_each_event_waits_for_the_event() -> None:
    found = waits("subscription { played { likes } }")

    assert found == [(0, "media", []), (1, "social", [0])]


def test_the_front_page_waits_only_for_fetches_of_waves_before() -> None:
    engine = Engine(Path("schema/sdl/supergraph.graphql").read_text(), {}, PATIENT)

    plan = engine.describe_plan(Path("examples/operations/home.graphql").read_text())

    depth_of = {each["id"]: each["depth"] for each in plan["fetches"]}
    assert sorted(depth_of) == list(range(len(depth_of)))
    for fetch in plan["fetches"]:
        assert all(depth_of[before] < fetch["depth"] for before in fetch["after"])
        assert bool(fetch["after"]) is (fetch["depth"] > 1)
