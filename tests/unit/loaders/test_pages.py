"""The newest rows of many keys: the same page of each, in few steps."""

import sqlite3

import pytest
from sqlalchemy import insert

from db.tables.social import comments
from loaders.social import CommentsByPlayable
from tests.factories.media import LONG_AGO

COMMENTS = 2_000
STEPS_PER_TICK, TICKS_MAX = 100, 50
"""To number the rows of one key SQLite would take some ten thousand steps."""


async def write_comments(databases) -> None:
    rows = [
        {
            "id": f"c{number:05d}",
            "playable": f"Track:{number % 2}",
            "author_id": "ben",
            "body": "hm",
            "created_at": LONG_AGO,
            "edited_at": None,
            "deleted_at": None,
        }
        for number in range(COMMENTS)
    ]
    rows[-1]["deleted_at"] = LONG_AGO
    async with databases.of("social").engine.begin() as connection:
        await connection.execute(insert(comments), rows)


async def test_each_key_gets_its_newest_before_the_cursor(databases) -> None:
    await write_comments(databases)
    read = databases.of("social").read
    keys = ["Track:0", "Track:1", "Track:none"]

    newest = await read.fetch(CommentsByPlayable.query, keys=keys, before="zzzz", limit=2)
    older = await read.fetch(CommentsByPlayable.query, keys=["Track:0"], before="c00004", limit=9)

    assert [row.id for row in newest] == ["c01998", "c01997", "c01996", "c01995"]
    assert [row.id for row in older] == ["c00002", "c00000"]


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_page_costs_the_same_however_many_rows_there_are(databases) -> None:
    await write_comments(databases)
    compiled = CommentsByPlayable.query.compiled("sqlite")
    values = {"keys": '["Track:0"]', "before": "zzzz", "limit": 3} | compiled.constants
    ticks = []

    connection = sqlite3.connect(databases.of("social").path)
    connection.set_progress_handler(lambda: ticks.append(1), STEPS_PER_TICK)
    rows = connection.execute(compiled.sql, values).fetchall()
    connection.close()

    assert len(rows) == 3
    assert len(ticks) < TICKS_MAX
