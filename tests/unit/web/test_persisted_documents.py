"""Every way to ask for a document without sending it, and who may send one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from domain.users.manifests import hash_of
from tests.unit.web.known import HELLO, PARTNER_KEY, SANDBOX_KEY, WEB_HELLO
from web.documents.persisted_documents import (
    ManifestError,
    print_manifest,
    read_folder,
    read_manifest,
)

HELLO_HASH = hash_of(HELLO)
WEB_HASH = hash_of(WEB_HELLO)
AS_PARTNER = {"x-api-key": PARTNER_KEY}
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": "abc", "name": "Hello", "type": "query", "body": HELLO}],
}


def write(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(value))
    return path


@pytest.mark.parametrize(
    ("_case", "manifest", "document_id"),
    [
        ("a plain manifest, by id", {"hello": HELLO}, "hello"),
        ("a plain manifest, by hash", {"hello": HELLO}, HELLO_HASH),
        ("a plain manifest, by named hash", {"hello": HELLO}, f"sha256:{HELLO_HASH}"),
        ("Apollo's manifest, by id", APOLLO, "abc"),
        ("Apollo's manifest, by hash", APOLLO, HELLO_HASH),
    ],
)
def test_a_document_is_found(_case, manifest, document_id, tmp_path) -> None:
    path = write(tmp_path, "manifest.json", manifest)

    assert read_manifest(path).find_document(document_id) == HELLO


@pytest.mark.parametrize(
    ("_case", "text", "complaint"),
    [
        ("missing", None, "No such file or directory"),
        ("of no format", "[]", "A manifest is a JSON object."),
        ("with a wrong operation", '{"a": 1}', "The document is not a text."),
    ],
)
def test_a_manifest_file_that_cannot_be_used_is_refused(_case, text, complaint, tmp_path) -> None:
    path = tmp_path / "manifest.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ManifestError) as refused:
        read_manifest(path)

    assert str(refused.value) == f"{path}: {complaint}"


def test_a_folder_of_operations_is_a_manifest(tmp_path) -> None:
    (tmp_path / "b.graphql").write_text("{ b }\n")
    (tmp_path / "a.graphql").write_text("{ a }\n")
    (tmp_path / "readme.md").write_text("not an operation")

    printed = print_manifest(read_folder(tmp_path))

    assert printed == '{\n  "a": "{ a }\\n",\n  "b": "{ b }\\n"\n}\n'


async def test_a_partner_runs_its_documents(client) -> None:
    answer = await client.post("/graphql", json={"documentId": "greeting"}, headers=AS_PARTNER)

    assert answer.json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize(
    ("_case", "sent", "status", "code"),
    [
        ("free text", {"query": HELLO}, 403, "PERSISTED_DOCUMENT_REQUIRED"),
        (
            "free text beside an id",
            {"query": HELLO, "documentId": f"sha256:{HELLO_HASH}"},
            403,
            "PERSISTED_DOCUMENT_REQUIRED",
        ),
        (
            "a document of ours that is not in its manifest",
            {"documentId": "home"},
            400,
            "PERSISTED_QUERY_NOT_FOUND",
        ),
    ],
)
async def test_a_partner_runs_nothing_else(_case, sent, status, code, client, engine) -> None:
    answer = await client.post("/graphql", json=sent, headers=AS_PARTNER)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    assert engine.requests == []


async def test_an_unknown_key_is_401(client, engine) -> None:
    answer = await client.post(
        "/graphql", json={"documentId": "greeting"}, headers={"x-api-key": "stolen"}
    )

    assert answer.status_code == 401
    assert engine.requests == []


async def test_a_sandbox_key_sends_text_and_runs_queries_only(client, engine) -> None:
    as_sandbox = {"x-api-key": SANDBOX_KEY}

    query = await client.post("/graphql", json={"query": HELLO}, headers=as_sandbox)
    mutation = await client.post(
        "/graphql", json={"query": "mutation { add(amount: 1) }"}, headers=as_sandbox
    )

    assert query.json() == {"data": {"hello": "world"}}
    assert mutation.status_code == 403
    assert engine.total == 0


@pytest.mark.parametrize(
    ("_case", "sent"),
    [
        ("by its id", {"documentId": "web.hello"}),
        ("by its hash", {"documentId": f"sha256:{WEB_HASH}"}),
        ("as Relay's examples do", {"doc_id": "web.hello"}),
        ("as other Relay clients do", {"id": "web.hello"}),
        ("by two names for one id", {"id": "web.hello", "documentId": "web.hello"}),
        ("by Apollo's hash", {"extensions": {"persistedQuery": {"sha256Hash": WEB_HASH}}}),
    ],
)
async def test_a_published_operation_is_asked_for(_case, sent, client) -> None:
    by_body = await client.post("/graphql", json=sent)
    by_get = await client.get(
        "/graphql",
        params={
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in sent.items()
        },
    )

    assert by_body.json() == by_get.json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize("document_id", ["web.hello", f"sha256:{WEB_HASH}", f"sha256%3A{WEB_HASH}"])
async def test_an_operation_has_an_address(document_id, client) -> None:
    path = f"/graphql/o/{document_id}"

    by_get = await client.get(path)
    by_post = await client.post(path, json={"variables": {}})

    assert by_get.json() == by_post.json() == {"data": {"hello": "world"}}
    assert by_get.headers["x-content-type-options"] == "nosniff"


async def test_variables_stand_behind_the_address(client) -> None:
    variables = {"amount": 3}

    by_get = await client.get("/graphql/o/add", params={"variables": json.dumps(variables)})
    by_post = await client.post("/graphql/o/add", json={"variables": variables})

    assert by_get.status_code == 405
    assert by_post.json() == {"data": {"add": 3}}


@pytest.mark.parametrize(
    ("_case", "path", "sent", "code"),
    [
        ("nobody's id", "/graphql/o/none", {}, "PERSISTED_QUERY_NOT_FOUND"),
        ("no id", "/graphql/o/", {}, "PERSISTED_QUERY_NOT_FOUND"),
        ("two ids", "/graphql/o/home", {"documentId": "add"}, "BAD_REQUEST"),
        ("two names of ids", "/graphql", {"documentId": "add", "id": "home"}, "BAD_REQUEST"),
        ("an id that is no text", "/graphql", {"doc_id": 1}, "BAD_REQUEST"),
        ("text that is another's", "/graphql/o/home", {"query": HELLO}, "BAD_REQUEST"),
        (
            "a hash that is none",
            "/graphql",
            {"extensions": {"persistedQuery": {"sha256Hash": "ab"}}},
            "BAD_REQUEST",
        ),
        (
            "another version of Apollo's protocol",
            "/graphql",
            {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}},
            "BAD_REQUEST",
        ),
    ],
)
async def test_an_unclear_request_is_refused(_case, path, sent, code, client, engine) -> None:
    answer = await client.post(path, json=sent)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    assert engine.requests == []


@pytest.mark.parametrize("version", [{}, {"version": 1}])
async def test_a_text_is_kept_when_it_comes_with_its_hash(version, client) -> None:
    text = "query Late { hello }"
    persisted = {"persistedQuery": {"sha256Hash": hash_of(text), **version}}

    first = await client.post("/graphql", json={"extensions": persisted})
    second = await client.post("/graphql", json={"query": text, "extensions": persisted})
    third = await client.get("/graphql", params={"extensions": json.dumps(persisted)})

    assert first.status_code == 200
    assert_error(first, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
    assert second.json() == third.json() == {"data": {"hello": "world"}}


async def test_the_newer_media_type_tells_of_a_missing_text_by_its_status(client) -> None:
    answer = await client.post(
        "/graphql",
        json={"extensions": {"persistedQuery": {"sha256Hash": "0" * 64}}},
        headers={"accept": "application/graphql-response+json"},
    )

    assert answer.status_code == 400
    assert_error(answer, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")


async def test_nobody_keeps_a_text_under_the_hash_of_another(client, engine) -> None:
    others = hash_of("query Others { hello }")
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": others}}
    poison = {"query": HELLO, "documentId": f"sha256:{HELLO_HASH}", "extensions": persisted}

    refused = await client.post("/graphql", json=poison)
    asked = await client.post("/graphql", json={"extensions": persisted})

    assert refused.status_code == 400
    assert_error(asked, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
    assert engine.requests == []


async def test_what_cannot_be_read_is_not_kept(client) -> None:
    text = "query Broken {"
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}

    await client.post("/graphql", json={"query": text, "extensions": persisted})
    answer = await client.post("/graphql", json={"extensions": persisted})

    assert_error(answer, "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")


@pytest.mark.parametrize(("digest", "status"), [(HELLO_HASH, 200), ("0" * 64, 400)])
async def test_text_and_hash_must_belong_together(digest, status, client) -> None:
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": digest}}

    answer = await client.post("/graphql", json={"query": HELLO, "extensions": persisted})
    again = await client.post("/graphql", json={"extensions": persisted})

    assert answer.status_code == status
    assert again.json().get("data") == ({"hello": "world"} if status == 200 else None)


@pytest.mark.parametrize(
    ("_case", "changes", "headers"),
    [
        ("nothing is kept for anybody", {"automatic": None}, {}),
        ("free text is off for all", {"persisted_only": frozenset("*")}, {}),
        (
            "free text is off for this client",
            {"persisted_only": frozenset({"web"})},
            {"graphql-client-name": "web"},
        ),
        ("the client is a partner", {}, AS_PARTNER),
    ],
)
async def test_apollos_clients_are_told_where_no_text_is_kept(
    _case, changes, headers, open_client, parts
) -> None:
    client = open_client(documents=replace(parts.documents, **changes))
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}

    answer = await client.post("/graphql", json={"extensions": persisted}, headers=headers)

    assert answer.status_code == 200
    assert_error(answer, "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")


@pytest.mark.parametrize(
    ("_case", "persisted_only", "headers", "status"),
    [
        ("nobody is listed", (), {"graphql-client-name": "web"}, 200),
        ("another is listed", ("ios",), {"graphql-client-name": "web"}, 200),
        ("it is listed", ("web",), {"graphql-client-name": "web"}, 403),
        ("it is listed, in Apollo's spelling", ("web",), {"apollographql-client-name": "web"}, 403),
        ("all are", ("*",), {}, 403),
    ],
)
async def test_free_text_is_switched_off_by_client(
    _case, persisted_only, headers, status, open_client, parts, engine
) -> None:
    documents = replace(parts.documents, persisted_only=frozenset(persisted_only))
    client = open_client(documents=documents)

    text = await client.post("/graphql", json={"query": HELLO}, headers=headers)
    known = await client.post("/graphql", json={"documentId": "web.hello"}, headers=headers)

    assert text.status_code == status
    assert known.json() == {"data": {"hello": "world"}}
    assert len(engine.requests) == (2 if status == 200 else 1)


def test_the_examples_manifest_tells_of_every_example() -> None:
    folder = Path("examples/operations")

    assert (folder / "manifest.json").read_text() == print_manifest(read_folder(folder))


def assert_error(answer, message: str, code: str) -> None:
    """The one error as Apollo's clients compare it."""
    (error,) = answer.json()["errors"]
    assert error["message"] == message
    assert error["extensions"]["code"] == code
