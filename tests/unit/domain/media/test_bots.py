"""Who is no listener, by names that real programs have."""

import json
from pathlib import Path

import pytest

from domain.media.bots import is_bot
from tests.conftest import SHARED_DATA

FOLDER = SHARED_DATA / "user-agents"


def names_in(file: str) -> list[str]:
    path: Path = FOLDER / file
    if not path.exists():
        pytest.skip(f"{path} is not here")
    entries = json.loads(path.read_text())["entries"]
    return [name for entry in entries for name in entry.get("examples", [])]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("curl/8.5.0", True),
        ("Wget/1.21", True),
        ("python-requests/2.31", True),
        ("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36", True),
        ("Mozilla/5.0", True),
        ("okhttp/4.12.0", False),
        ("Dart/3.2 (dart:io)", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", False),
        ("", False),
    ],
)
def test_bots_are_known_by_their_names(name: str, is_one: bool) -> None:
    assert is_bot(name) is is_one


def test_no_browser_and_hardly_an_app_is_taken_for_a_bot() -> None:
    browsers, apps = names_in("browsers.json"), names_in("apps.json")

    assert [name for name in browsers if is_bot(name)] == []
    assert sum(map(is_bot, apps)) <= len(apps) / 500


def test_half_of_all_that_fetch_podcasts_are_known() -> None:
    names = names_in("bots.json")

    assert sum(map(is_bot, names)) >= len(names) / 2
