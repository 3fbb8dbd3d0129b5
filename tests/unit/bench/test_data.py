"""The data has the shape that the page tells of; all ways to answer say the same."""

from typing import Any

import pytest

from bench import route
from bench.contests import CLASSIC, JOINED, LIST, MUTATION, PAGE, SMALL, WIDE
from bench.data import CLUBS
from bench.schemas import monolith
from bench.schemas.context import Context
from bench.schemas.subgraphs import (
    batched_transports,
    compose_monolith,
    compose_supergraph,
    monolith_transport,
    plain_transports,
)
from federation.engine import Engine, GraphQLRequest

CONTESTS = {"classic": CLASSIC, "wide": WIDE, "list": LIST, "small": SMALL, "joined": JOINED}
CONTESTS |= {"page": PAGE, "mutation": MUTATION}


def ids_in(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in ids_in(each)]
    if isinstance(value, dict):
        own = [value["id"]] if "id" in value else []
        return own + [found for each in value.values() for found in ids_in(each)]
    return []


@pytest.mark.parametrize("club", [0, 7, CLUBS - 1])
def test_the_classic_query_meets_389_objects_in_every_club(club: int) -> None:
    repetitive, wide = ids_in(route.classic(club)), ids_in(route.classic(CLUBS + club))

    assert (len(repetitive), len(set(repetitive))) == (389, 28)
    assert (len(wide), len(set(wide))) == (389, 210)


def test_the_list_meets_210_different_objects() -> None:
    ids = ids_in(route.latest_notes(CLUBS))

    assert (len(ids), len(set(ids))) == (210, 210)


@pytest.mark.parametrize("name", CONTESTS)
async def test_every_way_to_answer_says_what_the_hand_written_route_says(name: str) -> None:
    contest = CONTESTS[name]
    engines = {
        "batched": Engine(compose_supergraph(), batched_transports()),
        "plain": Engine(compose_supergraph(), plain_transports()),
        "one schema": Engine(compose_monolith(), monolith_transport()),
    }
    variables = contest.variables(7)
    expected = route.SCREENS[contest.operation_name](**variables)

    answers: dict[str, Any] = {}
    for way, engine in engines.items():
        for _ in ("interpreted", "compiled"):
            request = GraphQLRequest(document=contest.document, variables=variables)
            response = await engine.execute(request, Context())
            answers[way] = response.errors or response.data
        engine.close()
    schema = monolith.build_schema(())
    result = await schema.execute(
        contest.document, variable_values=variables, context_value=Context()
    )
    answers["strawberry"] = result.errors or result.data

    assert answers == dict.fromkeys([*engines, "strawberry"], expected)
