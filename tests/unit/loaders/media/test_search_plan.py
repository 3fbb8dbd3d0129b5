"""Search reads the index of words, and the numbers in their order."""

import re
import sqlite3

import asyncpg
import pytest
from sqlalchemy import insert

from db.engine import Databases
from db.read import Query
from db.repositories.media.search import values_of_entry
from db.tables.media.search import search_entries
from domain.media.search_entries import track_entry
from domain.media.search_places import LIVE
from domain.media.search_query import NO_FILTERS, LexemeQuery
from domain.viewer import ANONYMOUS
from loaders.media.search import ANYWHERE, COUNTS, HITS, NOT_YET, WORDY, filter_parameters
from tests.factories.media import a_track

WANTED = LexemeQuery((("t:love*", "a:love*"), ("p:1",)), (("f:love*",),))


def steps_on_sqlite(path, query: Query) -> list[str]:
    compiled = query.compiled("sqlite")
    connection = sqlite3.connect(path)
    rows = connection.execute(
        f"EXPLAIN QUERY PLAN {compiled.sql}", dict.fromkeys(compiled.parameters)
    ).fetchall()
    connection.close()
    return [row[3] for row in rows]


@pytest.mark.parametrize("statement", [HITS, COUNTS])
def test_on_sqlite_the_index_gives_numbers_in_their_order(statement, sqlite_template) -> None:
    steps = steps_on_sqlite(sqlite_template, statement)

    assert any(step.startswith("SCAN search_lexemes VIRTUAL TABLE INDEX") for step in steps), steps
    assert not any(re.match(r"SCAN search_entries", step) for step in steps), steps
    assert [step for step in steps if step.startswith("USE TEMP B-TREE FOR ORDER BY")] == []


@pytest.mark.parametrize("profile", ["distributed"])
@pytest.mark.parametrize(
    ("is_common", "index"), [(False, "ix_search_entries_words"), (True, "pk_search_entries")]
)
async def test_on_postgres_rare_words_are_gathered_and_common_ones_walked(
    is_common, index, databases: Databases
) -> None:
    compiled = HITS.compiled("postgresql")
    values = {
        **{f"query_{tier}": WANTED for tier in WORDY},
        **{f"after_{tier}": NOT_YET for tier in range(ANYWHERE)},
        **{f"common_{tier}": is_common for tier in WORDY},
        **filter_parameters(NO_FILTERS, ANONYMOUS.sight, ["Track"]),
        "whole": "love",
        "generation": 0,
        "limit": 21,
    }
    bound = [
        compiled.constants[name]
        if name in compiled.constants
        else compiled.bind.get(name, lambda value: value)(values[name])
        for name in compiled.parameters
    ]
    await write_tracks(databases, 5_000)
    connection = await asyncpg.connect(databases.of("media").url.replace("+asyncpg", ""))
    await connection.execute("ANALYZE search_entries")
    await connection.execute("SET enable_seqscan = off")

    rows = await connection.fetch(f"EXPLAIN {compiled.sql}", *bound)

    await connection.close()
    plan = "\n".join(row[0] for row in rows)
    assert index in plan, plan
    assert "ix_search_entries_title_key" in plan, plan


async def write_tracks(databases: Databases, count: int) -> None:
    rows = [
        {
            **values_of_entry(track_entry(a_track(f"track-{number}"), [])),
            "number": number,
            "since": 0,
            "until": LIVE,
        }
        for number in range(count)
    ]
    async with databases.of("media").engine.begin() as connection:
        for start in range(0, count, 1_000):
            await connection.execute(insert(search_entries), rows[start : start + 1_000])
