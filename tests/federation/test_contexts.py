"""Contexts that are missing, many, or not as promised."""

from dataclasses import replace
from typing import Any

import pytest

from federation.engine import GraphQLRequest
from federation.errors import CompositionErrors
from federation.fetch.fetch import FetchRequest, FetchResult
from tests.federation.federated import build_engine, compose_sources, read_case
from tests.federation.test_failures import Scripted
from tests.patience import PATIENT

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.8",'
    ' import: ["@key", "@context", "@fromContext"])\n'
)
SOURCES, TABLES, OPERATION = read_case("context")


def statements_with(*currencies: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": str(index),
            "payouts": [{"id": "1"}],
            **({} if currency == "absent" else {"currency": currency}),
        }
        for index, currency in enumerate(currencies)
    ]


def answering(*currencies: Any) -> Scripted:
    """A subgraph that shows the currency it was asked with, for each `_entities`."""

    def answer(request: FetchRequest) -> FetchResult:
        if "_entities" not in request.document:
            return FetchResult(data={"statements": statements_with(*currencies)})
        values = {
            name.removeprefix("_context_0"): value
            for name, value in request.variables.items()
            if name.startswith("_context_0")
        }
        return FetchResult(
            data={
                f"_e{suffix}" if suffix else "_entities": [{"shown": f"in {value}"}]
                for suffix, value in values.items()
            }
        )

    return Scripted(answer)


async def ask(royalties: Scripted, **limits: Any) -> Any:
    engine = build_engine(
        SOURCES, TABLES, transports={"royalties": royalties}, limits=replace(PATIENT, **limits)
    )
    return await engine.execute(GraphQLRequest(document=OPERATION), None)


def shown(response: Any) -> list[Any]:
    return [each["payouts"][0]["shown"] for each in response.data["statements"]]


async def test_entities_that_a_transport_shows_as_one_object_keep_their_own_context() -> None:
    royalties = answering("EUR", "USD")
    separate = royalties._answer

    def shared(request: FetchRequest) -> FetchResult:
        result = separate(request)
        if "_entities" not in request.document:
            first, second = result.data["statements"]
            second["payouts"] = first["payouts"]
        return result

    royalties._answer = shared
    response = await ask(royalties)

    assert shown(response) == ["in EUR", "in USD"]


async def test_one_request_asks_once_for_each_value_and_fans_out() -> None:
    royalties = answering("EUR", "USD", "EUR")

    response = await ask(royalties)

    assert shown(response) == ["in EUR", "in USD", "in EUR"]
    assert len(royalties.asked) == 2
    key = {"__typename": "Payout", "id": "1"}
    assert royalties.asked[1].variables == {
        "r0": [key],
        "_context_0_0": "EUR",
        "r1": [key],
        "_context_0_1": "USD",
    }


async def test_the_document_of_a_single_value_is_the_one_of_the_plan() -> None:
    royalties = answering("EUR", "EUR")

    await ask(royalties)

    assert royalties.asked[1].document.startswith(
        "query($representations: [_Any!]!, $_context_0: String!) {\n"
        "  _entities(representations: $representations) {"
    )


async def test_without_the_value_an_entity_is_not_asked_for_and_told_of() -> None:
    royalties = answering("EUR", None, "absent")

    response = await ask(royalties)

    assert shown(response) == ["in EUR", None, None]
    assert len(royalties.asked) == 2
    told = [
        (error["path"], error["extensions"])
        for error in response.errors
        if error["path"][-1] == "shown"
    ]
    assert told == [
        (
            ["statements", index, "payouts", 0, "shown"],
            {"code": "CONTEXT_MISSING", "subgraph": "royalties"},
        )
        for index in (1, 2)
    ]


async def test_where_no_value_is_known_nothing_is_sent() -> None:
    royalties = answering(None)

    response = await ask(royalties)

    assert shown(response) == [None]
    assert len(royalties.asked) == 1


def test_a_field_is_not_filled_from_its_own_object() -> None:
    sdl = LINK + (
        'type Query { track: Track } type Track @key(fields: "id") @context(name: "c")'
        ' { id: ID! p: String next: Track x(a: String @fromContext(field: "$c { p }")): String }'
    )

    with pytest.raises(CompositionErrors, match="nothing on the way sets the context"):
        compose_sources({"media": sdl})


async def test_the_values_of_one_fetch_are_bounded() -> None:
    royalties = answering(*map(str, range(5)))

    response = await ask(royalties, context_values_max=4)

    assert shown(response) == [None] * 5
    assert {error["extensions"]["code"] for error in response.errors} == {"TOO_MANY_CONTEXTS"}
    assert len(royalties.asked) == 1
