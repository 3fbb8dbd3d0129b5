"""Pages of which other origins may read our answers."""

from dataclasses import replace

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.unit.web.conftest import HELLO
from web.routes import build_app
from web.wire.cors import EXPOSED, AllowedOrigins

OURS = "https://app.tutti.example"
ALLOWED = AllowedOrigins([OURS])
PREFLIGHT = {
    "origin": OURS,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,x-client-name",
}


@pytest.mark.parametrize(
    ("origin", "in_production", "in_development"),
    [
        (OURS, True, True),
        ("http://localhost:3000", False, True),
        ("https://localhost", False, True),
        ("http://127.0.0.1:5173", False, True),
        ("http://[::1]:5173", False, True),
        ("http://localhost.evil.test", False, False),
        ("https://app.tutti.example.evil.test", False, False),
        ("http://app.tutti.example", False, False),
        ("https://APP.tutti.example", False, False),
        ("null", False, False),
        ("", False, False),
        ("http://[", False, False),
    ],
)
def test_listed_origins_are_allowed_and_in_development_this_machine(
    origin, in_production, in_development
) -> None:
    assert (origin in ALLOWED) is in_production
    assert (origin in AllowedOrigins([OURS], with_this_machine=True)) is in_development


@pytest.mark.parametrize("path", ["/graphql", "/health"])
async def test_a_preflight_from_a_listed_origin_is_allowed_and_kept(path, open_client) -> None:
    client = open_client(allowed_origins=ALLOWED)

    answer = await client.options(path, headers=PREFLIGHT)

    assert (answer.status_code, answer.content) == (204, b"")
    told = {name: value for name, value in answer.headers.items() if name.startswith("access-")}
    assert told == {
        "access-control-allow-origin": OURS,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": "authorization,content-type,x-client-name",
        "access-control-expose-headers": EXPOSED.decode(),
        "access-control-max-age": "7200",
    }
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("path", ["/graphql", "/health"])
async def test_a_preflight_from_another_origin_allows_nothing(path, open_client) -> None:
    client = open_client(allowed_origins=ALLOWED)

    answer = await client.options(path, headers={**PREFLIGHT, "origin": "https://evil.test"})

    assert [name for name in answer.headers if name.startswith("access-")] == []


@pytest.mark.parametrize("asked", ["a\x00b", "x" * 5_000, "a: b"])
async def test_headers_that_are_none_are_not_allowed(asked, open_client) -> None:
    client = open_client(allowed_origins=ALLOWED)
    headers = {**PREFLIGHT, "access-control-request-headers": asked}

    answer = await client.options("/graphql", headers=headers)

    assert "access-control-allow-headers" not in answer.headers


@pytest.mark.parametrize(
    ("_case", "request_", "status"),
    [
        ("an answer", {"json": {"query": HELLO}}, 200),
        ("a refusal", {"content": b"", "headers": {"content-type": "text/plain"}}, 415),
        ("a stream", {"json": {"query": HELLO}, "headers": {"accept": "text/event-stream"}}, 200),
    ],
)
async def test_a_page_of_a_listed_origin_may_read(_case, request_, status, open_client) -> None:
    client = open_client(allowed_origins=ALLOWED)
    headers = {**request_.get("headers", {}), "origin": OURS}

    answer = await client.post("/graphql", **{**request_, "headers": headers})

    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == OURS
    assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    ("_case", "headers"), [("another origin", {"origin": "https://evil.test"}), ("no origin", {})]
)
async def test_no_other_page_may_read(_case, headers, open_client) -> None:
    client = open_client(allowed_origins=ALLOWED)

    answer = await client.post("/graphql", json={"query": HELLO}, headers=headers)

    assert [name for name in answer.headers if name.startswith("access-")] == []


async def test_files_may_be_read_by_listed_origins(parts) -> None:
    async def media(_request):
        return PlainTextResponse("#EXTM3U")

    app = build_app(
        replace(parts, allowed_origins=ALLOWED), checks={}, media=[Route("/media/a", media)]
    )
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://tutti.test") as client:
        answer = await client.get("/media/a", headers={"origin": OURS})
        foreign = await client.get("/media/a")

    assert answer.headers["access-control-allow-origin"] == OURS
    assert answer.headers["vary"] == foreign.headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in foreign.headers
