"""What ai keeps of media's catalogue."""

import pytest

from resolvers.ai.catalogue import keep_track
from tests.factories.ai import a_track_change
from tests.outbox import job_names


async def test_a_ready_track_is_to_be_heard_once(as_viewer, databases) -> None:
    for _ in range(2):
        await keep_track(as_viewer(), a_track_change("t1"))
    await keep_track(as_viewer(), a_track_change("t1", version=2, title="Renamed"))

    assert await job_names(databases) == ["ai.embed_track.v1"]


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("it is being processed", {"state": "PROCESSING", "is_public": False}),
        ("it failed", {"state": "FAILED", "is_public": False}),
        ("its file has not come", {"source_key": None}),
    ],
)
async def test_nothing_is_to_be_heard_while(_case, changes, as_viewer, databases) -> None:
    await keep_track(as_viewer(), a_track_change("t1", **changes))

    assert await job_names(databases) == []
    found = await as_viewer().loaders.ai.playable_by_key.load("Track:t1")
    assert found.title == "Song t1"


async def test_an_older_word_changes_nothing(as_viewer, databases) -> None:
    await keep_track(as_viewer(), a_track_change("t1", version=3, is_public=False, state="FAILED"))

    await keep_track(as_viewer(), a_track_change("t1", version=2))

    found = await as_viewer().loaders.ai.playable_by_key.load("Track:t1")
    assert (found.is_public, found.version) == (False, 3)
    assert await job_names(databases) == []
