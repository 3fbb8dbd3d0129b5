"""Costs through the whole engine: refused before anything is fetched, told when asked for."""

from dataclasses import replace
from typing import Any

from federation.engine import Engine, GraphQLRequest, GraphQLResponse
from tests.federation.federated import build_engine
from tests.patience import PATIENT

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
type Query {
  tracks(first: Int): [Track!]
    @listSize(slicingArguments: ["first"], assumedSize: 20, requireOneSlicingArgument: false)
}
type Track { id: ID! title: String @cost(weight: 2) }
"""
TABLES: dict[str, Any] = {
    "Query": {"tracks": [{"id": "1", "title": "a"}, {"id": "2", "title": "b"}]},
}
DOCUMENT = "query ($n: Int) { tracks(first: $n) { title } }"


def an_engine(cost_max: int | None = 30) -> Engine:
    limits = replace(PATIENT, operation_cost_max=cost_max)
    return build_engine({"music": SDL}, TABLES, limits=limits)


async def ask(engine: Engine, **variables: Any) -> GraphQLResponse:
    return await engine.execute(
        GraphQLRequest(document=DOCUMENT, variables=variables, tells_cost=True), None
    )


async def test_an_answer_tells_its_cost_to_who_asks() -> None:
    engine = an_engine()

    response = await ask(engine, n=5)
    untold = await engine.execute(GraphQLRequest(document=DOCUMENT, variables={"n": 5}), None)

    assert response.data == {"tracks": [{"title": "a"}, {"title": "b"}]}
    assert response.extensions == {"cost": {"estimated": 15, "actual": 6, "limit": 30}}
    assert untold.extensions == {}


async def test_the_same_document_is_refused_for_some_variables_only() -> None:
    engine = an_engine()

    refused, answered = await ask(engine, n=11), await ask(engine, n=10)

    assert not refused.has_data
    assert refused.errors[0]["extensions"] == {
        "code": "COST_TOO_HIGH",
        "details": {"limit": 30, "count": 33},
    }
    assert answered.extensions["cost"]["estimated"] == 30


async def test_without_a_limit_only_list_sizes_are_bounded() -> None:
    engine = an_engine(None)

    answered, refused = await ask(engine, n=100), await ask(engine, n=101)

    assert answered.extensions == {"cost": {"estimated": 300, "actual": 6}}
    assert [error["extensions"]["code"] for error in refused.errors] == ["LIST_TOO_LONG"]
