"""Our gateway as the router over Strawberry subgraphs that use every directive."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema

from adapters.storage.signing import UrlSigner
from db.engine import Databases
from federation.compose.compose import SubgraphSource, compose
from tests.conftest import FakeOutside
from tests.e2e.house import fake_base
from tests.federation.compatibility.served import SERVICE, ask, entities, serve_subgraphs
from tests.federation.compatibility.workshop import SUBGRAPHS
from tests.integration.federation.general import General, general_gateway
from web.general_gateway import GatewayOptions

LUTE = {"__typename": "Instrument", "id": "lute"}


@pytest.fixture
async def served(outside: FakeOutside) -> AsyncIterator[dict[str, str]]:
    """The workshop over HTTP; the address of each subgraph."""
    base = fake_base(Databases({}), outside, UrlSigner([b"a secret of the tests, long enough"]))
    async with serve_subgraphs(SUBGRAPHS, base, is_unsigned_allowed=True) as urls:
        yield urls


@pytest.fixture
async def supergraph(served: dict[str, str]) -> str:
    """What the subgraphs tell of themselves, composed."""
    sources = [
        SubgraphSource(name=name, url=url, sdl=(await ask(url, SERVICE))["data"]["_service"]["sdl"])
        for name, url in served.items()
    ]
    return compose(sources).sdl


@pytest.fixture
async def gateway(supergraph: str, tmp_path: Path) -> AsyncIterator[General]:
    """The general gateway over the supergraph."""
    path = tmp_path / "supergraph.graphql"
    path.write_text(supergraph)
    async with general_gateway(path, GatewayOptions()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("_case", "part"),
    [
        ("@link", '@link(url: "https://specs.apollo.dev/federation/v2.11", import:'),
        ("@key single", 'type Maker @key(fields: "email")'),
        ("@key multiple", 'type RetiredInstrument @key(fields: "serial brand")'),
        ("@key composite", 'type Study @key(fields: "case { number }")'),
        (
            "@key repeated",
            '@key(fields: "id") @key(fields: "serial brand") @key(fields: "serial variant { id }")',
        ),
        ("@key not resolvable", 'type Instrument @key(fields: "id", resolvable: false)'),
        ("@external", "builtCount: Int @external"),
        ("@requires", 'builtPerYear: Int @requires(fields: "builtCount yearsActive")'),
        ("@provides", 'madeBy: Maker @provides(fields: "builtCount")'),
        ("@shareable", "type Size @shareable"),
        ("@override", 'name: String! @override(from: "makers")'),
        ("@tag", 'notes: String @tag(name: "internal")'),
        ("@inaccessible", "unit: String! @inaccessible"),
        ("@interfaceObject", 'type Stock @key(fields: "id") @interfaceObject'),
        ("@composeDirective", '@composeDirective(name: "@sheen")'),
        ("a directive of its own", "directive @sheen(coats: Int!) on OBJECT"),
    ],
)
async def test_the_served_sdl_states_each_directive(
    served: dict[str, str], _case: str, part: str
) -> None:
    sdls = [(await ask(url, SERVICE))["data"]["_service"]["sdl"] for url in served.values()]

    assert any(part in " ".join(sdl.split()) for sdl in sdls)


@pytest.mark.parametrize(
    ("_case", "selections", "representation", "expected"),
    [
        (
            "a single key",
            "... on Maker { email name }",
            {"__typename": "Maker", "email": "ada@tutti.example"},
            {"email": "ada@tutti.example", "name": "Ada Luthier"},
        ),
        (
            "a key of two fields",
            "... on RetiredInstrument { reason }",
            {"__typename": "RetiredInstrument", "serial": "lute-1", "brand": "old tutti"},
            {"reason": "Strings are no longer made"},
        ),
        (
            "a nested key",
            "... on Study { case { number note } }",
            {"__typename": "Study", "case": {"number": "12"}},
            {"case": {"number": "12", "note": "Resonance"}},
        ),
        ("the first of three keys", "... on Instrument { serial }", LUTE, {"serial": "lute-2"}),
        (
            "the second",
            "... on Instrument { id }",
            {"__typename": "Instrument", "serial": "lute-2", "brand": "tutti"},
            {"id": "lute"},
        ),
        (
            "the third",
            "... on Instrument { id }",
            {"__typename": "Instrument", "serial": "lute-2", "variant": {"id": "alto"}},
            {"id": "lute"},
        ),
        (
            "a key with what is required",
            "... on Maker { builtPerYear }",
            {
                "__typename": "Maker",
                "email": "ada@tutti.example",
                "builtCount": 1_500,
                "yearsActive": 10,
            },
            {"builtPerYear": 150},
        ),
        (
            "an interface object",
            "__typename ... on Stock { id retired { serial } }",
            {"__typename": "Stock", "id": "w1"},
            {"__typename": "Stock", "id": "w1", "retired": [{"serial": "lute-1"}]},
        ),
    ],
)
async def test_an_entity_is_found_by_each_of_its_keys(
    served: dict[str, str], _case: str, selections: str, representation: Any, expected: Any
) -> None:
    answer = await entities(served["catalog"], selections, representation)

    assert answer == {"data": {"_entities": [expected]}}


async def test_errors_stay_with_the_representation_that_has_them(served: dict[str, str]) -> None:
    answer = await entities(
        served["catalog"],
        "... on Instrument { id } ... on Study { outcome }",
        {"__typename": "Stranger", "id": "lute"},
        LUTE,
        {"__typename": "Study", "case": {}},
        {"__typename": "Instrument", "id": "missing"},
        {"__typename": "Variant", "id": "alto"},
    )

    assert answer["data"]["_entities"] == [None, {"id": "lute"}, None, None, None]
    paths = sorted(error["path"] for error in answer["errors"])
    assert paths == [["_entities", 0], ["_entities", 2], ["_entities", 4]]


async def test_what_is_inaccessible_is_there_for_the_router_alone(
    served: dict[str, str], gateway: General
) -> None:
    document = '{ instrument(id: "lute") { size { unit } } }'

    inside = await ask(served["catalog"], document)
    outside = await gateway.ask(document)

    assert inside == {"data": {"instrument": {"size": {"unit": "kg"}}}}
    assert outside["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "data" not in outside


async def test_the_supergraph_keeps_tags_and_composed_directives(supergraph: str) -> None:
    flat = " ".join(supergraph.split())

    assert 'notes: String @join__field(graph: CATALOG) @tag(name: "internal")' in flat
    assert "@sheen(coats: 3)" in flat
    assert "https://tutti.example/sheen/v1.0" in flat
    build_schema(supergraph, assume_valid_sdl=True)


@pytest.mark.parametrize(
    ("_case", "document", "expected"),
    [
        (
            "@shareable",
            '{ instrument(id: "lute") { size { length weight } } }',
            {"instrument": {"size": {"length": 0.8, "weight": 1.5}}},
        ),
        (
            "@override takes the field from the other subgraph",
            '{ maker(email: "ada@tutti.example") { name yearsActive } }',
            {"maker": {"name": "Ada Luthier", "yearsActive": 20}},
        ),
        (
            "@provides spares a fetch, and its value counts",
            '{ instrument(id: "lute") { madeBy { email builtCount } } }',
            {"instrument": {"madeBy": {"email": "ada@tutti.example", "builtCount": 1_700}}},
        ),
        (
            "@requires is fetched elsewhere and sent along",
            '{ maker(email: "ada@tutti.example") { builtPerYear } }',
            {"maker": {"builtPerYear": 80}},
        ),
        (
            "@interfaceObject adds a field to every implementation",
            '{ stock(id: "w1") { __typename id retired { serial reason } } }',
            {
                "stock": {
                    "__typename": "Warehouse",
                    "id": "w1",
                    "retired": [{"serial": "lute-1", "reason": "Strings are no longer made"}],
                }
            },
        ),
        (
            "a fragment on an implementation of it",
            '{ stock(id: "w1") { ... on Warehouse { city retired { brand } } } }',
            {"stock": {"city": "Cremona", "retired": [{"brand": "old tutti"}]}},
        ),
        (
            "a key that is not resolvable here leads where it is",
            "{ newest { id serial studies { case { number } } } }",
            {
                "newest": {
                    "id": "lute",
                    "serial": "lute-2",
                    "studies": [{"case": {"number": "12"}}, {"case": {"number": "13"}}],
                }
            },
        ),
        (
            "tagged fields are fields",
            '{ instrument(id: "harp") { notes size { length } } }',
            {"instrument": {"notes": None, "size": None}},
        ),
    ],
)
async def test_the_gateway_answers_as_one_schema(
    gateway: General, _case: str, document: str, expected: Any
) -> None:
    assert await gateway.ask(document) == {"data": expected}


async def test_the_machinery_is_hidden_from_clients(gateway: General) -> None:
    answer = await gateway.ask("{ __schema { types { name } queryType { fields { name } } } }")

    names = {each["name"] for each in answer["data"]["__schema"]["types"]}
    fields = {each["name"] for each in answer["data"]["__schema"]["queryType"]["fields"]}
    assert not any(name.startswith(("_E", "_A", "_S", "join__", "link__")) for name in names)
    assert fields == {"instrument", "retiredInstrument", "maker", "stock", "newest"}
