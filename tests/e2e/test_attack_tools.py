"""What attack tools try, in short: the tools themselves run by `make prove ONLY=tools`."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_schema, is_introspection_type, is_specified_scalar_type
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema, nodes

import house
from domain.viewer import Role
from settings import Rates, Settings
from tests.databases import copy_sqlite_database
from tests.e2e.house import example
from tests.e2e.production import production_settings
from tests.e2e.site import PASSWORD, Site
from tests.e2e.ways import codes_of
from tests.fakes.server import running_server
from tests.patience import SECONDS_MAX

SDL = Path("schema/sdl/api.graphql").read_text()
SCHEMA = build_schema(SDL)
TYPE_NAMES = {
    name
    for name, each in SCHEMA.type_map.items()
    if not is_introspection_type(each) and not is_specified_scalar_type(each)
} - {"Query", "Mutation", "Subscription"}
FIELD_NAMES = sorted(
    {field for each in SCHEMA.type_map.values() for field in getattr(each, "fields", {})}
)
DOCUMENTS = 150
"""Valid ones, and as many that are not."""


@pytest.fixture
async def production(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the served house; nobody in particular, as often as it likes."""
    url = copy_sqlite_database(sqlite_template, tmp_path)
    given_settings = Settings(
        **production_settings(),
        data_dir=tmp_path,
        database_url=url,
        rates=Rates(address=0, user=0),
    )
    site = Site(tmp_path, {}, url)
    await site.add_account("fuzz", Role.CREATOR, Role.MODERATOR, Role.ADMIN)
    async with (
        house.open_app(given_settings, "http://tutti.test") as app,
        running_server(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=SECONDS_MAX) as client,
    ):
        yield client


def drawn(count: int, mode: Mode) -> list[str]:
    """Documents of the schema, by the same strategies as schemathesis; the same each time."""
    found: list[str] = []
    texts = st.text(max_size=20).map(nodes.String)
    scalars = {
        name: texts
        for name, each in SCHEMA.type_map.items()
        if type(each).__name__ == "GraphQLScalarType" and not is_specified_scalar_type(each)
    }

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(from_schema(SDL, custom_scalars=scalars, mode=mode))
    def collect(document: str) -> None:
        found.append(document)

    collect()
    return [each for each in found if "logout" not in each]


@pytest.mark.parametrize("mode", [Mode.POSITIVE, Mode.NEGATIVE])
async def test_no_document_finds_a_bug(mode: Mode, production: httpx.AsyncClient) -> None:
    who = {"email": "fuzz@tutti.example", "password": PASSWORD}
    log_in = {"query": example("login"), "variables": who}
    session = (await production.post("/graphql", json=log_in)).json()["data"]["login"]
    headers = {"authorization": f"Bearer {session['accessToken']}"}

    for document in drawn(DOCUMENTS, mode):
        answer = await production.post("/graphql", json={"query": document}, headers=headers)

        assert answer.status_code < 500, document
        assert "INTERNAL" not in codes_of(answer.json()), document


async def ask(production: httpx.AsyncClient, document: str, **more: Any) -> dict[str, Any]:
    return (await production.post("/graphql", json={"query": document, **more})).json()


def without_request_id(answer: dict[str, Any]) -> dict[str, Any]:
    for error in answer["errors"]:
        error["extensions"].pop("requestId")
    return answer


async def test_guessed_names_are_all_answered_alike(production: httpx.AsyncClient) -> None:
    """What clairvoyance reads from messages: which guess exists, of which type, what was meant."""
    guesses = ["nothingLikeIt", "trackz", *FIELD_NAMES]
    batches = [" ".join(guesses[first : first + 40]) for first in range(0, len(guesses), 40)]
    probes = [
        *(f"{kind} {{ {batch} }}" for kind in ("query", "mutation") for batch in batches),
        *(f"{{ {name} }}" for name in ("tracks", "track", "nothingLikeIt")),
        *(f"{{ tracks {{ {name} }} }}" for name in ("nodes", "nodez")),
        *(f"{{ track({name}: 7) {{ x }} }}" for name in ("id", "ident")),
        "{ me { x } } fragment F on Track { x }",
        "mutation { register(input: {}) { problems { code } } }",
        "{ tracks { nodes { title { lol } } } }",
    ]

    answers = [without_request_id(await ask(production, each)) for each in probes]

    assert all(each == answers[0] for each in answers)
    assert codes_of(answers[0]) == ["GRAPHQL_VALIDATION_FAILED"]
    told = answers[0]["errors"][0]["message"]
    assert not any(name in told.split() for name in TYPE_NAMES)


TEN = ["query cop { __typename }"] * 10
PROBES: dict[str, tuple[str, dict[str, Any]]] = {
    "aliases": (
        "POST",
        {"json": {"query": f"{{ {' '.join(f'a{n}: __typename' for n in range(101))} }}"}},
    ),
    "a batch": ("POST", {"json": [{"query": each} for each in TEN]}),
    "directives": ("POST", {"json": {"query": "{ __typename " + "@aa" * 10 + " }"}}),
    "introspection": ("POST", {"json": {"query": "{ __schema { types { name } } }"}}),
    "a circle of introspection": (
        "POST",
        {"json": {"query": "{ __schema { types { fields { type { fields { name } } } } } }"}},
    ),
    "a mutation by GET": ("GET", {"params": {"query": "mutation { __typename }"}}),
    "a query by a plain GET": ("GET", {"params": {"query": "{ __typename }"}}),
    "a form": ("POST", {"data": {"query": "{ __typename }"}}),
    "an explorer": ("GET", {"headers": {"accept": "text/html"}}),
    "nonsense": ("POST", {"json": {"query": "qwerty { abc }"}}),
    "a suggestion": ("POST", {"json": {"query": "{ __schema { directive } }"}}),
}
"""What graphql-cop tries."""


@pytest.mark.parametrize("name", PROBES)
async def test_a_probe_finds_nothing(name: str, production: httpx.AsyncClient) -> None:
    method, sent = PROBES[name]

    answer = await production.request(method, "/graphql", **sent)

    told = answer.json()
    assert isinstance(told, dict)
    assert "data" not in told
    assert len(told["errors"]) == 1
    assert set(told["errors"][0]["extensions"]) <= {"code", "details", "requestId"}
    assert "Did you mean" not in answer.text
