"""Who may learn of the schema: by introspection, by suggestions, and as text."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from graphql import build_schema, print_schema

from federation.engine import Engine
from tests.federation.federated import build_engine
from tests.federation.test_defer import SOURCES, TABLES
from tests.unit.web.parts import parts_in
from tests.unit.web.test_graphql_sse import events_in

ANNA = {"authorization": "Bearer anna"}
NAMES = '{ __type(name: "Track") { name } }'
TYPO = "{ track { titel } }"
IN_PARTS = {"accept": "multipart/mixed;deferSpec=20220824"}


@pytest.fixture
def schema_engine() -> Engine:
    return build_engine(SOURCES, TABLES)


@pytest.fixture
async def production(
    open_client: Callable[..., httpx.AsyncClient], schema_engine: Engine
) -> AsyncIterator[httpx.AsyncClient]:
    """A front that hides its schema from those who are not logged in."""
    yield open_client(
        engine=schema_engine,
        schema=schema_engine,
        deferring=schema_engine,
        viewer_of=lambda token: "" if token == "anonymous" else token,
        is_schema_public=False,
    )
    schema_engine.close()


@pytest.mark.parametrize(
    "query",
    [
        NAMES,
        "{ __schema { types { name } } }",
        "{ track { title } ...S } fragment S on Query { x: __schema { types { name } } }",
        "{ track { ... @defer { title } } __schema { types { name } } }",
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_nobody_introspects_without_an_account(query, accept, production) -> None:
    answer = await production.post("/graphql", json={"query": query}, headers={"accept": accept})

    told = events_in(answer.text)[0][1] if accept == "text/event-stream" else answer.json()
    (error,) = told["errors"]
    assert error["extensions"]["code"] == "INTROSPECTION_REFUSED"
    assert "data" not in told


async def test_who_is_logged_in_introspects(production) -> None:
    answer = await production.post("/graphql", json={"query": NAMES}, headers=ANNA)

    assert answer.json() == {"data": {"__type": {"name": "Track"}}}


async def test_the_type_of_an_object_is_no_secret(production) -> None:
    answer = await production.post("/graphql", json={"query": "{ track { __typename } }"})

    assert answer.json() == {"data": {"track": {"__typename": "Track"}}}


@pytest.mark.parametrize(
    ("_case", "query"),
    [
        ("a field", TYPO),
        ("an argument", "{ track(idd: 1) { title } }"),
        ("a type", "{ track { ... on Trak { title } } }"),
        ("a directive", "{ track @defre { title } }"),
        ("a fragment that is deferred", "{ track { ... @defer { titel } } }"),
    ],
)
async def test_a_wrong_name_is_told_without_the_right_one(_case, query, production) -> None:
    plain = await production.post("/graphql", json={"query": query})
    known = await production.post("/graphql", json={"query": query}, headers=ANNA)
    by_get = await production.get("/graphql", params={"query": query})

    assert plain.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "Did you mean" not in plain.text + by_get.text
    assert (
        plain.json()["errors"][0]["message"]
        == known.json()["errors"][0]["message"].split(" Did you mean")[0]
    )


async def test_a_wrong_name_in_a_deferred_part_is_told_without_the_right_one(production) -> None:
    query = "{ track { id ... @defer { titel } } }"

    answers = [
        await production.post("/graphql", json={"query": query}, headers={**IN_PARTS, **more})
        for more in ({}, ANNA)
    ]

    hidden, shown = (parts_in(each.content)[0]["errors"][0]["message"] for each in answers)
    assert hidden == "Cannot query field 'titel' on type 'Track'."
    assert shown == "Cannot query field 'titel' on type 'Track'. Did you mean 'title' or 'likes'?"


@pytest.mark.parametrize(
    ("_case", "headers", "status"),
    [
        ("anonymous", {}, 403),
        ("known", ANNA, 200),
        ("a bad token", {"authorization": "Bearer bad"}, 401),
    ],
)
async def test_the_schema_as_text_is_for_those_who_may_introspect(
    _case, headers, status, production, schema_engine
) -> None:
    answer = await production.get("/schema.graphql", headers=headers)

    assert answer.status_code == status
    assert (answer.text == f"{print_schema(schema_engine.api_schema)}\n") is (status == 200)


async def test_the_schema_as_text_is_asked_about_by_its_tag(open_client, schema_engine) -> None:
    client = open_client(engine=schema_engine, schema=schema_engine)

    first = await client.get("/schema.graphql")
    tagged = {"if-none-match": first.headers["etag"]}
    again = await client.get("/schema.graphql", headers=tagged)
    schema_engine.api_schema = build_schema("type Query { other: Int }")
    changed = await client.get("/schema.graphql", headers=tagged)
    schema_engine.close()

    assert first.headers["content-type"] == "application/graphql; charset=utf-8"
    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert (changed.status_code, changed.text) == (200, "type Query {\n  other: Int\n}\n")


async def test_without_a_schema_there_is_no_text(client) -> None:
    assert (await client.get("/schema.graphql")).status_code == 404


@pytest.mark.parametrize("path", ["/graphql", "/schema.graphql"])
async def test_in_development_everyone_is_helped(path, open_client, schema_engine) -> None:
    client = open_client(engine=schema_engine, schema=schema_engine)

    told = (await client.get(path, params={"query": TYPO})).text
    schema_engine.close()

    assert ("Did you mean" in told) is (path == "/graphql")
    assert "title" in told
