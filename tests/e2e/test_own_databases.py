"""Domains with databases of their own: two of the six live elsewhere, and nothing else changes."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db.engine import DOMAINS, Databases
from db.migrate import metadata_of
from domain.viewer import Role
from tests.conftest import FakeOutside
from tests.databases import (
    POSTGRES_URL,
    drop_postgres_database,
    migrate_urls,
    postgres_database_url,
)
from tests.e2e.catalogue import global_track_id, write_catalogue, write_people
from tests.e2e.house import example, open_house
from tests.e2e.processes import ROOT, clean_environment
from tests.e2e.site import PASSWORD, Site
from tests.e2e.snapshots import all_rows

ELSEWHERE = ("nft", "ai")


@pytest.fixture
async def own_urls(
    profile: str, database_url: str, tmp_path: Path
) -> AsyncIterator[dict[str, str]]:
    """A migrated database for each domain that lives elsewhere, beside the common one."""
    names = {domain: f"tutti_test_{os.getpid()}_{domain}" for domain in ELSEWHERE}
    if profile == "embedded":
        urls = {each: f"sqlite+aiosqlite:///{tmp_path / each}.db" for each in ELSEWHERE}
    else:
        connection = await asyncpg.connect(POSTGRES_URL)
        for name in names.values():
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()
        urls = {
            each: postgres_database_url(name).replace("postgresql:", "postgresql+asyncpg:")
            for each, name in names.items()
        }
    for domain, url in urls.items():
        await migrate_urls({domain: url})
    yield urls
    if profile == "distributed":
        for name in names.values():
            await drop_postgres_database(name)


@pytest.fixture
async def apart(database_url: str, own_urls: dict[str, str]) -> AsyncIterator[Databases]:
    """Four domains in one database, two in their own."""
    opened = Databases(dict.fromkeys(DOMAINS, database_url) | own_urls)
    yield opened
    await opened.close()


async def test_one_query_reads_three_databases(
    apart: Databases, outside: FakeOutside, tmp_path: Path
) -> None:
    await write_people(apart)
    await write_catalogue(apart, range(100))

    async with open_house(apart, outside, tmp_path / "uploads") as house:
        ben = await house.join("ben")
        home = await house.data(example("home"), by=ben)

    assert len(list(apart.distinct())) == 3
    assert all(len(track["similar"]) == 3 for track in home["tracks"]["nodes"])
    assert all(len(track["tokens"]["nodes"]) == 1 for track in home["tracks"]["nodes"])


async def test_what_happens_in_one_database_is_known_in_the_others(
    apart: Databases, outside: FakeOutside, tmp_path: Path
) -> None:
    async with open_house(apart, outside, tmp_path / "uploads") as house:
        anna = await house.join("anna", Role.CREATOR)
        variables = {"fileName": "song.flac", "sizeBytes": 10, "title": "Unheard"}
        await house.data(example("upload_track"), variables, by=anna)
        await house.tell_domains()

    rows = await all_rows(apart)
    assert [row[3] for row in rows["nft.mintable_tracks"]] == ["Unheard"]
    assert [row[3] for row in rows["ai.ai_playables"]] == ["Unheard"]
    assert {name.partition(".")[0] for name in rows} == {"media", "nft", "ai"}


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_process_of_one_domain_opens_no_other_database(
    apart: Databases, own_urls: dict[str, str]
) -> None:
    await write_catalogue(apart, range(10))
    query = """
    { _entities(representations: [{__typename: "Playable", id: "%s"}]) {
        ... on Playable { tokens(first: 1) { nodes { tokenId } } }
    } }
    """

    command = [sys.executable, "-m", "tests.e2e.one_domain", "nft"]
    done = await asyncio.to_thread(
        subprocess.run,
        [*command, own_urls["nft"], query % global_track_id(3)],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert json.loads(done.stdout) == {
        "data": {"_entities": [{"tokens": {"nodes": [{"tokenId": "4"}]}}]},
        "errors": [],
        "databases": ["nft.db"],
    }


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["embedded"])
async def test_gateway_and_worker_mint_with_the_tokens_elsewhere(site: Site) -> None:
    studio = await site.add_account("studio", Role.CREATOR)
    await site.release_waiting(studio)
    own = {
        f"database_urls__{each}": f"sqlite+aiosqlite:///{site.folder / each}.db"
        for each in ELSEWHERE
    }
    gateway = site.gateway(**own)
    creator = gateway.log_in("studio@tutti.example", PASSWORD)
    track = {"trackId": site.waiting_track_id}
    gateway.data(example("publish_track"), track, token=creator)

    minted = gateway.wait_for(
        lambda: gateway.ask(example("mint_track"), track, token=creator)["data"]["mintTrack"]
    )
    tokens = gateway.wait_for(
        lambda: gateway.data(example("tokens"), track, token=creator)["track"]["tokens"]["nodes"]
    )

    assert minted["problems"] == []
    assert [token["id"] for token in tokens] == [minted["token"]["id"]]
    assert tokens[0]["royaltyInfo"]["amount"] == str(10**17)
    for domain in ELSEWHERE:
        assert own_tables(site.folder / f"{domain}.db") >= set(metadata_of(domain).tables)
        assert not own_tables(site.folder / f"{domain}.db") & set(metadata_of("media").tables)
    assert rows_of(site.folder / "tutti.db", "tokens") == 0
    assert rows_of(site.folder / "nft.db", "tokens") == 1


def own_tables(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.close()
    return {name for (name,) in rows}


def rows_of(path: Path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    return int(count)
