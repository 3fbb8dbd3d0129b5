"""The worker or the node may die at any moment: tokens minted = tokens asked for."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.chain.client import ChainClient
from db.engine import Databases
from db.tables.nft import tokens as token_rows
from db.tables.platform import jobs
from resolvers.nft import tokens
from tests.conftest import ANNA
from tests.factories.nft import ALICE, a_track
from tests.integration.chain_nodes import Node, embedded_node
from tests.patience import until

ROUNDS = int(os.environ.get("TUTTI_KILL_ROUNDS", "2"))
"""Kills of each kind; `make prove` asks for twenty."""
ASKED_PER_ROUND = 6
SECONDS_MAX = 120 + 20 * ROUNDS


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = embedded_node(tmp_path / "chain")
    node.start()
    yield node
    node.kill()


@pytest.fixture
async def chain(node: Node) -> AsyncIterator[ChainClient]:
    chain = ChainClient(node.url, chain_id=node.chain_id, key=node.key)
    yield chain
    await chain.close()


class Minters:
    """Worker processes that mint, one at a time."""

    def __init__(self, database_url: str, redis_url: str, node: Node, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.integration.minting.worker_process"]
        self._command = [*command, database_url, redis_url, str(folder), node.url]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = subprocess.Popen(self._command)
        await until(lambda: (self._folder / f"ready-{self._process.pid}").exists())

    def kill(self) -> None:
        """End it without a chance to tidy up; ended before is fine."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def minters(
    profile: str,
    database_url: str,
    node: Node,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Minters]:
    redis = request.getfixturevalue("redis_server").url if profile == "distributed" else "-"
    minters = Minters(database_url, redis, node, tmp_path)
    yield minters
    minters.kill()


async def ask(as_viewer, number: int) -> None:
    """Ask for so many tokens."""
    await tokens.keep_track(as_viewer(ANNA), a_track())
    for _ in range(number):
        await tokens.mint_track(
            as_viewer(ANNA), a_track().track_id, receiver=ALICE, royalty_bps=500
        )


async def column(databases: Databases, wanted) -> list[object]:
    """All values of a column."""
    async with databases.of("nft").engine.connect() as connection:
        return list((await connection.execute(select(wanted))).scalars())


async def wait_until_done(databases: Databases) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while set(await column(databases, jobs.c.state)) != {"done"}:
            await asyncio.sleep(0.1)


async def assert_minted_once(databases: Databases, chain: ChainClient, asked: int) -> None:
    numbers = await column(databases, token_rows.c.token_number)
    assert await chain.tokens_minted() == asked
    assert sorted(numbers) == list(range(1, asked + 1))
    assert set(await column(databases, token_rows.c.state)) == {"FINAL"}
    assert set(await column(databases, token_rows.c.owner_address)) == {ALICE}
    assert await column(databases, jobs.c.state) == ["done"] * asked


async def test_killed_workers_mint_what_was_asked_for(
    minters: Minters, chain: ChainClient, databases: Databases, as_viewer
) -> None:
    chance = random.Random(7)

    for _ in range(ROUNDS):
        await minters.start()
        await ask(as_viewer, ASKED_PER_ROUND)
        await asyncio.sleep(chance.uniform(0.0, 0.6))
        minters.kill()
    await minters.start()
    await wait_until_done(databases)

    await assert_minted_once(databases, chain, ROUNDS * ASKED_PER_ROUND)


async def test_a_killed_node_has_what_was_asked_for(
    minters: Minters, node: Node, chain: ChainClient, databases: Databases, as_viewer
) -> None:
    chance = random.Random(8)
    await minters.start()

    for _ in range(ROUNDS):
        await ask(as_viewer, ASKED_PER_ROUND)
        await asyncio.sleep(chance.uniform(0.0, 0.6))
        node.kill()
        node.start()
    await wait_until_done(databases)

    await assert_minted_once(databases, chain, ROUNDS * ASKED_PER_ROUND)
