"""GraphQL over HTTP: methods, media types, status codes, bounds."""

import json
from hashlib import sha256

import httpx
import pytest

from tests.unit.web.conftest import ADD, HELLO

NEW = "application/graphql-response+json"
OLD = "application/json"
ADD_HASH = sha256(ADD.encode()).hexdigest()
FROM_ELSEWHERE = {"origin": "https://evil.test"}


def code(answer: httpx.Response) -> str:
    """The code of the only error."""
    (error,) = answer.json()["errors"]
    return error["extensions"]["code"]


async def test_a_query_by_post_is_answered(client) -> None:
    answer = await client.post("/graphql", json={"query": HELLO})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.content == b'{"data":{"hello":"world"}}'


async def test_a_query_by_get_is_answered(client) -> None:
    query = {
        "query": "query A($t: String!) { echo(text: $t) } query B { hello }",
        "operationName": "A",
        "variables": '{"t": "ü"}',
        "extensions": "{}",
    }

    answer = await client.get("/graphql", params=query)

    assert answer.status_code == 200
    assert answer.json() == {"data": {"echo": "ü"}}


@pytest.mark.parametrize(
    ("_case", "accept", "expected"),
    [
        ("no wish", None, OLD),
        ("an empty wish", "", OLD),
        ("anything", "*/*", OLD),
        ("any application type", "application/*", OLD),
        ("the old type", OLD, OLD),
        ("the new type", NEW, NEW),
        ("the new type in utf-8", f"{NEW}; charset=utf-8", NEW),
        ("new before old", f"{NEW}, {OLD}", NEW),
        ("old before new", f"{OLD}, {NEW}", OLD),
        ("new weighs less", f"{NEW};q=0.5, {OLD};q=0.9", OLD),
        ("new weighs more", f"{OLD};q=0.5, {NEW};q=0.9", NEW),
        ("an event stream is possible, not preferred", f"{NEW}, text/event-stream", NEW),
        ("an event stream weighs less", "text/event-stream;q=0.1, */*", OLD),
        ("old is forbidden", f"{OLD};q=0, */*", NEW),
    ],
)
async def test_the_answer_has_the_type_that_the_client_prefers(
    _case, accept, expected, client
) -> None:
    client.headers.pop("accept")
    headers = {} if accept is None else {"accept": accept}

    answer = await client.post("/graphql", json={"query": HELLO}, headers=headers)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{expected}; charset=utf-8"
    assert answer.json() == {"data": {"hello": "world"}}


async def test_wishes_in_two_headers_add_up(client) -> None:
    client.headers.pop("accept")
    headers = [("accept", "image/png"), ("accept", NEW)]

    answer = await client.post("/graphql", json={"query": HELLO}, headers=headers)

    assert answer.headers["content-type"] == f"{NEW}; charset=utf-8"


async def test_a_type_that_nobody_serves_is_refused(client) -> None:
    answer = await client.post("/graphql", json={"query": HELLO}, headers={"accept": "image/png"})

    assert answer.status_code == 406
    assert code(answer) == "NOT_ACCEPTABLE"


@pytest.mark.parametrize(
    ("_case", "query", "expected"),
    [
        ("a syntax error", "{", "GRAPHQL_PARSE_FAILED"),
        ("an unknown field", "{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_request_error_is_400_in_the_new_type_and_200_in_the_old(
    _case, query, expected, client
) -> None:
    new = await client.post("/graphql", json={"query": query}, headers={"accept": NEW})
    old = await client.post("/graphql", json={"query": query}, headers={"accept": OLD})

    assert (new.status_code, old.status_code) == (400, 200)
    assert code(new) == code(old) == expected
    assert "data" not in new.json()


async def test_a_failed_field_is_an_answer_with_data(client) -> None:
    answer = await client.post(
        "/graphql", json={"query": "{ hello forbidden }"}, headers={"accept": NEW}
    )

    assert answer.status_code == 200
    assert answer.json() == {
        "errors": [
            {
                "message": "Only creators may do this.",
                "extensions": {
                    "code": "FORBIDDEN",
                    "details": {"role": "creator"},
                    "requestId": answer.headers["x-request-id"],
                },
                "locations": [{"line": 1, "column": 9}],
                "path": ["forbidden"],
            }
        ],
        "data": {"hello": "world", "forbidden": None},
    }


async def test_a_bug_is_masked(client) -> None:
    answer = await client.post("/graphql", json={"query": "{ broken }"})

    (error,) = answer.json()["errors"]
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"]["code"] == "INTERNAL"
    assert len(error["extensions"]["errorId"]) == 32
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("_case", "body"),
    [
        ("no body", b""),
        ("not JSON", b"{"),
        ("not UTF-8", b'{"query": "\xff"}'),
        ("a number", b"5"),
        ("a text", b'"{ hello }"'),
        ("null", b"null"),
        ("a batch", b'[{"query": "{ hello }"}]'),
        ("no document", b"{}"),
        ("an empty document", b'{"query": ""}'),
        ("a document that is no text", b'{"query": 1}'),
        ("variables as a list", b'{"query": "{ hello }", "variables": []}'),
        ("variables as a text", b'{"query": "{ hello }", "variables": "{}"}'),
        ("a numeric operation name", b'{"query": "{ hello }", "operationName": 1}'),
        ("extensions as a text", b'{"query": "{ hello }", "extensions": ""}'),
        ("a numeric id", b'{"documentId": 1}'),
        ("a broken Apollo hash", b'{"extensions": {"persistedQuery": {}}}'),
        ("a depth that no one needs", b"[" * 100_000),
    ],
)
async def test_a_body_that_is_no_graphql_request_is_400(_case, body, client, engine) -> None:
    answer = await client.post(
        "/graphql", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code == 400
    assert code(answer) == "BAD_REQUEST"
    assert engine.requests == []


@pytest.mark.parametrize(
    ("_case", "params"),
    [
        ("nothing asked", {}),
        ("variables that are not JSON", {"query": HELLO, "variables": "{"}),
        ("variables that are no object", {"query": HELLO, "variables": "[]"}),
        ("extensions that are not JSON", {"query": HELLO, "extensions": "x"}),
    ],
)
async def test_a_query_string_that_is_no_graphql_request_is_400(_case, params, client) -> None:
    answer = await client.get("/graphql", params=params)

    assert answer.status_code == 400
    assert code(answer) == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("_case", "content_type"),
    [
        ("none", None),
        ("text", "text/plain"),
        ("a form", "application/x-www-form-urlencoded"),
        ("an upload", "multipart/form-data; boundary=x"),
        ("an exotic charset", "application/json; charset=utf-7"),
        ("a charset of two bytes", "application/json; charset=utf-16"),
        ("JSON in a parameter only", "text/plain; a=application/json"),
    ],
)
async def test_other_bodies_than_json_in_utf8_are_415(_case, content_type, client) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    body = json.dumps({"query": HELLO}).encode()

    answer = await client.post("/graphql", content=body, headers=headers)

    assert answer.status_code == 415
    assert code(answer) == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", 'APPLICATION/JSON;charset="UTF-8"']
)
async def test_utf8_may_be_named(content_type, client) -> None:
    body = json.dumps({"query": HELLO}).encode()

    answer = await client.post("/graphql", content=body, headers={"content-type": content_type})

    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
async def test_other_methods_are_405(method, client) -> None:
    answer = await client.request(method, "/graphql")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


async def test_a_mutation_by_get_is_405_and_changes_nothing(client, engine) -> None:
    answer = await client.get("/graphql", params={"query": "mutation { add(amount: 1) }"})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert engine.total == 0


async def test_a_subscription_needs_a_stream(client, engine) -> None:
    answer = await client.post("/graphql", json={"query": "subscription { forever }"})

    assert answer.status_code == 400
    assert code(answer) == "SUBSCRIPTION_NOT_SUPPORTED"
    assert engine.requests == []


async def test_an_operation_may_set_a_cookie(client) -> None:
    answer = await client.post(
        "/graphql", json={"query": HELLO}, headers={"authorization": "Bearer cookie-setter"}
    )

    assert answer.headers["set-cookie"] == "session=anna; HttpOnly"


@pytest.mark.parametrize(
    ("_case", "offered", "is_kept"),
    [
        ("a harmless id", "proxy-1234", True),
        ("too short", "a", False),
        ("with a space", "a b c d e f", False),
        ("too long", "a" * 65, False),
    ],
)
async def test_a_request_id_is_kept_where_it_is_harmless(_case, offered, is_kept, client) -> None:
    answer = await client.post("/graphql", json={"query": HELLO}, headers={"x-request-id": offered})

    assert (answer.headers["x-request-id"] == offered) is is_kept


@pytest.mark.parametrize(
    ("_case", "development", "header", "explained"),
    [
        ("asked in development", True, "plan", True),
        ("asked in production", False, "plan", False),
        ("something else asked", True, "yes", False),
    ],
)
async def test_plan_and_statements_are_told_in_development_only(
    _case, development, header, explained, open_client
) -> None:
    client = open_client(development=development, count_statements=lambda _context: 7)

    answer = await client.post("/graphql", json={"query": HELLO}, headers={"tutti-explain": header})

    told = {"explain": {"fetches": [], "statements": 7}}
    assert (answer.json().get("extensions") == told) is explained


async def test_texts_beyond_the_basic_plane_are_answered(client) -> None:
    answer = await client.post(
        "/graphql",
        content=b'{"query": "query($t: String!) { echo(text: $t) }", '
        b'"variables": {"t": "\\ud83c\\udfb5"}}',
        headers={"content-type": "application/json"},
    )

    assert answer.json() == {"data": {"echo": "🎵"}}


@pytest.mark.parametrize(
    ("_case", "sent"),
    [
        ("by name", {"documentId": "add"}),
        ("by hash", {"documentId": f"sha256:{ADD_HASH}"}),
        (
            "as Apollo does",
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": ADD_HASH}}},
        ),
    ],
)
async def test_a_document_is_found_by_its_id(_case, sent, client) -> None:
    answer = await client.post("/graphql", json={**sent, "variables": {"amount": 2}})

    assert answer.json() == {"data": {"add": 2}}


async def test_a_document_is_found_by_its_id_in_a_get(client) -> None:
    answer = await client.get("/graphql", params={"documentId": "home"})

    assert answer.json() == {"data": {"hello": "world"}}
