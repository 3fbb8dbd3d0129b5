"""Real clients run their errands against the whole house; each tells the same in its own way."""

import argparse
import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

import house
from db.engine import DOMAINS, Databases
from devtools.clients import look_after_clients
from domain.users.manifests import parse_manifest
from domain.viewer import Role
from resolvers.users.accounts import register_account
from resolvers.users.sessions import open_session
from settings import Settings
from tests.clients.npm import install_packages, run_script, run_tool
from tests.databases import copy_sqlite_database
from tests.e2e.catalogue import global_track_id, write_catalogue, write_people
from tests.e2e.house import error_codes
from tests.fakes.server import running_server
from tests.patience import POLL_SECONDS, SECONDS_MAX
from web.documents import following

FOLDER = Path(__file__).parent
TITLES = [f"Song track-0000{number}" for number in (9, 8, 7, 6)]
MOVES = [[state, "Song track-00001"] for state in ("PLAYING", "PAUSED", "ENDED")]
UPLOADED = {"title": "Little Song", "problems": []}
WITHOUT_THEN_WITH_LIKES = [False, True]
HELD_TO_ITS_MANIFEST = "published"


@dataclass(frozen=True, kw_only=True)
class Front:
    """A house on a port, where a creator is logged in and ten tracks can be heard."""

    settings: Settings
    client: httpx.AsyncClient
    token: str

    async def write_schema(self, folder: Path) -> None:
        """Write the schema as it is served, for tools that read it."""
        folder.mkdir(exist_ok=True)
        (folder / "schema.graphql").write_text((await self.client.get("/schema.graphql")).text)

    async def publish(self, manifest: Path) -> None:
        """As `python gateway.py operations publish` does; until the gateway knows of it."""
        given = {"client": HELD_TO_ITS_MANIFEST, "version": "1", "file": manifest}
        command = argparse.Namespace(command="operations", action="publish", **given)
        await look_after_clients(self.settings, command)
        body = {"documentId": parse_manifest(manifest.read_bytes())[0].id}
        async with asyncio.timeout(SECONDS_MAX):
            while "PERSISTED_QUERY_NOT_FOUND" in await self._codes(body):
                await asyncio.sleep(POLL_SECONDS)

    async def run_errands(self, client: str, **more: str) -> dict[str, dict[str, Any]]:
        """Run a client's script; what each errand was told, and what was sent for it."""
        address = self.client.base_url.netloc.decode()
        given = {"address": address, "token": self.token, "trackId": global_track_id(1), **more}
        done: dict[str, dict[str, Any]] = await run_script(
            FOLDER, f"{client}.mjs", json.dumps(given)
        )
        return done

    async def _codes(self, body: dict[str, str]) -> list[str]:
        return error_codes((await self.client.post("/graphql", json=body)).json())


@pytest.fixture
async def front(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Front]:
    """The house as it is deployed, on SQLite; it takes batches, and no text of one client."""
    install_packages()
    monkeypatch.setattr(following, "REFRESH_SECONDS", 0.02)
    settings = Settings(
        data_dir=tmp_path,
        database_url=copy_sqlite_database(sqlite_template, tmp_path),
        demo=False,
        batch_operations_max=10,
        persisted_only=frozenset({HELD_TO_ITS_MANIFEST}),
        fetch_seconds_max=30,
        operation_seconds_max=60,
    )
    token = await fill(settings)
    async with (
        house.open_app(settings, "http://tutti.test") as app,
        running_server(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=SECONDS_MAX) as client,
    ):
        yield Front(settings=settings, client=client, token=token)


async def fill(settings: Settings) -> str:
    """Ten tracks and a creator; the creator's access token."""
    databases = Databases(dict.fromkeys(DOMAINS, str(settings.database_url)))
    await write_people(databases)
    await write_catalogue(databases, range(10))
    await databases.close()
    async with house.open_use_case_context(settings) as base:
        account = await register_account(
            base,
            email="mara@tutti.example",
            username="mara",
            password="correct horse",
            roles=(Role.LISTENER, Role.CREATOR),
        )
        return (await open_session(base, account)).access_token


async def write_apollo_manifest(folder: Path) -> Path:
    """What Apollo's tool makes of the operations."""
    shutil.copy(FOLDER / "operations.js", folder)
    config = {"documents": "operations.js", "output": "manifest.json"}
    (folder / "persisted-query-manifest.config.json").write_text(json.dumps(config))
    await run_tool(folder, "generate-persisted-query-manifest")
    return folder / "manifest.json"


async def compile_for_relay(front: Front, folder: Path, **more: Any) -> Path:
    """What Relay's compiler makes of the operations: a module for each."""
    shutil.copytree(FOLDER / "relay", folder)
    await front.write_schema(folder)
    (folder / "artefacts").mkdir()
    (folder / "manifest.json").write_text("{}")
    (folder / "package.json").write_text('{"type": "module"}')
    config = {
        "src": ".",
        "schema": "schema.graphql",
        "language": "javascript",
        "eagerEsModules": True,
        "artifactDirectory": "artefacts",
        **more,
    }
    (folder / "relay.config.json").write_text(json.dumps(config))
    await run_tool(folder, "relay-compiler", "relay.config.json")
    return folder


async def test_apollo_client_runs_all_its_errands(front: Front, tmp_path: Path) -> None:
    manifest = await write_apollo_manifest(tmp_path)
    await front.publish(manifest)

    done = await front.run_errands("apollo", manifest=str(manifest))

    assert told_by(done) == {
        "query": TITLES,
        "get": TITLES,
        "automatic": TITLES,
        "published": TITLES,
        "batch": [1, 2, 3],
        "upload": UPLOADED,
        "defer": WITHOUT_THEN_WITH_LIKES,
        "multipart": MOVES,
        "socket": MOVES,
    }
    whole = ["extensions", "operationName", "query", "variables"]
    assert done["query"]["sent"] == [["POST", whole]] * 2
    assert done["get"]["sent"] == [["GET", whole]] * 2
    hashed = ["extensions", "operationName", "variables"]
    assert done["automatic"]["sent"] == [["GET", hashed], ["POST", whole], ["GET", hashed]]
    assert done["published"]["sent"] == [["POST", hashed]] * 2
    assert done["batch"]["sent"] == [["POST", [whole] * 3]]
    assert done["upload"]["sent"] == [["POST", ["operations", "map", "1"]]]


async def test_urql_runs_all_its_errands(front: Front, tmp_path: Path) -> None:
    manifest = await write_apollo_manifest(tmp_path)
    await front.publish(manifest)
    hashes = {each["name"]: each["id"] for each in json.loads(manifest.read_text())["operations"]}

    done = await front.run_errands("urql", hash=hashes["Page"])

    assert told_by(done) == {
        "query": TITLES,
        "get": TITLES,
        "automatic": TITLES,
        "published": TITLES,
        "named": TITLES,
        "upload": UPLOADED,
        "defer": WITHOUT_THEN_WITH_LIKES,
        "fetched": MOVES,
        "socket": MOVES,
        "sse": MOVES,
    }
    whole = ["operationName", "query", "variables"]
    assert done["query"]["sent"] == [["POST", whole]] * 2
    assert done["get"]["sent"] == [["GET", whole]] * 2
    hashed = ["extensions", "operationName", "variables"]
    assert done["automatic"]["sent"] == [
        ["GET", hashed],
        ["GET", sorted([*hashed, "query"])],
        ["GET", hashed],
    ]
    assert done["published"]["sent"] == [["POST", hashed]] * 2
    assert done["named"]["sent"] == [["POST", ["documentId", "variables"]]] * 2
    assert done["upload"]["sent"] == [["POST", ["operations", "map", "0"]]]


async def test_relay_runs_all_its_errands(front: Front, tmp_path: Path) -> None:
    persisting = {"file": "manifest.json", "algorithm": "SHA256"}
    texts = await compile_for_relay(front, tmp_path / "texts")
    ids = await compile_for_relay(front, tmp_path / "ids", persistConfig=persisting)
    await front.publish(ids / "manifest.json")

    folders = {"texts": texts / "artefacts", "ids": ids / "artefacts"}
    done = await front.run_errands("relay", **{name: str(each) for name, each in folders.items()})

    assert told_by(done) == {
        "query": TITLES,
        "query, published": TITLES,
        "defer": WITHOUT_THEN_WITH_LIKES,
        "defer, published": WITHOUT_THEN_WITH_LIKES,
        "socket": MOVES,
        "socket, published": MOVES,
    }
    assert done["query"]["sent"] == [["POST", ["query", "variables"]]] * 2
    assert done["query, published"]["sent"] == [["POST", ["doc_id", "variables"]]] * 2


def told_by(done: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The answers of each errand."""
    return {name: each["told"] for name, each in done.items()}
