"""One remote subgraph is killed, hangs, drips or garbles under load: the rest goes on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from federation.transport.options import BreakerLimits
from tests.integration.federation.general import General, general_gateway, supergraph
from tests.integration.federation.test_general_gateway import (
    MEDIA,
    SOCIAL,
    TRACK,
    answer_likes,
)
from tests.patience import bound
from tests.unit.federation.transport.peers import Seen, answering, http, peer, silent
from web.general_gateway import GatewayOptions

FETCH_SECONDS_MAX = 3.0
GRACE_SECONDS = 0.05
CLIENTS = 10
WHOLE = {"data": {"track": {"title": "One", "likes": 5}}}
OPEN_SECONDS = BreakerLimits().open_seconds
Behave = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


async def drip(_seen: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" ")
        await asyncio.sleep(0.01)


async def die(_seen: Seen, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@dataclass
class Mood:
    """How the subgraph behaves now."""

    behave: Behave = answer_likes

    async def __call__(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        await self.behave(seen, writer)


@dataclass
class Watch:
    """What clients got, and how long they waited."""

    answers: list[Any] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    async def ask(self, gateway: General, number: int) -> None:
        began = time.perf_counter()
        self.answers.append(await gateway.ask(f"query Q{number} {{ track {{ title likes }} }}"))
        self.seconds.append(time.perf_counter() - began)

    def codes(self) -> set[str]:
        """The codes of all errors; each answer must be exact in all else."""
        found = set()
        for answer in self.answers:
            assert answer["data"] == {"track": {"title": "One", "likes": None}}, answer
            [error] = answer["errors"]
            assert error["path"] == ["track", "likes"]
            assert error["extensions"]["subgraph"] == "social"
            found.add(error["extensions"]["code"])
        return found


async def ask_many(gateway: General, times: int) -> Watch:
    """Several clients, each asking a few times in a row."""
    watch = Watch()

    async def client(number: int) -> None:
        for _ in range(times):
            await watch.ask(gateway, number)

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return watch


@pytest.mark.parametrize(
    ("_case", "behave", "codes", "opens"),
    [
        ("killed", die, {"SUBGRAPH_UNAVAILABLE", "SUBGRAPH_CIRCUIT_OPEN"}, True),
        ("hangs", silent, {"SUBGRAPH_TIMEOUT", "SUBGRAPH_CIRCUIT_OPEN"}, True),
        ("drips", drip, {"SUBGRAPH_TIMEOUT", "SUBGRAPH_CIRCUIT_OPEN"}, True),
        ("garbles", answering(http("<html>")), {"SUBGRAPH_INVALID_RESPONSE"}, False),
    ],
)
async def test_a_failing_subgraph_under_load(
    tmp_path: Path, _case: str, behave: Behave, codes: set[str], opens: bool
) -> None:
    mood, path = Mood(), tmp_path / "supergraph.graphql"
    options = GatewayOptions(fetch_seconds_max=FETCH_SECONDS_MAX)
    async with peer(answering(http(TRACK))) as media, peer(mood) as social:
        path.write_text(supergraph(("media", media.url, MEDIA), ("social", social.url, SOCIAL)))
        async with general_gateway(path, options) as gateway:
            before = await ask_many(gateway, 2)
            mood.behave = behave
            during = await ask_many(gateway, 4)
            asked = len(social.seen)
            still = await ask_many(gateway, 1)
            asked_still = len(social.seen) - asked
            mood.behave = answer_likes
            await asyncio.sleep(OPEN_SECONDS if opens else 0)
            await gateway.ask("{ track { title likes } }")
            after = await ask_many(gateway, 2)

        assert before.answers == after.answers == [WHOLE] * CLIENTS * 2
        assert during.codes() == codes
        assert (asked_still < CLIENTS) is opens  # an open breaker lets one try, seldom
        assert still.codes() <= codes
        slowest = FETCH_SECONDS_MAX + max(before.seconds)
        assert max(during.seconds) < slowest + bound(GRACE_SECONDS)
        assert await media.none_connected()
        assert await social.none_connected()
