"""The home screen: three ways to the same tables."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bench.contest import (
    COLUMNS,
    Burns,
    Contest,
    Contestant,
    Options,
    Standing,
    claim,
    front_ratio,
    hold,
    rows,
)
from bench.home.database import PostgresBackends, cursors, fresh_database, sqlalchemy_url
from bench.load import LoadGenerator
from bench.processes import ROOT, Command, Server, Servers, python_server
from bench.report import Claim, Section

REDIS_URL = "redis://127.0.0.1:6379/14"
OPERATION = ROOT / "bench" / "operations" / "home.graphql"
TITLE = "The home screen of six domains, on PostgreSQL"
PLACES = 300


def run_home(options: Options) -> Section:
    """Make the database, hold the contest, drop the database."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Section:
    try:
        async with fresh_database():
            with tempfile.TemporaryDirectory() as folder:
                standing = await asyncio.to_thread(_hold, Path(folder), options)
    except OSError as reason:
        return Section(name="home", title=TITLE, missing={"all": f"no PostgreSQL: {reason}"})
    return Section(
        name="home",
        title=TITLE,
        columns=["contestant", "CPU µs with PostgreSQL's", "the server's", *COLUMNS[3:]],
        table=rows(standing),
        claims=_claims(standing),
        notes=[
            f"{options}",
            "the claims compare the servers alone; PostgreSQL's own work is in the first figure",
        ],
        missing=standing.missing,
    )


def _hold(folder: Path, options: Options) -> Standing:
    places = cursors(PLACES)
    contest = Contest(
        name="home",
        document=OPERATION.read_text(),
        operation_name="Home",
        variables=lambda n: {"first": 10, "after": places[n]},
        contestants=tuple(
            Contestant(name=command.name, start=partial(_start, command))
            for command in (
                python_server("home-route", "home-route"),
                house(folder),
                python_server("home-orm", "home-orm"),
            )
        ),
    )
    with Servers() as servers, LoadGenerator() as load:
        return hold(contest, servers, load, options)


def _start(command: Command, servers: Servers) -> tuple[Server, Sequence[Burns]]:
    return servers.start(command), [PostgresBackends()]


def house(folder: Path) -> Command:
    """Our house as anyone would start it on PostgreSQL and Redis."""
    environment = {
        "TUTTI_DATABASE_URL": sqlalchemy_url(),
        "TUTTI_REDIS_URL": REDIS_URL,
        "TUTTI_DATA_DIR": str(folder / "house"),
        "TUTTI_DEMO": "false",
        "TUTTI_CACHE": "false",  # others have none either
        "TUTTI_FETCH_SECONDS_MAX": "60",
        "TUTTI_OPERATION_SECONDS_MAX": "60",
    }
    serve = [sys.executable, "gateway.py", "serve", "--port", "{port}"]
    return Command(name="tutti", arguments=serve, environment=environment)


def _claims(standing: Standing) -> list[Claim]:
    found = []
    names = standing.rounds.keys()
    if {"tutti", "home-orm"} <= names:
        ratio = front_ratio(standing, "home-orm", "tutti")
        text = "home screen on PostgreSQL vs Strawberry + ORM on the same tables"
        found.append(claim(text, ratio, goal=15, floor=6))
    if {"tutti", "home-route"} <= names:
        ratio = front_ratio(standing, "tutti", "home-route")
        text = "our CPU over that of hand-written asyncpg + orjson, home screen"
        found.append(claim(text, ratio, goal=2.5, floor=4, is_at_most=True))
    return found
