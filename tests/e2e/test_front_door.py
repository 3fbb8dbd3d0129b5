"""The front as settings make it in production: whose pages may ask, and who may see the schema."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

import house
from settings import Settings
from tests.databases import copy_sqlite_database
from tests.e2e.production import production_settings
from tests.unit.web.parts import parts_in

OURS = "https://app.tutti.example"
JOIN = """mutation {
  register(
    input: { email: "ann@tutti.example", username: "ann", password: "correct horse" }
  ) { accessToken problems { code } }
}"""
TYPO = "{ track(id: 1) { titel } }"
NAMES = '{ __type(name: "Track") { name } }'


@pytest.fixture
async def production(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the house in production."""
    settings = Settings(
        **production_settings(),
        data_dir=tmp_path,
        database_url=copy_sqlite_database(sqlite_template, tmp_path),
        allowed_origins=(OURS,),
    )
    async with house.open_app(settings, "https://tutti.example") as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="https://tutti.example"
        ) as client:
            yield client


async def test_production_shows_its_schema_to_accounts_and_its_answers_to_listed_pages(
    production: httpx.AsyncClient,
) -> None:
    async def ask(query: str, **headers: str) -> httpx.Response:
        return await production.post("/graphql", json={"query": query}, headers=headers)

    joined = (await ask(JOIN)).json()["data"]["register"]
    known = {"authorization": f"Bearer {joined['accessToken']}"}
    preflight = {"access-control-request-method": "POST"}

    hidden = [await ask(NAMES), await production.get("/schema.graphql")]
    shown = [await ask(NAMES, **known), await production.get("/schema.graphql", headers=known)]
    wrong = [await ask(TYPO), await ask(TYPO, **known)]
    allowed = [
        "access-control-allow-origin"
        in (await production.options("/graphql", headers={**preflight, "origin": origin})).headers
        for origin in (OURS, "http://localhost:3000")
    ]

    assert [each.status_code for each in hidden + shown] == [403, 403, 200, 200]
    assert shown[0].json() == {"data": {"__type": {"name": "Track"}}}
    assert "type Track" in shown[1].text
    assert ["Did you mean" in each.text for each in wrong] == [False, True]
    assert allowed == [True, False]


async def test_the_house_defers_and_lets_answers_for_everyone_be_kept(
    production: httpx.AsyncClient,
) -> None:
    deferring = {
        "query": "{ tracks(first: 1) { nodes { id } ... @defer { pageInfo { hasNextPage } } } }"
    }
    accept = {"accept": "multipart/mixed;deferSpec=20220824, application/json"}

    deferred = await production.post("/graphql", json=deferring, headers=accept)
    tracks = {"query": "{ tracks(first: 1) { nodes { id } } }"}
    kept = await production.get("/graphql", params=tracks, headers={"accept": "application/json"})
    embedded = await production.get("/graphql", params=tracks, headers={"accept": "image/*, */*"})
    page = await production.get("/graphql", headers={"accept": "text/html"})

    first, *later = parts_in(deferred.content)
    assert first == {"data": {"tracks": {"nodes": []}}, "hasNext": True}
    assert [item["data"] for each in later for item in each["incremental"]] == [
        {"pageInfo": {"hasNextPage": False}}
    ]
    assert (kept.status_code, kept.headers["cache-control"]) == (200, "public, max-age=300")
    assert (embedded.status_code, page.status_code) == (403, 406)
