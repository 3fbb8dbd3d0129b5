"""Requests that end in every way at once: nothing of them stays behind."""

import asyncio
import random
from collections import Counter

from federation.transport.http import HttpTransport
from federation.transport.options import BreakerLimits, HttpOptions, PoolLimits
from tests.unit.federation.transport.peers import Seen, http, mutation, peer, query

GOOD = http({"data": {"a": 1}})
OPTIONS = HttpOptions(
    seconds_max=0.1,
    pool=PoolLimits(connections_max=8, wait_seconds_max=0.05),
    breaker=BreakerLimits(failures_max=1_000_000),
)


async def test_connections_are_accounted_for_whatever_happens() -> None:
    dice = random.Random(7)

    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(dice.random() * 0.02)
        luck = dice.random()
        if luck < 0.7:
            writer.write(GOOD)
        elif luck < 0.8:
            writer.transport.abort()
        elif luck < 0.9:
            writer.write(http("<html>"))
        else:
            await asyncio.sleep(0.3)

    ends: Counter[str] = Counter()

    async def ask(transport: HttpTransport) -> None:
        request = query(i=dice.randrange(30)) if dice.random() < 0.8 else mutation()
        try:
            async with asyncio.timeout(dice.choice([0.005, 0.03, 5])):
                result = await transport.fetch(request, None)
        except TimeoutError:
            ends["left"] += 1
        else:
            code = result.errors[0]["extensions"]["code"] if result.errors else "answered"
            ends[code] += 1

    async with peer(behave) as subgraph:
        transport = HttpTransport(subgraph.url, options=OPTIONS)
        for _ in range(15):
            await asyncio.gather(*(ask(transport) for _ in range(60)))
            assert transport.connections_open <= 8
        await transport.close()

        assert transport.connections_open == 0
        assert await subgraph.none_connected()
    assert ends.total() == 900
    assert {"answered", "left", "SUBGRAPH_INVALID_RESPONSE", "SUBGRAPH_TIMEOUT"} <= set(ends)
