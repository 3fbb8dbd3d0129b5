"""The six subgraphs, each served alone: what any router asks of them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import DirectiveNode, ObjectTypeDefinitionNode, StringValueNode, parse

from adapters.storage.signing import UrlSigner
from db.engine import DOMAINS, Databases
from federation.compose.compose import SubgraphSource, compose
from schema.ids import print_id
from subgraphs.registry import SUBGRAPHS
from tests.conftest import FakeOutside
from tests.databases import copy_sqlite_database
from tests.e2e.catalogue import write_catalogue, write_people
from tests.e2e.house import fake_base
from tests.federation.compatibility.served import SERVICE, ask, entities, serve_subgraphs

SDL = Path("schema/sdl")
NAMES = [each.name for each in SUBGRAPHS]
PRESENT = {
    "Album": ("album-00000", "title", "Album 0"),
    "Artist": ("artist-00000", "name", None),
    "Comment": ("0000-comment-00000", "body", "Comment 0"),
    "Token": ("token-00000", "tokenId", "1"),
    "Track": ("track-00000", "title", None),
    "User": ("user-00", "username", "user-00"),
}
"""Entities of the catalogue that anybody may see: id, a field, and its value where it is fixed."""


@pytest.fixture
async def served(
    sqlite_template: Path, tmp_path: Path, outside: FakeOutside
) -> AsyncIterator[dict[str, str]]:
    """All six over HTTP, on a small catalogue; the address of each."""
    url = copy_sqlite_database(sqlite_template, tmp_path)
    databases = Databases(dict.fromkeys(DOMAINS, url))
    await write_people(databases)
    await write_catalogue(databases, range(10))
    base = fake_base(databases, outside, UrlSigner([b"a secret of the tests, long enough"]))
    async with serve_subgraphs(SUBGRAPHS, base) as urls:
        yield urls
    await databases.close()


def resolvable_entities(name: str) -> list[str]:
    """The types of a subgraph's SDL with a key that it resolves itself."""
    found = []
    for node in parse((SDL / f"{name}.graphql").read_text()).definitions:
        if isinstance(node, ObjectTypeDefinitionNode):
            keys = [each for each in node.directives or () if each.name.value == "key"]
            if any(_is_resolvable(key) for key in keys):
                found.append(node.name.value)
    return found


def _is_resolvable(key: DirectiveNode) -> bool:
    arguments = {each.name.value: each.value for each in key.arguments}
    fields = arguments["fields"]
    assert isinstance(fields, StringValueNode)
    assert fields.value == "id", "each entity's key is its id"
    return getattr(arguments.get("resolvable"), "value", True) is True


ENTITIES = [(name, entity) for name in NAMES for entity in resolvable_entities(name)]


async def test_what_they_tell_of_themselves_composes_to_the_supergraph(
    served: dict[str, str],
) -> None:
    told = {
        name: (await ask(url, SERVICE))["data"]["_service"]["sdl"] for name, url in served.items()
    }

    composed = compose([SubgraphSource(name=name, sdl=sdl) for name, sdl in told.items()])

    assert {name: f"{sdl}\n" for name, sdl in told.items()} == {
        name: (SDL / f"{name}.graphql").read_text() for name in NAMES
    }
    assert composed.sdl.strip() == (SDL / "supergraph.graphql").read_text().strip()


@pytest.mark.parametrize("name", NAMES)
def test_the_sdl_links_one_federation_spec_and_imports_what_it_uses(name: str) -> None:
    sdl = (SDL / f"{name}.graphql").read_text()
    links = re.findall(r'@link\(url: "https://specs.apollo.dev/federation[^)]*\)', sdl)

    assert len(links) == 1
    assert "federation/v2.9" in links[0]
    for directive in ("@key", "@shareable", "@interfaceObject", "@composeDirective"):
        is_used = f" {directive}" in sdl.replace(links[0], "")
        assert (f'"{directive}"' in links[0]) == is_used


@pytest.mark.parametrize(("name", "entity"), ENTITIES)
async def test_each_entity_is_found_by_its_key_beside_a_null_and_an_unknown_type(
    served: dict[str, str], name: str, entity: str
) -> None:
    key = _known_id(entity)
    missing = print_id(entity if entity != "Playable" else "Track", "missing")

    answer = await entities(
        served[name],
        f"__typename ... on {entity} {{ id }}",
        {"__typename": entity, "id": key},
        {"__typename": "Stranger", "id": key},
        {"__typename": entity, "id": missing},
        {"__typename": entity, "id": "no id at all"},
        {"__typename": entity, "id": key},
    )

    found = answer["data"]["_entities"]
    is_public = entity in {*PRESENT, "Playable"}
    expected = {"__typename": entity, "id": key} if is_public else None
    assert (found[0], found[1], found[3], found[4]) == (expected, None, None, expected)
    assert found[2] in (None, {"__typename": entity, "id": missing})
    failed = {error["path"][1] for error in answer.get("errors", [])}
    assert 1 in failed
    assert 0 not in failed or not is_public


def _known_id(entity: str) -> str:
    if entity in PRESENT:
        return print_id(entity, PRESENT[entity][0])
    return print_id("Track" if entity == "Playable" else entity, "track-00000")


async def test_one_call_finds_entities_of_several_types_in_order(served: dict[str, str]) -> None:
    asked = [
        {"__typename": entity, "id": print_id(entity, PRESENT[entity][0])}
        for entity in ("Track", "Album", "Artist", "Track")
    ]

    answer = await entities(
        served["media"],
        "__typename ... on Track { id title } ... on Album { id title } ... on Artist { id name }",
        *asked,
    )

    assert "errors" not in answer
    found = answer["data"]["_entities"]
    assert [{"__typename": each["__typename"], "id": each["id"]} for each in found] == asked
    assert found[0] == found[3]


async def test_no_representations_are_no_entities(served: dict[str, str]) -> None:
    answer = await entities(served["users"], "__typename")

    assert answer == {"data": {"_entities": []}}


@pytest.mark.parametrize(
    "representation", [{}, {"id": "x"}, {"__typename": 7}, {"__typename": None}]
)
async def test_a_representation_that_names_no_type_fails_alone(
    served: dict[str, str], representation: dict[str, Any]
) -> None:
    key = print_id("User", "user-00")

    answer = await entities(
        served["users"],
        "... on User { username }",
        representation,
        {"__typename": "User", "id": key},
    )

    assert answer["data"]["_entities"] == [None, {"username": "user-00"}]
    assert [error["path"] for error in answer["errors"]] == [["_entities", 0]]


@pytest.mark.parametrize("name", NAMES)
async def test_calls_without_the_gateways_signature_are_refused(
    served: dict[str, str], name: str
) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(served[name], json={"query": SERVICE})

    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in answer.json()


async def test_tracing_in_apollos_first_format_is_asked_for_in_vain(
    served: dict[str, str],
) -> None:
    headers = {"apollo-federation-include-trace": "ftv1"}

    answer = await ask(served["users"], "{ __typename }", headers=headers)

    assert answer == {"data": {"__typename": "Query"}}
