"""Manifests of both formats, and what is wrong with those that cannot be used."""

import json

import pytest

from domain.users.manifests import MANIFEST_BYTES_MAX, ManifestEntry, hash_of, parse_manifest
from errors import ManifestRefused

HELLO = "query Hello { hello }"
HASH = hash_of(HELLO)


def apollo(*operations: object, version: int = 1) -> str:
    return json.dumps(
        {
            "format": "apollo-persisted-query-manifest",
            "version": version,
            "operations": operations,
        }
    )


def faults_of(text: str) -> list[tuple[str | None, str]]:
    with pytest.raises(ManifestRefused) as refused:
        parse_manifest(text)
    return [(fault.about, fault.message) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("_case", "document_id"),
    [
        ("a name", "Hello_1.0-a~b"),
        ("an MD5 as Relay makes it", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a bare hash as Apollo's generator makes it", HASH),
        ("a prefixed hash", f"sha256:{HASH}"),
        ("a prefix of an application's own", "x-web:Hello"),
    ],
)
def test_the_ids_of_the_draft_are_taken(_case, document_id) -> None:
    entries = parse_manifest(json.dumps({document_id: HELLO}))

    assert entries == [ManifestEntry(id=document_id, body=HELLO)]
    assert entries[0].sha256 == HASH


def test_apollos_format_tells_name_and_type() -> None:
    operation = {"id": HASH, "body": HELLO, "name": "Hello", "type": "query"}

    assert parse_manifest(apollo(operation, operation)) == [
        ManifestEntry(id=HASH, body=HELLO, name="Hello", kind="query")
    ]


@pytest.mark.parametrize(
    ("_case", "text", "complaint"),
    [
        ("no JSON", "{", "The manifest is not JSON"),
        ("too deep", "[" * 100_000, "The manifest is not JSON"),
        ("a list", "[]", "A manifest is a JSON object."),
        ("nothing in it", "{}", "The manifest has no operations."),
        ("another version", apollo(version=2), "The format must be"),
        ("another format", '{"format": "x"}', "The format must be"),
        ("too many bytes", " " * (MANIFEST_BYTES_MAX + 1), "A manifest has at most 16777216 bytes"),
    ],
)
def test_a_manifest_of_neither_format_is_refused(_case, text, complaint) -> None:
    ((about, message),) = faults_of(text)

    assert about is None
    assert message.startswith(complaint)


def test_all_faults_are_told_at_once() -> None:
    wrong_hash = f"sha256:{'0' * 64}"
    text = apollo(
        {"id": wrong_hash, "body": HELLO},
        {"id": "with space", "body": HELLO},
        {"id": "md5:abc", "body": HELLO},
        {"id": "twice", "body": HELLO},
        {"id": "twice", "body": "{ other }"},
        {"id": "no-body"},
        "no object",
    )

    told = faults_of(text)

    assert (wrong_hash, f"The text has another hash: {HASH}.") in told
    assert ("twice", "The id stands twice, for different operations.") in told
    assert (None, "Operation 5 needs the texts `id` and `body`.") in told
    assert (None, "Operation 6 needs the texts `id` and `body`.") in told
    assert sorted(str(about) for about, _ in told) == sorted(
        [wrong_hash, "with space", "md5:abc", "twice", "None", "None"]
    )
