"""Real processes: our subgraphs behind our gateway, and a general gateway over a file."""

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.databases import copy_sqlite_database
from tests.e2e.house import example
from tests.e2e.processes import Gateway, Process, clean_environment, run_gateway
from tests.e2e.site import PASSWORD, Site
from tests.integration.federation.general import put, supergraph
from tests.patience import SECONDS_MAX
from tests.unit.federation.transport.peers import http, peer

ADDRESS = re.compile(r"on (http://\S+)")
TRACK = "type Query { track: Track } type Track { title: String }"

pytestmark = pytest.mark.slow


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """An empty data folder for processes of the embedded profile."""
    url = copy_sqlite_database(sqlite_template, tmp_path)
    made = Site(tmp_path, {"database_url": url}, url)
    yield made
    made.close()


def start(site: Site, *arguments: str, **settings: str) -> tuple[Process, str]:
    """A process that serves, and where."""
    given = {**site.settings, "data_dir": str(site.folder), "demo": "false", **settings}
    process = Process("gateway.py", *arguments, environment=clean_environment(**given))
    site.processes.append(process)

    def address() -> str | None:
        found = ADDRESS.search(process.output)
        return None if found is None else found.group(1)

    return process, process.wait_for(address)


def home(gateway: Gateway, token: str) -> object:
    return gateway.ask(example("home"), token=token)


async def test_two_subgraphs_in_processes_of_their_own(site: Site) -> None:
    await site.add_account("ben")
    here = site.gateway()
    token = here.log_in("ben@tutti.example", PASSWORD)
    expected = home(here, token)
    here.end()

    media, media_url = start(site, "subgraph", "media", "--port", "0")
    users, users_url = start(site, "subgraph", "users", "--port", "0")
    apart = site.gateway(subgraph_urls__media=media_url, subgraph_urls__users=users_url)
    same = home(apart, token)
    unsigned = httpx.post(users_url, json={"query": "{ me { email } }"}, timeout=SECONDS_MAX)
    other_token = apart.log_in("ben@tutti.example", PASSWORD)
    media.kill()
    broken = apart.ask(example("home"), token=other_token)

    assert same == expected
    assert expected["data"]["me"]["email"] == "ben@tutti.example"
    assert unsigned.status_code == httpx.codes.UNAUTHORIZED
    assert broken["data"]["me"] == expected["data"]["me"]
    assert broken["data"]["tracks"] is None
    assert {(error["path"][0], error["extensions"]["code"]) for error in broken["errors"]} == {
        ("tracks", "SUBGRAPH_UNAVAILABLE")
    }
    assert users.stop() == 0


def test_a_lone_subgraph_tells_in_one_line_why_it_cannot_start(tmp_path: Path) -> None:
    code, stderr = run_gateway(
        "subgraph",
        "nft",
        environment="production",
        token_signing_key="x",
        url_signing_key="u" * 32,
        storage__sealed="false",
        data_dir=str(tmp_path),
    )

    assert code == 1
    assert stderr == ("Tutti cannot start: production needs its own TUTTI_INTERNAL_SIGNING_KEY\n")


async def test_serve_follows_its_file_and_ends_in_order(site: Site, tmp_path: Path) -> None:
    async def behave(_seen: object, writer: object) -> None:
        writer.write(http({"data": {"track": {"title": "One"}}}))

    path = tmp_path / "supergraph.graphql"
    async with peer(behave) as media, httpx.AsyncClient(timeout=SECONDS_MAX) as client:
        path.write_text(supergraph(("media", media.url, TRACK)))
        process, url = await asyncio.to_thread(
            start, site, "serve", "--supergraph", str(path), "--port", "0"
        )

        async def ask(document: str) -> object:
            return (await client.post(url, json={"query": document})).json()

        assert await ask("{ track { title } }") == {"data": {"track": {"title": "One"}}}
        assert (await client.get(url.replace("graphql", "health"))).status_code == 200

        put(path, "type Query {")
        await asyncio.to_thread(process.wait_for, lambda: "supergraph_refused" in process.output)
        assert await ask("{ track { title } }") == {"data": {"track": {"title": "One"}}}

        renamed = TRACK.replace("title", "name")
        put(path, supergraph(("media", media.url, renamed)))
        os.kill(process.pid, signal.SIGHUP)
        await asyncio.to_thread(process.wait_for, lambda: "supergraph_loaded" in process.output)
        answer = await ask("{ track { title } }")
        assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert await asyncio.to_thread(process.stop) == 0
    assert process.output.count("supergraph_refused") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--supergraph", "nowhere.graphql"), "nowhere.graphql: No such file or directory"),
        (("--supergraph", "README.md"), "README.md: INVALID_SUPERGRAPH"),
        (
            ("--supergraph", "schema/sdl/supergraph.graphql", "--forward-header", "host"),
            "the header 'host' cannot be forwarded",
        ),
        (
            ("--supergraph", "schema/sdl/supergraph.graphql", "--subgraph-url", "media=x"),
            "'x' is no address for HTTP",
        ),
    ],
)
def test_serve_tells_in_one_line_why_it_cannot_start(
    arguments: tuple[str, ...], words: str
) -> None:
    code, stderr = run_gateway("serve", *arguments)

    assert code == 1
    assert len(stderr.splitlines()) == 1
    assert stderr.startswith("Tutti cannot start: ")
    assert words in stderr


def test_a_lone_subgraph_opens_its_own_database_only(site: Site) -> None:
    own = {"database_urls__nft": f"sqlite+aiosqlite:///{site.folder / 'nft.db'}"}
    process, url = start(site, "subgraph", "nft", "--port", "0", "--unsigned", **own)

    answer = httpx.post(url, json={"query": "{ _service { sdl } }"}, timeout=SECONDS_MAX).json()
    ready = httpx.get(url.replace("graphql", "ready"), timeout=SECONDS_MAX)
    links = Path(f"/proc/{process.pid}/fd").iterdir()
    opened = {Path(os.path.realpath(link)).name for link in links}

    assert "type Token" in answer["data"]["_service"]["sdl"]
    assert ready.json()["status"] == "ready"
    assert {name for name in opened if name.endswith(".db")} <= {"nft.db", "bus.db"}
    assert "nft.db" in opened
