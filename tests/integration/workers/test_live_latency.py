"""What a worker commits reaches subscribers of two gateways soon, in both profiles."""

import asyncio
import json
import time
from collections.abc import Callable

import pytest

from db.engine import Databases
from db.outbox import add_event
from domain.clock import SystemClock
from domain.messages.envelope import Event
from tests.integration.conftest import Listener
from tests.integration.workers.conftest import Site
from tests.patience import IS_PROOF, SECONDS_MAX, bound
from workers.job_rows import notify, transaction

EVENTS_PER_SECOND = 50
SECONDS = 10 if IS_PROOF else 2
P99_SECONDS_MAX = 0.2


class Ticked(Event, frozen=True, kw_only=True):
    name = "media.ticked.v1"
    at: int

    @property
    def channel(self) -> str:
        return "ticks"


@pytest.mark.slow
async def test_fifty_events_a_second_reach_two_gateways_within_the_bound(
    site: Site,
    databases: Databases,
    start_listener: Callable[[str, str], Listener],
    record_property: Callable[[str, object], None],
) -> None:
    address = str(databases.of("media").path) if site.redis is None else site.redis.url
    site.start_worker()
    listeners = [await asyncio.to_thread(start_listener, address, "ticks") for _ in range(2)]

    started = time.monotonic()
    for number in range(EVENTS_PER_SECOND * SECONDS):
        async with transaction(databases.of("media")) as connection:
            ticked = Ticked(at=time.monotonic_ns())
            await add_event(connection, ticked, now=SystemClock().now())
            await notify(connection)
        await asyncio.sleep(started + (number + 1) / EVENTS_PER_SECOND - time.monotonic())

    for listener in listeners:
        delays = sorted([await delay_of_next(listener) for _ in range(number + 1)])
        p99 = delays[int(len(delays) * 0.99)]
        record_property("measured", f"p99 {p99 * 1000:.0f} ms")
        assert p99 < bound(P99_SECONDS_MAX), delays[-20:]


async def delay_of_next(listener: Listener) -> float:
    """Seconds from before the commit to after the delivery."""
    assert listener.stdout is not None
    line = await asyncio.wait_for(asyncio.to_thread(listener.stdout.readline), SECONDS_MAX)
    came, payload = line.split(" ", 1)
    return (int(came) - json.loads(payload)["at"]) / 1e9
