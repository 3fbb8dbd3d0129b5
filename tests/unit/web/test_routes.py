"""The URL table, the explorer, and the headers on every answer."""

import json
import re
from dataclasses import replace

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from web.pages.explorer import STATIC_FOLDER, build_explorer_page
from web.routes import build_app
from web.wire.security_headers import SECURITY_HEADERS

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "headers", "status", "media_type"),
    [
        ("/graphql", BROWSER, 200, "text/html; charset=utf-8"),
        ("/graphql?query=%7Bhello%7D", {}, 200, "application/json; charset=utf-8"),
        ("/health", {}, 200, "application/json"),
        ("/ready", {}, 200, "application/json"),
        ("/static/explorer.js", {}, 200, "text/javascript; charset=utf-8"),
        ("/static/../routes.py", {}, 404, "text/plain; charset=utf-8"),
        ("/static/%2e%2e/routes.py", {}, 404, "text/plain; charset=utf-8"),
        ("/nothing", {}, 404, "text/plain; charset=utf-8"),
    ],
)
async def test_every_answer_has_its_type_and_the_security_headers(
    path, headers, status, media_type, client
) -> None:
    answer = await client.get(path, headers=headers)

    assert answer.status_code == status
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("accept", "query", "status"),
    [
        ("application/json", "{ hello }", 200),
        ("application/json", "", 400),
        ("image/png", "{ hello }", 406),
        ("text/event-stream", "{ hello }", 200),
        ("text/event-stream", "", 400),
    ],
)
async def test_every_answer_to_an_operation_has_each_security_header_once(
    accept, query, status, client
) -> None:
    answer = await client.post("/graphql", json={"query": query}, headers={"accept": accept})

    assert answer.status_code == status
    names = [name for name, _ in answer.headers.multi_items()]
    assert {*SECURITY_HEADERS} <= {name.encode() for name in names}
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", ["/health", "/graphql?query=%7Bhello%7D", "/graphql"])
async def test_https_is_kept_to(path, parts) -> None:
    app = build_app(parts, checks={})
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="https://tutti.test") as client:
        answer = await client.get(path)

    expected = "max-age=31536000; includeSubDomains"
    assert answer.headers["strict-transport-security"] == expected


async def test_media_routes_stand_in_the_table(parts) -> None:
    async def media(request):
        return PlainTextResponse(request.path_params["key"])

    app = build_app(parts, checks={}, media=[Route("/media/{key:path}", media)])
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://tutti.test") as client:
        answer = await client.get("/media/a/b.m4s")

    assert answer.text == "a/b.m4s"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_bug_in_a_route_is_masked(parts) -> None:
    async def media(request):
        raise ZeroDivisionError("secret")

    app = build_app(parts, checks={}, media=[Route("/media/{key:path}", media)])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    async with httpx.AsyncClient(transport=transport, base_url="http://tutti.test") as client:
        answer = await client.get("/media/a")

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_without_a_first_query_there_is_no_explorer(parts) -> None:
    app = build_app(replace(parts, development=False), checks={})
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://tutti.test") as client:
        page = await client.get("/graphql", headers=BROWSER)
        asset = await client.get("/static/explorer.js")

    assert page.status_code == 400
    assert page.headers["content-type"] == "application/json; charset=utf-8"
    assert asset.status_code == 404


async def test_the_page_runs_nothing_but_our_files(client) -> None:
    page = await client.get("/graphql", headers=BROWSER)

    scripts = re.findall(r"<script([^>]*)>", page.text)
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe-eval" not in page.headers["content-security-policy"]
    assert scripts == [
        ' type="application/json" id="settings"',
        ' src="/static/react.production.min.js"',
        ' src="/static/react-dom.production.min.js"',
        ' src="/static/graphiql.min.js"',
        ' src="/static/explorer.js"',
    ]


def test_every_asset_of_the_page_is_in_the_repository() -> None:
    page = build_explorer_page(default_query="{ hello }").body.decode()

    assets = re.findall(r'(?:src|href)="/static/([^"]+)"', page)

    assert len(assets) == 6
    assert [name for name in assets if not (STATIC_FOLDER / name).is_file()] == []


def test_a_query_cannot_break_out_of_the_page() -> None:
    query = '{ a } # </script><script>alert("x")</script>'

    page = build_explorer_page(default_query=query).body.decode()

    (block,) = re.findall(r'id="settings">(.*?)</script>', page)
    assert json.loads(block)["defaultQuery"] == query
    assert "alert" not in page.replace(block, "")
