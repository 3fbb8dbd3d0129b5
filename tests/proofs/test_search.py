"""Search and suggestions over a million titles, in both profiles.

TUTTI_PROVE_TITLES says how many titles (a few thousand otherwise); TUTTI_PROVE_TITLES_AT may name
a folder of databases that `devtools/many_titles.py` has filled before: `embedded` and
`distributed`, each with one line, the URL.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from statistics import quantiles

import pytest
from sqlalchemy import text

from db.engine import DOMAINS, Databases
from devtools.many_titles import write_titles
from domain.media.search_entries import SearchKind
from domain.media.search_query import NO_FILTERS, SearchFilters
from domain.pages import page_request
from resolvers.media.search import count_found, search
from resolvers.media.suggestions import suggest
from tests.databases import (
    drop_postgres_database,
    make_postgres_database,
    migrate_urls,
    skip_without,
    why_no_postgres,
)

TITLES = int(os.environ.get("TUTTI_PROVE_TITLES", "3000"))
FILLED = os.environ.get("TUTTI_PROVE_TITLES_AT")
ROUNDS = 400 if TITLES >= 100_000 else 20
SUGGESTIONS_P99_MS = 20.0
SEED = 61

FIRST = page_request(20, None)
FILTERS = SearchFilters(
    kinds=(SearchKind.TRACK,), genre="rock", year_min=1990, year_max=2009, is_explicit=False
)
COMMON = ("love", "night", "metallica", "beatles", "sunshine", "heart", "blue", "dance", "the")
MISSPELLED = ("metalica", "metalllica", "beatels", "sunshnie", "sunshien", "hearrt", "nihgt")


@pytest.fixture(scope="module", params=["embedded", "distributed"])
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def database_url(profile: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database full of titles, made once for all measurements of a profile."""
    if FILLED is not None:
        yield (Path(FILLED) / profile).read_text().strip()
        return
    if profile == "embedded":
        url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('titles') / 'tutti.db'}"
        asyncio.run(migrate_urls(dict.fromkeys(DOMAINS, url)))
    elif (reason := why_no_postgres()) is not None:
        skip_without(reason)
    else:
        url = asyncio.run(make_postgres_database(f"tutti_test_{os.getpid()}_titles"))
    asyncio.run(_fill(url))
    yield url
    if profile == "distributed":
        asyncio.run(drop_postgres_database(f"tutti_test_{os.getpid()}_titles"))


async def _fill(url: str) -> None:
    databases = Databases(dict.fromkeys(DOMAINS, url))
    await write_titles(databases, TITLES)
    await databases.close()


@pytest.fixture
async def databases(database_url: str) -> AsyncIterator[Databases]:
    opened = Databases(dict.fromkeys(DOMAINS, database_url))
    yield opened
    await opened.close()


async def words_of(databases: Databases, condition: str, count: int) -> list[str]:
    """Known words, drawn with a seed."""
    statement = text(
        f"SELECT word FROM search_words WHERE {condition} AND length(word) > 3 ORDER BY word"
    )
    async with databases.of("media").engine.connect() as connection:
        found = list((await connection.execute(statement)).scalars())
    chance = random.Random(SEED)
    return [chance.choice(found) for _ in range(count)] if found else []


async def measured(ask: Callable[[str], Awaitable[object]], texts: list[str]) -> list[float]:
    """How long each took, in milliseconds, the quicker of two: where other work takes the
    machine in between, the other one tells."""
    return [min([await _once(ask, each) for _ in range(2)]) for each in texts]


async def _once(ask: Callable[[str], Awaitable[object]], text: str) -> float:
    began = time.perf_counter()
    await ask(text)
    return (time.perf_counter() - began) * 1000


def told(name: str, taken: list[float]) -> str:
    cuts = quantiles(taken, n=100)
    return f"{name} {cuts[49]:.1f}/{cuts[98]:.1f}"


async def test_search_over_many_titles(databases, profile, as_viewer, record_property) -> None:
    chance = random.Random(SEED)
    rare = await words_of(databases, "entries BETWEEN 1 AND 5", ROUNDS)
    middle = await words_of(databases, "entries BETWEEN 50 AND 5000", ROUNDS)
    signs = [
        f"{chr(chance.randint(0x4E00, 0x4E80))}{chr(chance.randint(0x4E00, 0x4E80))}"
        for _ in range(ROUNDS)
    ]
    common = [chance.choice(COMMON) for _ in range(ROUNDS)]
    kinds = {
        "rare word": (rare, NO_FILTERS, False),
        "common word": (common, NO_FILTERS, False),
        "two words": (
            [f"{chance.choice(COMMON)} {word}" for word in middle],
            NO_FILTERS,
            False,
        ),
        "prefix": ([word[:4] for word in middle], NO_FILTERS, False),
        "misspelled": ([chance.choice(MISSPELLED) for _ in range(ROUNDS)], NO_FILTERS, False),
        "CJK": (signs, NO_FILTERS, False),
        "filtered": (common, FILTERS, False),
        "with facets": (middle, NO_FILTERS, True),
        "common, filtered, with facets": (common, FILTERS, True),
    }
    results = []
    for name, (texts, filters, with_counts) in kinds.items():

        async def ask(each: str, filters=filters, with_counts=with_counts) -> None:
            ctx = as_viewer()
            found = await search(ctx, each, FIRST, filters)
            if with_counts:
                await count_found(ctx, found)

        results.append(told(name, await measured(ask, texts)))

    record_property("measured", f"{profile}: {', '.join(results)} ms (p50/p99)")


async def test_suggestions_over_many_titles(databases, profile, as_viewer, record_property) -> None:
    words = await words_of(databases, "entries >= 1", ROUNDS)
    prefixes = [word[: 1 + place % len(word)] for place, word in enumerate(words)]

    taken = await measured(lambda each: suggest(as_viewer(), each), prefixes)
    wrong = await measured(
        lambda each: suggest(as_viewer(), each),
        [f"{word[1]}{word[0]}{word[2:]}"[:7] for word in words],
    )

    record_property(
        "measured",
        f"{profile}: {told('suggestions', taken)}, {told('misspelled', wrong)} ms (p50/p99)",
    )
    if TITLES >= 100_000:
        assert quantiles(taken, n=100)[98] < SUGGESTIONS_P99_MS


async def test_the_size_of_the_index(databases, profile, record_property) -> None:
    database = databases.of("media")
    tables = ("search_entries", "search_words", "search_pieces")
    async with database.engine.connect() as connection:
        if database.path is None:
            names = [*tables, "ix_search_entries_words"]
            sizes = {
                name: (
                    await connection.execute(text(f"SELECT pg_total_relation_size('{name}')"))
                ).scalar_one()
                for name in names
            }
        else:
            where = {name: f"name LIKE '%{name}%'" for name in tables}
            where["search_lexemes"] = "name LIKE 'search_lexemes%'"
            sizes = {
                name: (
                    await connection.execute(text(f"SELECT sum(pgsize) FROM dbstat WHERE {each}"))
                ).scalar_one()
                for name, each in where.items()
            }
    megabytes = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in sizes.items())
    record_property("measured", f"{profile}: {megabytes} MB")
