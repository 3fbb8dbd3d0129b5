"""Manifests, and partners who run nothing else."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.unit.web.conftest import HELLO, PARTNER_KEY
from web.persisted_documents import (
    ManifestError,
    print_manifest,
    read_folder,
    read_manifest,
    read_partner_keys,
)

HELLO_HASH = sha256(HELLO.encode()).hexdigest()
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
        ("not JSON", "{", "not JSON"),
        ("a list", "[]", "a manifest is a JSON object"),
        ("a document that is no text", '{"a": 1}', "the document of 'a' is not a text"),
        ("another format", '{"format": "x"}', "the format of this manifest is not known"),
        (
            "an operation without a body",
            '{"format": "apollo-persisted-query-manifest", "operations": [{"id": "a"}]}',
            "each operation needs `id` and `body`",
        ),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(_case, text, complaint, tmp_path) -> None:
    path = tmp_path / "manifest.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ManifestError) as refused:
        read_manifest(path)

    assert complaint in str(refused.value)


def test_partners_are_read_with_their_manifests(tmp_path) -> None:
    write(tmp_path, "acme.json", {"hello": HELLO})
    digest = sha256(b"acme-key").hexdigest()
    entry = {"id": "acme", "hash": digest, "manifest": "acme.json"}
    keys = read_partner_keys(write(tmp_path, "keys.json", {"keys": [entry]}))

    partner = keys.find_partner("acme-key")

    assert partner is not None
    assert partner.id == "acme"
    assert partner.manifest.find_document("hello") == HELLO
    assert keys.find_partner(None) is None


@pytest.mark.parametrize(
    ("_case", "keys", "complaint"),
    [
        ("no list", {}, "`keys` must be a list"),
        ("an entry that is no object", {"keys": [1]}, "key 0 needs"),
        ("no manifest", {"keys": [{"id": "a", "hash": "0" * 64}]}, "key 0 needs"),
        (
            "a key instead of its hash",
            {"keys": [{"id": "a", "hash": "secret", "manifest": "m.json"}]},
            "`hash` of 'a' is no SHA-256",
        ),
    ],
)
def test_a_key_file_that_cannot_be_used_is_refused(_case, keys, complaint, tmp_path) -> None:
    path = write(tmp_path, "keys.json", keys)

    with pytest.raises(ManifestError) as refused:
        read_partner_keys(path)

    assert complaint in str(refused.value)


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


async def test_an_unknown_id_is_told_as_apollo_clients_expect(client) -> None:
    sent = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}

    answer = await client.post("/graphql", json=sent)

    (error,) = answer.json()["errors"]
    assert answer.status_code == 400
    assert error["message"] == "PersistedQueryNotFound"
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(("digest", "status"), [(HELLO_HASH, 200), ("0" * 64, 400)])
async def test_text_and_hash_must_belong_together(digest, status, client) -> None:
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": digest}}

    answer = await client.post("/graphql", json={"query": HELLO, "extensions": persisted})

    assert answer.status_code == status


def test_the_examples_manifest_tells_of_every_example() -> None:
    folder = Path("examples/operations")

    assert (folder / "manifest.json").read_text() == print_manifest(read_folder(folder))
