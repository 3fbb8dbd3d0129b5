"""The example of a front end, built as its README says, in a real browser on another origin."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from db.engine import DOMAINS, Databases
from domain.users.manifests import parse_manifest
from domain.viewer import Role
from schema.ids import print_id
from tests.clients.npm import install_packages, run_npm
from tests.e2e.browser import Seen, open_browser, require_chromium
from tests.e2e.catalogue import write_catalogue, write_people
from tests.e2e.house import error_codes, example
from tests.e2e.processes import ROOT, Gateway
from tests.e2e.site import PASSWORD, Site
from tests.fakes.server import running_server
from tests.patience import SECONDS_MAX

EXAMPLE = ROOT / "examples" / "web"
MANIFEST = EXAMPLE / "src" / "gql" / "persisted-documents.json"
CLIENT = "example-web"
SONG = b"RIFF" + bytes(range(256)) * 100

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Visit:
    """The example in a browser, and the gateway behind it; Playwright's page is `Any`."""

    site: Site
    gateway: Gateway
    page: Any
    seen: Seen

    async def sign_in(self, name: str) -> None:
        """By the form on top."""
        await self.page.get_by_placeholder("Email").fill(f"{name}@tutti.example")
        await self.page.get_by_placeholder("Password").fill(PASSWORD)
        await self.click("Sign in")
        await self.page.get_by_role("button", name="Sign out").wait_for()

    async def click(self, name: str) -> None:
        """Press a button, once it is there."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def shows(self, region: str, text: str) -> None:
        """Wait until a part of the page holds a text."""
        await self.page.get_by_label(region, exact=True).filter(has_text=text).wait_for()


@pytest.fixture
async def visit(site: Site, tmp_path: Path) -> AsyncIterator[Visit]:
    """A gateway that takes no text of this client, and the example on another origin."""
    require_chromium()
    install_packages(EXAMPLE)
    databases = Databases(dict.fromkeys(DOMAINS, site.database_url))
    await write_people(databases)
    await write_catalogue(databases, range(20))
    await databases.close()
    gateway = site.gateway(persisted_only=f'["{CLIENT}"]')
    built = tmp_path / "dist"
    await run_npm(EXAMPLE, "build", f"--outDir={built}", VITE_TUTTI_URL=gateway.url)
    publish(site, gateway)

    pages = Starlette(routes=[Mount("/", StaticFiles(directory=built, html=True))])
    async with running_server(pages) as address, open_browser() as browser:
        page, seen = await browser.new_page(), Seen()
        page.set_default_timeout(SECONDS_MAX * 1000)
        seen.watch(page)
        await page.goto(f"http://{address}/")
        yield Visit(site, gateway, page, seen)


def publish(site: Site, gateway: Gateway) -> None:
    """Publish what the build wrote, and wait until the gateway knows of it."""
    named = ("--client", CLIENT, "--version", "1")
    site.run_command("operations", "publish", *named, str(MANIFEST))
    body = {"documentId": parse_manifest(MANIFEST.read_bytes())[0].id}
    gateway.wait_for(
        lambda: (
            error_codes(gateway.client.post("/graphql", json=body).json())
            != ["PERSISTED_QUERY_NOT_FOUND"]
        )
    )


@pytest.mark.parametrize("profile", ["embedded"])
async def test_visitors_listeners_and_creators_use_the_example(visit: Visit) -> None:
    await visit.site.add_account("ben")
    studio = await visit.site.add_account("studio", Role.CREATOR)
    await visit.site.release_waiting(studio)
    token = visit.gateway.log_in("ben@tutti.example", PASSWORD)
    larks = {"artistId": print_id("Artist", "artist-1")}
    visit.gateway.data(example("follow"), larks, token=token)

    # A visitor browses two pages of a list; deferred parts complete the page of a track.
    await visit.shows("Catalogue", "Song track-00019")
    await visit.click("More")
    await visit.shows("Catalogue", "Song track-00000")
    await visit.page.get_by_role("button", name="Song track-00001").click()
    await visit.shows("Track", "7 likes")
    await visit.shows("Track", "Comment 1")
    await visit.shows("Track", "Song track-00002")

    # A listener likes it, plays it, and stops it from another device.
    await visit.sign_in("ben")
    await visit.click("Like")
    await visit.shows("Track", "8 likes")
    await visit.click("Play")
    await visit.shows("Player", "Playing")
    session = visit.gateway.data("{ myPlayback { id } }", token=token)["myPlayback"]["id"]
    paused = {"sessionId": session, "positionMs": 61_000}
    visit.gateway.data(example("pause"), paused, token=token)
    await visit.shows("Player", "Paused1:01")
    await visit.click("Resume")
    await visit.shows("Player", "Playing")

    # Who follows an artist is told of a release at once.
    await visit.shows("Notifications", "Nothing yet.")
    creator = visit.gateway.log_in("studio@tutti.example", PASSWORD)
    waiting = {"trackId": visit.site.waiting_track_id}
    visit.gateway.data(example("publish_track"), waiting, token=creator)
    await visit.shows("Notifications", "The Larks released “First Light”.")

    # A creator brings a file, and sees what becomes of it; this one is no recording.
    await visit.click("Sign out")
    await visit.sign_in("studio")
    await visit.page.get_by_placeholder("Title").fill("Little Song")
    song = {"name": "song.wav", "mimeType": "audio/wav", "buffer": SONG}
    form = visit.page.get_by_label("Upload", exact=True)
    await form.locator("[type=file]").set_input_files(song)
    await visit.click("Upload")
    await form.get_by_role("status").filter(has_text=re.compile("DONE|DEAD")).wait_for()
    mine = visit.gateway.data("{ myTracks { nodes { title } } }", token=creator)

    assert visit.seen.complaints == []
    assert {each["title"] for each in mine["myTracks"]["nodes"]} == {"Little Song", "Song waiting"}
