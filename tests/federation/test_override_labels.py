"""Progressive overrides: each request is planned for the labels that are active for it."""

import pytest

from federation.engine import Engine, GraphQLRequest
from federation.fetch.fetch import FetchResult
from tests.federation.federated import build_engine, compose_sources
from tests.federation.test_failures import Scripted
from tests.patience import PATIENT

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",'
    ' import: ["@key", "@override", "@shareable"])\n'
)
SOURCES = {
    "media": LINK
    + """
    type Query { track: Track }
    type Track @key(fields: "id") { id: ID! title: String length: Int }
    """,
    "library": LINK
    + """
    type Track @key(fields: "id") {
      id: ID!
      title: String @override(from: "media", label: "percent(50)")
      length: Int @override(from: "media", label: "lengths")
    }
    """,
}
TABLES = {
    "Query": {"track": {"$ref": "Track/1"}},
    "Track": {"1": {"id": "1", "title": "One", "length": 3}},
}
OPERATION = "{ track { title length } }"


@pytest.mark.parametrize(
    ("labels", "fetches"),
    [
        ([], ["media"]),
        (["unknown"], ["media"]),
        (["percent(50)"], ["media", "library"]),
        (["lengths"], ["media", "library"]),
        (["lengths", "percent(50)"], ["media", "library"]),
    ],
)
def test_a_plan_takes_a_field_from_its_new_home_only_while_its_label_is_active(
    labels: list[str], fetches: list[str]
) -> None:
    engine = Engine(compose_sources(SOURCES), {}, PATIENT)

    plan = engine.describe_plan(OPERATION, labels=labels)

    asked = {each["subgraph"]: each["operation"] for each in plan["fetches"]}
    assert list(asked) == fetches
    for field, label in (("title", "percent(50)"), ("length", "lengths")):
        home = "library" if label in labels else "media"
        assert [name for name in asked if field in asked[name]] == [home]


async def test_an_answer_is_the_same_on_both_sides_and_each_side_is_planned_once() -> None:
    engine = build_engine(SOURCES, TABLES)
    keys = [f"user-{number}" for number in range(20)]

    answers = [
        await engine.execute(GraphQLRequest(document=OPERATION, rollout_key=key), None)
        for key in keys
    ]

    assert [answer.data for answer in answers] == [{"track": {"title": "One", "length": 3}}] * 20
    assert engine.plan_cache.entries == 2
    assert engine.plan_cache.misses == 2


async def test_the_engine_may_be_told_which_labels_are_active() -> None:
    media = Scripted(lambda _: FetchResult(data={"track": {"id": "1", "length": 3}}))
    library = Scripted(lambda _: FetchResult(data={"_entities": [{"length": 3}]}))
    engine = Engine(
        compose_sources(SOURCES),
        {"media": media, "library": library},
        PATIENT,
        active_labels=lambda context: ["lengths", "no such label"] if context == "new" else [],
    )
    request = GraphQLRequest(document="{ track { length } }")

    answers = [await engine.execute(request, context) for context in ("old", "new")]

    assert [answer.data for answer in answers] == [{"track": {"length": 3}}] * 2
    assert ["length" in each.document for each in media.asked] == [True, False]
    assert len(library.asked) == 1


def test_without_labels_in_the_supergraph_none_is_ever_active() -> None:
    sources = {"media": LINK + "type Query { x: Int }"}
    engine = Engine(compose_sources(sources), {}, PATIENT)

    request = GraphQLRequest(document="{ x }", rollout_key="anybody")

    assert engine._labels_of(request, None) == frozenset()
