"""Memory: under ten thousand distinct operations, and under load that lasts."""

import statistics
import time
from collections.abc import Sequence

import orjson

from bench.contest import claim
from bench.contests import CLASSIC, JOINED, LIST, MUTATION, SMALL
from bench.load import Job, LoadGenerator
from bench.processes import Server, Servers, python_server
from bench.report import Claim, Section
from federation.limits import EngineLimits

OPERATIONS = 10_000
STEP = 1_000
CONNECTIONS = 8
TIMES_EACH = 2
"""A document is compiled when it comes again, and its program is kept as well."""
MEGABYTE = 1024 * 1024
BURST_SECONDS = 0.5


def run_memory(seconds: float) -> Section:
    """Fill every cache, and then go on for a while at half load."""
    with Servers() as servers, LoadGenerator() as load:
        server = servers.start(python_server("tutti", "tutti"))
        _prepare(server, load)
        many = _many_operations(server, load)
    with Servers() as servers, LoadGenerator() as load:
        server = servers.start(python_server("tutti", "tutti"))
        _prepare(server, load)
        soak = _soak(server, load, seconds)
    return Section(
        name="memory",
        title=f"Memory: {OPERATIONS:,} distinct operations, and {seconds:.0f} s at half load",
        columns=["distinct operations so far", "RSS MB"],
        table=[[f"{n:,}", f"{rss / MEGABYTE:.0f}"] for n, rss in many],
        claims=[
            _claim(f"RSS after {OPERATIONS:,} distinct operations over that after 3,000", many[3:]),
            _claim("RSS at the end of a soak at half load over that after a third of it", soak),
        ],
        notes=[
            f"at most {EngineLimits().plan_cache_entries_max:,} plans are kept, programs within "
            f"like bounds; each is sent {TIMES_EACH} times, for it is compiled when it comes again",
            f"at half load RSS changed by {_slope(soak):+.2f} MB a minute in the last two thirds",
        ],
    )


def _prepare(server: Server, load: LoadGenerator) -> None:
    """Let everything be made that is made once."""
    for contest in (CLASSIC, LIST, SMALL, JOINED, MUTATION):
        load.run(Job(server.port, contest.bodies(), CONNECTIONS, 300))


def _many_operations(server: Server, load: LoadGenerator) -> list[tuple[float, int]]:
    """Send documents that nobody sent before; memory after each step."""
    seen: list[tuple[float, int]] = [(0, server.resident_bytes())]
    for begin in range(0, OPERATIONS, STEP):
        bodies = [body for n in range(begin, begin + STEP) for body in [_body(n)] * TIMES_EACH]
        load.run(Job(server.port, bodies, CONNECTIONS, len(bodies)))
        seen.append((begin + STEP, server.resident_bytes()))
    return seen


def _body(number: int) -> str:
    """An operation over two subgraphs, with a field that is named as no other."""
    document = JOINED.document.replace("inStock", f"stock{number}: inStock")
    return orjson.dumps(
        {"query": document, "operationName": "Joined", "variables": {"id": f"b{number % 4_000}"}}
    ).decode()


def _soak(server: Server, load: LoadGenerator, seconds: float) -> list[tuple[float, int]]:
    """Load for half of the time; minutes since the beginning, and memory."""
    bodies = [
        body
        for contest in (CLASSIC, LIST, SMALL, JOINED, MUTATION)
        for body in contest.bodies()[::5]
    ]
    probe = load.run(Job(server.port, bodies, CONNECTIONS, len(bodies)))
    count = max(1, round(len(bodies) / probe.seconds * BURST_SECONDS))
    began_at, seen = time.monotonic(), []
    while (now := time.monotonic() - began_at) < seconds:
        busy = load.run(Job(server.port, bodies, CONNECTIONS, max(count, CONNECTIONS))).seconds
        time.sleep(busy)
        seen.append((now / 60, server.resident_bytes()))
    return seen[len(seen) // 3 :]


def _claim(text: str, seen: Sequence[tuple[float, int]]) -> Claim:
    """How much it grew."""
    first = seen[0][1]
    ratios = [rss / first for _, rss in seen]
    ratio = ratios[-1], (min(ratios), max(ratios))
    return claim(text, ratio, goal=1.05, floor=1.15, is_at_most=True)


def _slope(seen: Sequence[tuple[float, int]]) -> float:
    """Megabytes a minute, as a line through all samples says."""
    minutes = [minute for minute, _ in seen]
    megabytes = [rss / MEGABYTE for _, rss in seen]
    return statistics.linear_regression(minutes, megabytes).slope
