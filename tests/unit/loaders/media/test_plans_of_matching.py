"""An import looks entries up by an index, whichever way it finds them."""

import sqlite3

import pytest

from loaders.media.listed_tracks import BY_ARTIST, BY_ISRC, BY_MUSIC_BRAINZ_ID


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (BY_ISRC, "ix_tracks_isrc"),
        (BY_MUSIC_BRAINZ_ID, "ix_tracks_music_brainz_recording_id"),
        (BY_ARTIST, "ix_artists_name_key"),
    ],
)
def test_entries_are_looked_up_by_an_index(query, index, sqlite_template) -> None:
    compiled = query.compiled("sqlite")
    connection = sqlite3.connect(sqlite_template)

    rows = connection.execute(
        f"EXPLAIN QUERY PLAN {compiled.sql}", dict.fromkeys(compiled.parameters)
    ).fetchall()
    connection.close()

    steps = [row[3] for row in rows]
    assert any(index in step for step in steps), steps
    assert not any(step.startswith("SCAN tracks") for step in steps), steps
