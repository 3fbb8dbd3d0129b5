"""Who may learn of the schema: by introspection, by errors, and as text."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from graphql import build_schema, parse, print_schema
from graphql.execution.values import get_variable_values

from federation.engine import Engine
from tests.federation.federated import build_engine
from tests.federation.test_defer import SOURCES, TABLES
from tests.unit.web.parts import parts_in
from tests.unit.web.test_graphql_sse import events_in
from web.guards.schema_privacy import errors_without_schema

ANNA = {"authorization": "Bearer anna"}
NAMES = '{ __type(name: "Track") { name } }'
TYPO = "{ track { titel } }"
REFUSED = {
    "message": "The document does not fit the schema. Log in to be told where.",
    "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
}
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
        ("a field among many", "{ a b track { title } c }"),
        ("a field without its selection", "{ track }"),
        ("a selection where there is none", "{ track { title { id } } }"),
        ("an argument", "{ track(idd: 1) { title } }"),
        ("a value", "{ track(id: {a: 1}) { title } }"),
        ("a type", "{ track { ... on Trak { title } } }"),
        ("a type that cannot be there", "{ track { ... on Query { __typename } } }"),
        ("a variable of another type", "query($v: Int) { track(id: $v) { title } }"),
        ("a directive", "{ track @defre { title } }"),
        ("a fragment that is deferred", "{ track { ... @defer { titel } } }"),
    ],
)
async def test_a_wrong_document_is_refused_alike_whatever_is_wrong(
    _case, query, production
) -> None:
    plain = await production.post("/graphql", json={"query": query})
    known = await production.post("/graphql", json={"query": query}, headers=ANNA)
    by_get = await production.get("/graphql", params={"query": query})

    for answer in (plain, by_get):
        (error,) = answer.json()["errors"]
        error["extensions"].pop("requestId")
        assert error == REFUSED
    told = known.json()["errors"][0]
    assert told["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert told["message"] != REFUSED["message"]
    assert told["locations"]


async def test_a_wrong_variable_is_told_without_what_its_type_is_made_of(production) -> None:
    query = "query($i: Boolean!) { track { title @include(if: $i) } }"
    body = {"query": query, "variables": {"i": {"a": 1}}}

    plain = await production.post("/graphql", json=body)
    known = await production.post("/graphql", json=body, headers=ANNA)

    hidden, shown = (each.json()["errors"][0]["message"] for each in (plain, known))
    assert hidden == "Variable '$i' has invalid value."
    assert shown.startswith("Variable '$i' has invalid value: Boolean cannot represent")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Variable '$i' has invalid value."),
        ({"i": {"a": "; at .b: "}}, "Variable '$i' has invalid value at .a."),
        ({"i": {"a": 1, "b": {"e": "C"}}}, "Variable '$i' has invalid value at .b.e."),
        ({"i": {"a": 1, "c": 2}}, "Variable '$i' has invalid value."),
    ],
)
def test_what_is_told_of_a_variable_stands_in_the_request(given, told) -> None:
    schema = build_schema(
        "input I { a: Int! b: J } input J { e: E } enum E { A } type Query { f(i: I!): Int }"
    )
    asked = parse("query($i: I!) { f(i: $i) }").definitions[0]
    faults = get_variable_values(schema, asked.variable_definitions, given)
    errors = [
        {"message": each.message, "extensions": {"code": "BAD_USER_INPUT"}} for each in faults
    ]

    assert [each["message"] for each in errors_without_schema(errors)] == [told]


def test_a_refusal_of_a_subgraph_without_a_code_is_told_as_it_is() -> None:
    errors = [{"message": "no such channel", "extensions": {"subgraph": "ticks"}}]

    assert errors_without_schema(errors) == errors


async def test_a_wrong_name_in_a_deferred_part_is_told_to_who_may_see_the_schema(
    production,
) -> None:
    query = "{ track { id ... @defer { titel } } }"

    answers = [
        await production.post("/graphql", json={"query": query}, headers={**IN_PARTS, **more})
        for more in ({}, ANNA)
    ]

    hidden, shown = (parts_in(each.content)[0]["errors"][0]["message"] for each in answers)
    assert hidden == REFUSED["message"]
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
    assert answer.text.endswith(f"{print_schema(schema_engine.api_schema)}\n") is (status == 200)


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


@pytest.mark.parametrize("can_defer", [True, False])
async def test_the_schema_as_text_has_defer_where_parts_may_come_later(
    can_defer, open_client, schema_engine
) -> None:
    deferring = schema_engine if can_defer else None
    client = open_client(engine=schema_engine, schema=schema_engine, deferring=deferring)

    text = (await client.get("/schema.graphql")).text

    assert (build_schema(text).get_directive("defer") is not None) is can_defer


async def test_without_a_schema_there_is_no_text(client) -> None:
    assert (await client.get("/schema.graphql")).status_code == 404


@pytest.mark.parametrize("path", ["/graphql", "/schema.graphql"])
async def test_in_development_everyone_is_helped(path, open_client, schema_engine) -> None:
    client = open_client(engine=schema_engine, schema=schema_engine)

    told = (await client.get(path, params={"query": TYPO})).text
    schema_engine.close()

    assert ("Did you mean" in told) is (path == "/graphql")
    assert "title" in told
