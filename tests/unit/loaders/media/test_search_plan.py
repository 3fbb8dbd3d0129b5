"""Search reads the index of words."""

import sqlite3

from loaders.media.search import HITS


def test_hits_are_found_by_the_index_of_words(sqlite_template) -> None:
    compiled = HITS.compiled("sqlite")
    connection = sqlite3.connect(sqlite_template)

    rows = connection.execute(
        f"EXPLAIN QUERY PLAN {compiled.sql}", dict.fromkeys(compiled.parameters)
    ).fetchall()
    connection.close()

    steps = [row[3] for row in rows]
    assert any(step.startswith("SCAN search_words VIRTUAL TABLE INDEX") for step in steps), steps
    assert not any(step.startswith("SCAN search_entries") for step in steps), steps
