"""The home screen with more and more on it: statements stay, CPU grows with the items."""

import asyncio
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import httpx
import orjson

from bench.contest import Contest, Contestant, Options, Standing, claim, hold
from bench.home.contest import OPERATION, PLACES, house
from bench.home.database import cursors, fresh_database
from bench.load import LoadGenerator
from bench.processes import Command, Servers
from bench.report import Section

TITLE = "The home screen with 10, 100 and 1,000 objects on it"
SIZES = (1, 10, 100)
"""Tracks on the page; each brings nine more objects with it."""
OBJECTS_PER_TRACK = 10
CONNECTIONS_MAX = 10
"""As many as the gateway has to the database: what waits for one is not of interest here."""


def run_growth(options: Options) -> Section:
    """Make the database and ask our gateway for larger and larger pages."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Section:
    try:
        async with fresh_database():
            with tempfile.TemporaryDirectory() as folder:
                return await asyncio.to_thread(_measure, Path(folder), options)
    except OSError as reason:
        return Section(name="growth", title=TITLE, missing={"tutti": f"no PostgreSQL: {reason}"})


def _measure(folder: Path, options: Options) -> Section:
    command = house(folder)
    fewer = replace(options, connections=min(options.connections, CONNECTIONS_MAX))
    standings: dict[int, Standing] = {}
    statements: dict[int, int] = {}
    with Servers() as servers, LoadGenerator() as load:
        for size in SIZES:
            contest = _contest(size, command)
            standings[size] = standing = hold(contest, servers, load, fewer)
            if standing.missing:
                return Section(name="growth", title=TITLE, missing=standing.missing)
            statements[size] = _statements(servers.start(command).port, contest.bodies()[0])
    costs = {
        size: [each.total_us for each in standing.rounds["tutti"]]
        for size, standing in standings.items()
    }
    tenfold = [large / (10 * small) for small, large in zip(costs[10], costs[100], strict=True)]
    return Section(
        name="growth",
        title=TITLE,
        columns=["objects", "statements", "CPU µs", "CPU µs for each object"],
        table=[
            [
                f"{size * OBJECTS_PER_TRACK:,}",
                f"{statements[size]}",
                f"{statistics.median(costs[size]):,.0f}",
                f"{statistics.median(costs[size]) / size / OBJECTS_PER_TRACK:,.1f}",
            ]
            for size in SIZES
        ],
        claims=[
            claim(
                "statements for 1,000 objects over those for 10",
                _once(statements[100] / statements[1]),
                goal=1,
                floor=1,
                is_at_most=True,
            ),
            claim(
                "CPU for 1,000 objects over ten times that for 100",
                (statistics.median(tenfold), (min(tenfold), max(tenfold))),
                goal=1.1,
                floor=1.3,
                is_at_most=True,
            ),
        ],
        notes=[f"{fewer}"],
    )


def _contest(size: int, command: Command) -> Contest:
    places = cursors(PLACES)
    contestant = Contestant(name="tutti", start=lambda servers: (servers.start(command), ()))
    return Contest(
        name="growth",
        document=OPERATION.read_text(),
        operation_name="Home",
        variables=lambda n: {"first": size, "after": places[n * 9 // 10]},
        contestants=[contestant],
    )


def _statements(port: int, body: str) -> int:
    """How many statements one such page reads, as the gateway tells who asks for the plan."""
    headers = {"content-type": "application/json", "tutti-explain": "plan"}
    answer = httpx.post(f"http://127.0.0.1:{port}/graphql", content=body, headers=headers)
    return int(orjson.loads(answer.content)["extensions"]["explain"]["statements"])


def _once(value: float) -> tuple[float, tuple[float, float]]:
    """Something that is counted, not timed: it has no spread."""
    return value, (value, value)
