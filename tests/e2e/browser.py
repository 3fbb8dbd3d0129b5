"""A Chromium for tests of our pages, with a note of what a user would not notice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.databases import skip_without

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Seen:
    """What a page did that a user would not notice."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.addresses: list[str] = []

    def watch(self, page: Any) -> None:
        """Note what a page complains about and asks for; `Any` is Playwright's page."""
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.addresses.append(request.url))

    def outside(self, address: str) -> list[str]:
        """What was asked of others than the server itself."""
        own = (f"http://{address}/", "data:")
        return [url for url in self.addresses if not url.startswith(own)]

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


def require_chromium() -> None:
    """Skip where there is none."""
    if not CHROMIUM.exists():
        skip_without("there is no Chromium")


@asynccontextmanager
async def open_browser() -> AsyncIterator[Any]:
    """A fresh browser; `Any` is Playwright's, which is imported late."""
    api = pytest.importorskip("playwright.async_api")
    async with (
        api.async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser,
    ):
        yield browser
