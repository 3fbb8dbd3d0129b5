"""An operation that was made ready is planned and compiled when it is first asked for."""

import pytest

from federation.engine import Engine, GraphQLRequest
from federation.program.reference import ReferenceProgram
from tests.federation.federated import build_engine

SOURCES = {
    "media": """
        type Query { track: Track, tracks: [Track] }
        type Mutation { rename: Track }
        type Track @key(fields: "id") { id: ID! title: String }
    """,
    "social": """
        type Track @key(fields: "id") { id: ID! likes: Int }
    """,
}
TABLES = {
    "Query": {"track": {"$ref": "Track/1"}, "tracks": [{"$ref": "Track/1"}]},
    "Mutation": {"rename": {"$ref": "Track/1"}},
    "Track": {"1": {"id": "1", "title": "One", "likes": 5}},
}


@pytest.fixture
def engine() -> Engine:
    return build_engine(SOURCES, TABLES)


async def run_ready(
    engine: Engine, request: GraphQLRequest, monkeypatch: pytest.MonkeyPatch
) -> object:
    """Run what must be ready: no plan is looked for in vain, and graphql-core runs nothing."""

    def refuse(*_: object) -> None:
        raise AssertionError("it was not compiled")

    misses = engine.plan_cache.misses
    with monkeypatch.context() as patched:
        patched.setattr(ReferenceProgram, "run", refuse)
        response = await engine.execute(request, None)
    assert response.errors == []
    assert engine.plan_cache.misses == misses
    return response.data


@pytest.mark.parametrize("name", [None, "Front"])
async def test_a_warm_operation_is_ready_with_its_name_and_without(
    name: str | None, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = "query Front { track { title likes } }"
    await engine.warm(document)

    request = GraphQLRequest(document=document, operation_name=name)
    data = await run_ready(engine, request, monkeypatch)

    assert data == {"track": {"title": "One", "likes": 5}}


async def test_each_operation_of_a_document_is_ready(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = "query A { track { likes } } mutation B { rename { title likes } }"
    await engine.warm(document)

    requests = [GraphQLRequest(document=document, operation_name=name) for name in "AB"]
    answers = [await run_ready(engine, request, monkeypatch) for request in requests]

    assert answers == [{"track": {"likes": 5}}, {"rename": {"title": "One", "likes": 5}}]


async def test_conditions_are_ready_as_they_are_by_default(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = "query($all: Boolean = true) { track { title likes @include(if: $all) } }"
    await engine.warm(document)

    data = await run_ready(engine, GraphQLRequest(document=document), monkeypatch)
    other = await engine.execute(GraphQLRequest(document=document, variables={"all": False}), None)

    assert data == {"track": {"title": "One", "likes": 5}}
    assert other.data == {"track": {"title": "One"}}


async def test_conditions_without_a_default_are_left_to_who_asks(engine: Engine) -> None:
    document = "query($all: Boolean!) { track { title likes @include(if: $all) } }"
    await engine.warm(document)

    answers = [
        (await engine.execute(GraphQLRequest(document=document, variables={"all": value}), None))
        for value in (True, False) * 3
    ]

    assert [each.data for each in answers] == [
        {"track": {"title": "One", "likes": 5}},
        {"track": {"title": "One"}},
    ] * 3


@pytest.mark.parametrize(
    "document", ["{ track", "{ nothing }", "", "query A { track { id } } { x }"]
)
async def test_what_is_wrong_is_told_to_who_asks(document: str, engine: Engine) -> None:
    await engine.warm(document)

    response = await engine.execute(GraphQLRequest(document=document), None)

    assert response.errors
