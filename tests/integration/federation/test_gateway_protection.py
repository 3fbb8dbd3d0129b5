"""A general gateway in production: who sees its schema, and how often it may be asked."""

from pathlib import Path

import pytest

import gateway
from tests.fakes.issuer import Issuer
from tests.integration.federation.test_gateway_identity import DOCUMENT, served

PRODUCTION = {"is_production": True, "is_schema_public": False}
TYPO = "{ opn }"
NAMES = "{ __schema { queryType { name } } }"


async def test_the_schema_is_for_clients_with_a_proven_token(tmp_path: Path) -> None:
    async with served(tmp_path / "supergraph.graphql", Issuer(), **PRODUCTION) as house:
        known = {"authorization": f"Bearer {house.issuer.token()}"}
        ask = house.gateway.post

        hidden = [await ask(each) for each in (TYPO, NAMES)]
        shown = [await ask(each, headers=known) for each in (TYPO, NAMES)]
        texts = [
            (await house.gateway.client.get("/schema.graphql", headers=headers)).status_code
            for headers in ({}, known)
        ]

    assert [each.json()["errors"][0]["message"] for each in hidden] == [
        "The document does not fit the schema. Log in to be told where.",
        "Log in to see the schema.",
    ]
    assert "Did you mean 'open'?" in shown[0].text
    assert shown[1].json() == {"data": {"__schema": {"queryType": {"name": "Query"}}}}
    assert texts == [403, 200]


async def test_nothing_is_shown_or_run_for_a_page_in_production(tmp_path: Path) -> None:
    async with served(tmp_path / "supergraph.graphql", Issuer(), **PRODUCTION) as house:
        client = house.gateway.client
        page = await client.get("/graphql", headers={"accept": "text/html"})
        embedded = await client.get("/graphql", params={"query": "{ open }"})

    assert page.status_code == 406
    assert embedded.json()["errors"][0]["extensions"]["code"] == "CSRF_REFUSED"


@pytest.mark.parametrize("kind", ["address_rate", "user_rate"])
async def test_who_asks_too_often_is_refused(tmp_path: Path, kind: str) -> None:
    async with served(tmp_path / "supergraph.graphql", Issuer(), **{kind: 2}) as house:
        token = house.issuer.token(scope="read:report")
        answers = [await house.ask(token) for _ in range(3)]
        others = await house.gateway.post(DOCUMENT)

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].headers["ratelimit-policy"] == f'"{kind.removesuffix("_rate")}";q=2;w=60'
    assert others.status_code == (429 if kind == "address_rate" else 200)


def test_production_is_one_option(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = {}

    async def note(_path: Path, options: object, *_more: object) -> None:
        asked["options"] = options

    monkeypatch.setattr("web.general_gateway.serve_supergraph", note)
    serve = ["serve", "--supergraph", str(tmp_path / "supergraph.graphql")]

    gateway.main(serve)
    plain = asked["options"]
    gateway.main([*serve, "--production", "--user-rate", "7"])
    production = asked["options"]

    assert (plain.address_rate, plain.user_rate, plain.is_schema_public) == (0, 0, True)
    assert (production.address_rate, production.user_rate) == (6_000, 7)
    assert (production.is_production, production.is_schema_public) == (True, False)
    with pytest.raises(SystemExit, match="0 or more"):
        gateway.main([*serve, "--address-rate", "-1"])
