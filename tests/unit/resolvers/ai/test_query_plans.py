"""How SQLite reads ai's tables: by index, beginning with what was asked for."""

import sqlite3

import pytest

from loaders.ai import HISTORY_OF_USER, POPULAR, NeighboursByPlayable


@pytest.mark.parametrize(
    ("_case", "query", "tables_in_order"),
    [
        (
            "the lists wanted come first, then whether each neighbour is public",
            NeighboursByPlayable.query,
            [
                "SEARCH subject USING INDEX sqlite_autoindex_ai_playables_1 (playable=?)",
                "SEARCH ai_neighbours USING INDEX ix_ai_neighbours_score (playable=?)",
                "SEARCH near USING INDEX sqlite_autoindex_ai_playables_1 (playable=?)",
            ],
        ),
        (
            "the most popular are read in order, without sorting all",
            POPULAR,
            ["SEARCH ai_playables USING INDEX ix_ai_playables_popularity (is_public=?)"],
        ),
        (
            "a history is read newest first, without sorting all",
            HISTORY_OF_USER,
            ["SEARCH ai_tastes USING INDEX ix_ai_tastes_last_at (user_id=?)"],
        ),
    ],
)
def test_the_plan_is_what_it_should_be(_case, query, tables_in_order, databases) -> None:
    path = databases.of("ai").path
    if path is None:
        pytest.skip("only SQLite plans without statistics")
    compiled = query.compiled("sqlite")
    values = {name: "[]" if name == "keys" else 10 for name in compiled.parameters}

    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            f"EXPLAIN QUERY PLAN {compiled.sql}", values | compiled.constants
        ).fetchall()
    connection.close()

    steps = [str(row[3]).removesuffix(" LEFT-JOIN") for row in rows]
    assert [step for step in steps if "ai_" in step] == tables_in_order
