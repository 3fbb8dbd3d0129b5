"""The explorer in a real browser, with no network but the server itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.e2e.browser import Seen, open_browser, require_chromium
from tests.fakes.engine import FakeEngine
from tests.fakes.server import running_server
from web.operations.front_parts import FrontParts
from web.routes import build_app
from web.wire.client_request import ClientRequest

IS_READ = """text => document.querySelector(".graphiql-query-editor .CodeMirror")
    .CodeMirror.documentAST?.loc.source.body === text"""
FIRST_QUERY = "query Home { hello viewer }"

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _chromium() -> None:
    require_chromium()


@asynccontextmanager
async def make_context(client: ClientRequest) -> AsyncIterator[str]:
    yield client.bearer_token or "anonymous"


@pytest.fixture
async def explorer() -> AsyncIterator[tuple[object, Seen, str]]:
    """The explorer's page, opened in a fresh browser."""
    parts = FrontParts(engine=FakeEngine(), make_context=make_context)
    app = build_app(parts, checks={}, explorer_query=FIRST_QUERY)
    async with running_server(app) as address, open_browser() as browser:
        page, seen = await browser.new_page(), Seen()
        seen.watch(page)
        await page.goto(f"http://{address}/graphql")
        yield page, seen, address


async def answer_shows(page: object, text: str) -> None:
    """Wait until the answer pane holds a text."""
    pane = page.locator(".result-window .CodeMirror")
    await pane.filter(has_text=text).wait_for()


async def write(page: object, editor: str, text: str) -> None:
    """Replace what stands in one of the editors."""
    box = page.locator(f"{editor} .CodeMirror")
    await box.wait_for()
    await box.evaluate("(node, text) => node.CodeMirror.setValue(text)", text)


async def write_query(page: object, text: str) -> None:
    """Replace the query, and let GraphiQL read it."""
    await write(page, ".graphiql-query-editor", text)
    await page.wait_for_function(IS_READ, arg=text)


async def run_query(page: object) -> None:
    await page.locator(".graphiql-execute-button").click()


async def test_the_first_query_runs_offline_and_under_the_strict_policy(explorer) -> None:
    page, seen, address = explorer

    await page.locator(".graphiql-query-editor").filter(has_text="Home").wait_for()
    await run_query(page)

    await answer_shows(page, '"hello": "world"')
    assert seen.complaints == []
    assert seen.outside(address) == []


async def test_a_subscription_comes_over_a_socket(explorer) -> None:
    page, seen, _address = explorer
    await page.locator(".graphiql-query-editor").filter(has_text="Home").wait_for()

    await write_query(page, "subscription { ticks(count: 3) }")
    await run_query(page)

    await answer_shows(page, '"ticks": 2')
    assert seen.complaints == []


async def test_headers_carry_the_token(explorer) -> None:
    page, seen, _address = explorer
    await page.locator(".graphiql-query-editor").filter(has_text="Home").wait_for()

    await page.get_by_role("button", name="Headers").click()
    await write(
        page,
        ".graphiql-editor-tool .graphiql-editor:not(.hidden)",
        '{"Authorization": "Bearer anna"}',
    )
    await run_query(page)

    await answer_shows(page, '"viewer": "anna"')
    assert seen.complaints == []
