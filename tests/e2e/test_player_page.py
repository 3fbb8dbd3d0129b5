"""The player page in a real browser: what is browsed there, and what is heard."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from devtools.smoke import a_tone
from domain.viewer import Role
from tests.e2e.browser import Seen, open_browser, require_chromium
from tests.e2e.house import example
from tests.e2e.processes import ROOT, Gateway
from tests.e2e.site import PASSWORD, Site
from tests.patience import SECONDS_MAX, bound
from web.pages.player_page import FOLDER

DOCUMENT = re.compile(r"export const (\w+) = /\* GraphQL \*/ `(.*?)`;", re.DOTALL)
FRAGMENT = re.compile(r"\nconst (\w+) = /\* GraphQL \*/ `(.*?)`;", re.DOTALL)
SONGS = ("First Song", "Second Song")
SONG_SECONDS = 60
HAND_OVER_SECONDS = 0.3
PLAY_HERE = """() => new Promise((resolve) => {
  const begin = performance.now(), devices = document.querySelector("select[aria-label=Device]");
  const sounds = () => resolve(performance.now() - begin);
  document.querySelector("video").addEventListener("playing", sounds, { once: true });
  devices.value = [...devices.options].find(({ text }) => text.endsWith("(here)")).value;
  devices.dispatchEvent(new Event("change"));
})"""
"""Choose this tab, and wait until it sounds; how many milliseconds it took."""


def documents() -> dict[str, str]:
    """What the page asks, its fragments filled in."""
    text = (FOLDER / "documents.js").read_text()
    fragments = dict(FRAGMENT.findall(text))
    return {
        name: re.sub(r"\$\{(\w+)\}", lambda found: fragments[found[1]], body)
        for name, body in DOCUMENT.findall(text)
    }


@pytest.mark.parametrize("name", sorted(documents()))
def test_what_the_page_asks_is_valid(name: str) -> None:
    schema = build_schema((ROOT / "schema/sdl/api.graphql").read_text())

    assert validate(schema, parse(documents()[name])) == []


@dataclass(frozen=True)
class Listener:
    """A page, and what a user would not notice of it; Playwright's page is `Any`."""

    page: Any
    seen: Seen
    address: str

    async def press(self, label: str) -> None:
        await self.page.get_by_label(label, exact=True).click()

    async def hears(self, title: str) -> None:
        """Wait until something of this title sounds, and goes on."""
        await self.page.get_by_label("Now playing").filter(has_text=title).wait_for()
        await self.page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")


@pytest.fixture
def songs(site: Site) -> Gateway:
    """A gateway whose catalogue has two songs that can be heard."""
    require_chromium()
    gateway = site.gateway()
    site.worker()
    return gateway


async def publish_songs(site: Site, gateway: Gateway) -> None:
    await site.add_account("studio", Role.CREATOR)
    token = gateway.log_in("studio@tutti.example", PASSWORD)
    for title in SONGS:
        song = a_tone(seconds=SONG_SECONDS)
        sent = {
            "fileName": "song.wav",
            "sizeBytes": len(song),
            "title": title,
            "artistName": "The Larks",
            "albumTitle": "First Light",
        }
        draft = gateway.data(example("upload_track"), sent, token=token)["uploadTrack"]
        gateway.client.put(draft["uploadUrl"], content=song).raise_for_status()
        track = {"trackId": draft["track"]["id"]}
        gateway.data(example("publish_track"), track, token=token)
    home = example("home")
    gateway.wait_for(
        lambda: len(gateway.data(home, {"first": 5})["tracks"]["nodes"]) == len(SONGS) or None
    )


@pytest.fixture
async def listener(site: Site, songs: Gateway) -> AsyncIterator[Listener]:
    """A fresh browser on the page."""
    await publish_songs(site, songs)
    async with open_browser() as browser:
        yield await open_page(browser, songs)


async def open_page(browser: Any, gateway: Gateway, *, beside: Listener | None = None) -> Listener:
    """The page in a tab; beside another it shares that one's cookies and storage."""
    tabs = await browser.new_context() if beside is None else beside.page.context
    page = await tabs.new_page()
    seen = Seen()
    page.set_default_timeout(SECONDS_MAX * 1000)
    seen.watch(page)
    await page.goto(gateway.url + "/")
    return Listener(page, seen, gateway.url.removeprefix("http://"))


@pytest.mark.browser
@pytest.mark.slow
async def test_whoever_comes_by_finds_plays_and_queues_music(listener: Listener) -> None:
    page = listener.page

    await listener.press("Queue First Song")
    await listener.press("Play Second Song")
    await listener.hears("Second Song")
    await page.get_by_label("Search").fill("first li")
    await page.get_by_role("link", name="First Light").first.click()
    await page.get_by_role("button", name="Play all").click()
    await listener.hears("First Song")
    await listener.press("Next")
    await listener.hears("Second Song")
    await listener.press("Pause")

    await page.get_by_label("Resume", exact=True).wait_for()
    assert await page.evaluate("() => document.querySelector('video').paused")
    assert listener.seen.complaints == []
    assert listener.seen.outside(listener.address) == []


async def sign_in(listener: Listener) -> None:
    await listener.page.get_by_placeholder("Email").fill("ben@tutti.example")
    await listener.page.get_by_placeholder("Password").fill(PASSWORD)
    await listener.page.get_by_role("button", name="Sign in").click()
    await listener.page.get_by_role("button", name="Sign out").wait_for()


def queued(listener: Listener) -> Any:
    """The titles in the queue, as a locator."""
    return listener.page.get_by_label("Queue", exact=True).locator(".title")


async def is_silent(listener: Listener) -> None:
    await listener.page.wait_for_function("() => document.querySelector('video').paused")


@pytest.mark.browser
@pytest.mark.slow
async def test_two_tabs_hand_over_and_edit_one_queue(
    site: Site, songs: Gateway, record_property: Callable[[str, object], None]
) -> None:
    await publish_songs(site, songs)
    await site.add_account("ben")
    async with open_browser() as browser:
        one = await open_page(browser, songs)
        await sign_in(one)
        await one.press("Play Second Song")
        await one.hears("Second Song")
        two = await open_page(browser, songs, beside=one)
        await two.page.get_by_label("Now playing").filter(has_text="Second Song").wait_for()

        seconds = await two.page.evaluate(PLAY_HERE) / 1000
        record_property("measured", f"{seconds * 1000:.0f} ms")
        await two.hears("Second Song")
        await is_silent(one)

        await one.press("Queue First Song")
        await two.press("Queue Second Song")
        for tab in (one, two):
            await tab.page.get_by_role("button", name="Queue (3)").click()
        assert await queued(one).all_text_contents() == await queued(two).all_text_contents()
        assert sorted(await queued(two).all_text_contents()) == [SONGS[0], *SONGS]

        await one.press("Pause")
        await is_silent(two)
        assert seconds <= bound(HAND_OVER_SECONDS)
        assert one.seen.complaints == two.seen.complaints == []
