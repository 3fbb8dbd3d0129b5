"""The plan page in a real browser: fetches as boxes, what waits for what as arrows."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from federation.engine import PHASES, Engine
from tests.e2e.browser import Seen, open_browser, require_chromium
from tests.fakes.server import running_server
from tests.federation.federated import build_engine
from web.operations.front_parts import FrontParts
from web.routes import build_app
from web.wire.client_request import ClientRequest

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
SOURCES = {
    "media": LINK
    + """
    type Query { tracks: [Track!] }
    type Mutation { play: Track stop: Track }
    type Subscription { played: Track }
    type Track @key(fields: "id") { id: ID! title: String artist: Artist }
    type Artist @key(fields: "id") { id: ID! name: String }
    """,
    "users": LINK
    + """
    type Query { me: User }
    type User @key(fields: "id") { id: ID! displayName: String }
    """,
    "social": LINK
    + """
    type Track @key(fields: "id") { id: ID! likes: Int fan: User }
    type Artist @key(fields: "id") { id: ID! followers: Int }
    type User @key(fields: "id") { id: ID! }
    """,
    "ai": LINK + 'type Track @key(fields: "id") { id: ID! tempo: Int }',
}
TABLES = {
    "Query": {"tracks": [{"$ref": "Track/1"}, {"$ref": "Track/2"}], "me": {"$ref": "User/1"}},
    "Track": {
        key: {
            "id": key,
            "title": f"Piece {key}",
            "artist": {"$ref": "Artist/1"},
            "likes": 5,
            "fan": {"$ref": "User/1"},
            "tempo": 90,
        }
        for key in ("1", "2")
    },
    "Artist": {"1": {"id": "1", "name": "The Larks", "followers": 7}},
    "User": {"1": {"id": "1", "displayName": "Anna"}},
}
HOME = """query Home($more: Boolean = true) {
  me { displayName }
  tracks { title tempo @include(if: $more) likes fan { displayName } artist { name followers } }
}"""

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The page, and what is behind it; `Any` is Playwright's page."""

    page: Any
    seen: Seen
    address: str
    engine: Engine


@pytest.fixture(autouse=True)
def _chromium() -> None:
    require_chromium()


@asynccontextmanager
async def make_context(client: ClientRequest) -> AsyncIterator[str]:
    yield "anonymous"


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    """The plan page of HOME, drawn."""
    engine = build_engine(SOURCES, TABLES)
    parts = FrontParts(engine=engine, explainer=engine, make_context=make_context, development=True)
    app = build_app(parts, checks={}, explorer_query=HOME)
    async with running_server(app) as address, open_browser() as browser:
        page, seen = await browser.new_page(viewport={"width": 1400, "height": 900}), Seen()
        seen.watch(page)
        await page.goto(f"http://{address}/explain")
        await page.locator(".fetch").first.wait_for()
        yield Opened(page=page, seen=seen, address=address, engine=engine)


async def arrows_of(page: Any) -> set[tuple[int, int]]:
    """Pairs of ids: the second waits for the first."""
    pairs = "arrows => arrows.map(({ dataset }) => [Number(dataset.from), Number(dataset.to)])"
    return {tuple(pair) for pair in await page.locator(".arrow").evaluate_all(pairs)}


async def test_each_fetch_is_a_box_and_each_wait_an_arrow_to_the_right(opened) -> None:
    page, plan = opened.page, opened.engine.describe_plan(HOME)
    waits = {(before, each["id"]) for each in plan["fetches"] for before in each["after"]}
    sizes = Counter(each["depth"] for each in plan["fetches"])

    names = await page.locator(".fetch b").all_inner_texts()
    place = "boxes => boxes.map((box) => [Number(box.dataset.id), box.offsetLeft])"
    left_of = dict(await page.locator(".fetch").evaluate_all(place))

    assert sorted(names) == sorted(each["subgraph"] for each in plan["fetches"])
    assert await arrows_of(page) == waits
    assert len(waits) >= 3
    assert all(left_of[before] < left_of[after] for before, after in waits)
    assert Counter(left_of.values()) == Counter(
        {left: sizes[depth] for depth, left in enumerate(sorted(set(left_of.values())), start=1)}
    )
    assert await page.locator(".wave").all_inner_texts() == ["Wave 1", "Wave 2", "Wave 3"]
    assert opened.seen.complaints == []
    assert opened.seen.outside(opened.address) == []


async def test_boxes_do_not_cover_each_other(opened) -> None:
    rectangle = "boxes => boxes.map((b) => [b.offsetLeft, b.offsetTop, b.offsetWidth])"
    boxes = await opened.page.locator(".fetch").evaluate_all(rectangle)

    assert len({(left, top) for left, top, _width in boxes}) == len(boxes)
    for left, top, width in boxes:
        others = [each for each in boxes if each != [left, top, width]]
        assert not [x for x, y, _ in others if abs(x - left) < width and abs(y - top) < 80]


async def test_running_tells_how_long_each_fetch_took(opened) -> None:
    page = opened.page

    await page.get_by_role("button", name="Run it").click()
    await page.locator(".bar").first.wait_for()

    told = await page.locator(".told").all_inner_texts()
    assert len(told) == await page.locator(".fetch").count()
    assert all(" ms" in text for text in told)
    assert "slowest chain" in await page.locator("#summary").inner_text()
    assert await page.locator(".arrow.is-slow").count() >= 1
    await page.get_by_role("tab", name="response").click()
    assert '"displayName": "Anna"' in await page.locator("#details").inner_text()
    assert opened.seen.complaints == []


async def test_a_fetch_that_was_not_needed_is_said_to_have_not_run(opened) -> None:
    page = opened.page

    await page.locator("#variables").fill('{"more": false}')
    await page.get_by_role("button", name="Run it").click()
    await page.locator(".bar").first.wait_for()

    assert await page.locator(".fetch.is-idle b").all_inner_texts() == ["ai"]
    assert await page.locator(".fetch.is-idle .told").inner_text() == "did not run"


async def test_a_click_on_a_box_shows_what_it_asks(opened) -> None:
    page = opened.page

    await page.locator(".fetch", has_text="ai").click()

    shown = await page.locator("#details").inner_text()
    (fetch,) = (
        each for each in opened.engine.describe_plan(HOME)["fetches"] if each["subgraph"] == "ai"
    )
    assert fetch["operation"] in shown
    assert "Track { id }" in shown
    assert await page.locator(".fetch[aria-pressed=true] b").all_inner_texts() == ["ai"]


async def test_each_phase_is_shown_as_text(opened) -> None:
    page = opened.page

    shown = {}
    for phase in PHASES:
        await page.get_by_role("tab", name=phase, exact=True).click()
        await page.locator(f"#details[data-shows={phase}] pre").wait_for()
        shown[phase] = await page.locator("#details pre").text_content()

    assert shown == {phase: opened.engine.explain(HOME, phase) for phase in PHASES}


async def test_a_wrong_operation_is_told_with_its_line(opened) -> None:
    page = opened.page

    await page.locator("#query").fill("{\n  me { nothing }\n}")
    await page.get_by_role("button", name="Draw the plan").click()

    trouble = page.get_by_role("alert")
    await trouble.wait_for()
    assert (await trouble.inner_text()).startswith("Line 2: Cannot query field 'nothing'")


async def test_a_subscription_is_drawn_but_not_run(opened) -> None:
    page = opened.page

    await page.locator("#query").fill("subscription { played { likes } }")
    await page.get_by_role("button", name="Run it").click()

    await page.get_by_role("alert").wait_for()
    assert await arrows_of(page) == {(0, 1)}
    assert await page.locator(".bar").count() == 0


@pytest.mark.parametrize(
    ("scheme", "paper"), [("light", "rgb(246, 247, 249)"), ("dark", "rgb(20, 23, 29)")]
)
async def test_the_page_follows_the_colours_of_the_system(scheme, paper, opened) -> None:
    await opened.page.emulate_media(color_scheme=scheme)

    found = await opened.page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert found == paper


async def test_on_a_narrow_screen_only_the_drawing_scrolls_sideways(opened) -> None:
    await opened.page.set_viewport_size({"width": 600, "height": 900})

    width = await opened.page.evaluate("document.documentElement.scrollWidth")

    assert width == 600


async def test_the_fields_of_a_mutation_stand_in_series(opened) -> None:
    page = opened.page

    await page.locator("#query").fill("mutation { play { tempo } stop { likes } }")
    await page.get_by_role("button", name="Draw the plan").click()
    await page.locator(".fetch[title=stop] b", has_text="media").wait_for()

    assert await arrows_of(page) == {(0, 1), (1, 2), (2, 3)}
    assert await page.locator(".wave").count() == 4


async def test_the_explorer_opens_the_page_with_what_stands_in_its_editor(opened) -> None:
    page = opened.page
    await page.goto(f"http://{opened.address}/graphql")
    editor = page.locator(".graphiql-query-editor .CodeMirror")
    await editor.wait_for()
    await editor.evaluate("node => node.CodeMirror.setValue('query Mine { me { displayName } }')")

    async with page.expect_popup() as popup:
        await page.get_by_role("button", name="Draw the plan").click()
    drawn = await popup.value

    await drawn.locator(".fetch").first.wait_for()
    assert await drawn.locator("#query").input_value() == "query Mine { me { displayName } }"
    assert await drawn.locator(".fetch b").all_inner_texts() == ["users"]
    assert opened.seen.complaints == []
