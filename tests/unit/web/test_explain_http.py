"""Phases of planning over HTTP: in development only, bounded, refused with stable codes."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from federation.engine import PHASES
from tests.federation.federated import build_engine
from web.pages.explorer import PLAN_PAGE_FOLDER
from web.wire.limits import WebLimits

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
SOURCES = {
    "media": LINK + 'type Query { track: Track } type Track @key(fields: "id") { id: ID! }',
    "social": LINK + 'type Track @key(fields: "id") { id: ID! likes: Int }',
}
LIKES = "query Likes { track { likes } }"
DATA = {"accept": "application/json"}


class SlowExplainer:
    """Answers when it is let go."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.started = threading.Event()

    def explain(self, document: str, phase: str, operation_name: str | None) -> str:
        self.started.set()
        assert self.gate.wait(10)
        return "x" * 50

    def describe_plan(self, document: str, operation_name: str | None) -> dict[str, Any]:
        return {}


@pytest.fixture
def client(open_client) -> httpx.AsyncClient:
    return open_client(development=True, explainer=build_engine(SOURCES, {}))


def code(answer: httpx.Response) -> str:
    (error,) = answer.json()["errors"]
    return error["extensions"]["code"]


@pytest.mark.parametrize(
    ("_case", "development", "status"),
    [("production has none", False, 404), ("development has one", True, 200)],
)
async def test_the_page_its_assets_and_the_phases_are_there_in_development_only(
    _case, development, status, open_client
) -> None:
    client = open_client(development=development, explainer=build_engine(SOURCES, {}))

    page = await client.get("/explain")
    assets = [await client.get(f"/explain/assets/{each.name}") for each in _assets()]
    text = await client.post("/explain", json={"query": LIKES})
    explorer = await client.get("/graphql", headers={"accept": "text/html"})

    assert [each.status_code for each in (page, text, *assets)] == [status] * (2 + len(assets))
    assert ('"planPath":"/explain"' in explorer.text) is development


def _assets() -> list[Path]:
    return [path for path in sorted(PLAN_PAGE_FOLDER.iterdir()) if path.suffix != ".html"]


async def test_without_an_explainer_there_is_no_page(open_client) -> None:
    answer = await open_client(development=True).get("/explain")

    assert answer.status_code == 404


async def test_the_page_runs_nothing_but_our_files(client) -> None:
    page = await client.get("/explain")

    policy = page.headers["content-security-policy"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert page.text.count("<script") == 2
    assert '<script type="module" src="/explain/assets/page.js">' in page.text
    assert '<script type="application/json" id="settings">{"defaultQuery":' in page.text


async def test_a_phase_comes_as_text(client) -> None:
    answer = await client.post("/explain", json={"query": LIKES, "phase": "fetches"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text == "0: media at $ Query\n1: social at track Track by {id} after [0]"


@pytest.mark.parametrize("phase", PHASES)
async def test_every_phase_can_be_asked_for(phase, client) -> None:
    answer = await client.post("/explain", json={"query": LIKES, "phase": phase})

    assert answer.status_code == 200
    assert "track" in answer.text.lower()


async def test_the_operation_is_chosen_by_name(client) -> None:
    body = {"query": LIKES + " query Id { track { id } }", "phase": "operation"}

    answer = await client.post("/explain", json={**body, "operationName": "Id"})

    assert answer.text == "query Id {\n  track {\n    id\n  }\n}"


async def test_the_plan_comes_as_json_to_those_who_accept_it(client) -> None:
    answer = await client.post("/explain", json={"query": LIKES}, headers=DATA)

    plan = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert (plan["kind"], plan["name"]) == ("query", "Likes")
    assert [(each["id"], each["subgraph"], each["after"]) for each in plan["fetches"]] == [
        (0, "media", []),
        (1, "social", [0]),
    ]


@pytest.mark.parametrize(
    ("_case", "body", "headers", "status", "refused"),
    [
        ("no GraphQL", {"query": "{"}, {}, 400, "GRAPHQL_PARSE_FAILED"),
        ("an unknown field", {"query": "{ nothing }"}, {}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ("an unknown phase", {"query": LIKES, "phase": "dream"}, {}, 400, "PHASE_UNKNOWN"),
        ("a phase that is no text", {"query": LIKES, "phase": 1}, {}, 400, "BAD_REQUEST"),
        ("no document", {"phase": "plan"}, {}, 400, "BAD_REQUEST"),
        ("a list", [], {}, 400, "BAD_REQUEST"),
        ("another phase as JSON", {"query": LIKES, "phase": "tree"}, DATA, 406, "NOT_ACCEPTABLE"),
        ("a picture", {"query": LIKES}, {"accept": "image/png"}, 406, "NOT_ACCEPTABLE"),
        ("a form", {"query": LIKES}, {"content-type": "x/y"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("a long document", {"query": "{" + " " * 3_000 + "a}"}, {}, 413, "BODY_TOO_LARGE"),
    ],
)
async def test_what_cannot_be_explained_is_refused(
    _case, body, headers, status, refused, open_client
) -> None:
    client = open_client(
        development=True,
        explainer=build_engine(SOURCES, {}),
        limits=WebLimits(document_bytes_max=2_000),
    )

    answer = await client.post("/explain", json=body, headers=headers)

    assert (answer.status_code, code(answer)) == (status, refused)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["errors"][0]["extensions"]["requestId"] == answer.headers["x-request-id"]


async def test_a_syntax_error_tells_its_line(client) -> None:
    answer = await client.post("/explain", json={"query": "{\n  track {\n"})

    assert answer.json()["errors"][0]["locations"][0]["line"] == 3


async def test_other_methods_are_405(client) -> None:
    answer = await client.put("/explain", json={"query": LIKES})

    assert (answer.status_code, code(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, POST"


async def test_a_body_over_the_bound_is_413(open_client) -> None:
    limits = WebLimits(body_bytes_max=100)
    client = open_client(development=True, explainer=build_engine(SOURCES, {}), limits=limits)

    answer = await client.post("/explain", json={"query": "{" + " " * 200})

    assert (answer.status_code, code(answer)) == (413, "BODY_TOO_LARGE")


async def test_no_more_are_explained_at_once_than_may_be(open_client) -> None:
    slow = SlowExplainer()
    client = open_client(development=True, explainer=slow, limits=WebLimits(explanations_max=1))

    first = asyncio.create_task(client.post("/explain", json={"query": LIKES}))
    await asyncio.to_thread(slow.started.wait, 10)
    second = await client.post("/explain", json={"query": LIKES})
    slow.gate.set()
    answered = await first
    third = await client.post("/explain", json={"query": LIKES})

    assert (second.status_code, code(second)) == (503, "OVERLOADED")
    assert second.headers["retry-after"] == "1"
    assert (answered.status_code, third.status_code) == (200, 200)


async def test_a_long_explanation_is_cut(open_client) -> None:
    slow = SlowExplainer()
    slow.gate.set()
    limits = WebLimits(explanation_characters_max=20)
    client = open_client(development=True, explainer=slow, limits=limits)

    answer = await client.post("/explain", json={"query": LIKES})

    assert answer.text == "x" * 20 + "\n… cut here: the rest is too long to be shown."
