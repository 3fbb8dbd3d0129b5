"""Hearing recordings, and finding what sounds alike."""

import pytest

from db.read import StatementCount
from domain.ids import PlayableKey, PlayableKind
from domain.messages.commands import EmbedTrack
from domain.viewer import ANONYMOUS
from errors import BadInput, ModelUnavailable, NotAudio
from resolvers.ai.catalogue import keep_track
from resolvers.ai.listening import hear_track
from resolvers.ai.similar_tracks import find_analyses, list_similar
from tests.conftest import ADMIN, BEN, MODERATOR, a_viewer
from tests.factories.ai import a_track_change, a_vector

STUDIO = a_viewer("studio")


def key_of(track: str) -> PlayableKey:
    return PlayableKey(PlayableKind.TRACK, track)


@pytest.fixture
def hear(as_viewer, outside, embedder):
    """Puts a recording into the store and has it heard: `await hear("t1", 1, 0)`."""

    async def hear(track: str, *vector: float, source: str = "", **changes) -> None:
        source_key = source or f"originals/{track}"
        await keep_track(as_viewer(), a_track_change(track, source_key=source_key, **changes))
        await outside.store.put(source_key, source_key.encode(), "audio/flac")
        embedder.vectors[source_key.encode()] = a_vector(*vector)
        command = EmbedTrack(track_id=track, source_key=source_key)
        await hear_track(as_viewer(), command, embedder)

    return hear


async def similar(ctx, track: str, first: int | None = None) -> list[tuple[str, float]]:
    (found,) = await list_similar(ctx, [key_of(track)], first)
    return [(each.item.id, round(each.score, 3)) for each in found]


async def test_what_sounds_most_alike_comes_first_in_both_directions(as_viewer, hear) -> None:
    await hear("calm", 1.0, 0.0)
    await hear("calmer", 1.0, 0.1)
    await hear("loud", 0.0, 1.0)

    assert await similar(as_viewer(), "calm") == [("calmer", 0.995), ("loud", 0.0)]
    assert await similar(as_viewer(), "loud") == [("calmer", 0.1), ("calm", 0.0)]
    assert await similar(as_viewer(), "calmer", 1) == [("calm", 0.995)]


async def test_hidden_tracks_are_never_found_similar(as_viewer, hear) -> None:
    await hear("calm", 1.0, 0.0)
    await hear("draft", 1.0, 0.1, is_public=False)
    await hear("loud", 0.0, 1.0)

    assert await similar(as_viewer(ADMIN), "calm") == [("loud", 0.0)]

    await keep_track(as_viewer(), a_track_change("loud", version=2, is_public=False))
    assert await similar(as_viewer(ADMIN), "calm") == []


@pytest.mark.parametrize(
    ("_case", "viewer", "is_seen"),
    [
        ("nobody", ANONYMOUS, False),
        ("a stranger", BEN, False),
        ("a moderator", MODERATOR, False),
        ("its owner", STUDIO, True),
        ("an admin", ADMIN, True),
    ],
)
async def test_who_learns_how_a_draft_sounds(_case, viewer, is_seen, as_viewer, hear) -> None:
    await hear("calm", 1.0, 0.0)
    await hear("draft", 1.0, 0.1, is_public=False)

    (analysis,) = await find_analyses(as_viewer(viewer), [key_of("draft")])
    found = await similar(as_viewer(viewer), "draft")

    assert (analysis is not None) is is_seen
    assert found == ([("calm", 0.995)] if is_seen else [])


async def test_an_analysis_tells_tempo_key_and_model(as_viewer, hear, outside) -> None:
    await hear("calm", 1.0, 0.0)

    (analysis,) = await find_analyses(as_viewer(), [key_of("calm")])

    assert (analysis.tempo_bpm, analysis.musical_key) == (120.0, "A minor")
    assert (analysis.model, analysis.heard_at) == ("fake-space-v1", outside.clock.now())


async def test_hearing_twice_changes_nothing_and_listens_once(as_viewer, hear, embedder) -> None:
    await hear("calm", 1.0, 0.0)
    await hear("loud", 0.0, 1.0)
    before = await similar(as_viewer(), "calm")

    await hear("loud", 0.0, 1.0)

    assert await similar(as_viewer(), "calm") == before == [("loud", 0.0)]
    assert embedder.heard.count(b"originals/loud") == 1


async def test_a_new_recording_of_a_track_takes_the_place_of_the_old(as_viewer, hear) -> None:
    await hear("calm", 1.0, 0.0)
    await hear("other", 0.0, 1.0)

    await hear("other", 1.0, 0.1, source="originals/second-take", version=2)

    assert await similar(as_viewer(), "calm") == [("other", 0.995)]
    assert await similar(as_viewer(), "other") == [("calm", 0.995)]


async def test_lists_are_cut_to_the_nearest_fifty(as_viewer, hear) -> None:
    await hear("middle", 1.0, 0.0)

    for number in range(55):
        await hear(f"n{number:02}", 1.0, 0.01 * (55 - number))

    found = await similar(as_viewer(), "middle", 50)
    assert [track for track, _ in found] == [f"n{number:02}" for number in range(54, 4, -1)]
    first = await similar(as_viewer(), "n00", 50)
    assert len(first) == 50
    assert first[0][0] == "n01"


async def test_what_cannot_be_heard_stores_nothing(as_viewer, outside, embedder) -> None:
    await outside.store.put("originals/t1", b"no music", "audio/flac")
    command = EmbedTrack(track_id="t1", source_key="originals/t1")

    with pytest.raises(NotAudio):
        await hear_track(as_viewer(), command, embedder)
    embedder.is_down = True
    with pytest.raises(ModelUnavailable):
        await hear_track(as_viewer(), command, embedder)

    assert await as_viewer(ADMIN).loaders.ai.analysis_by_playable.load("Track:t1") is None


@pytest.mark.parametrize("first", [0, -1, 51])
async def test_more_neighbours_than_there_are_kept_are_refused(first, as_viewer) -> None:
    with pytest.raises(BadInput, match="first must be from 1 to 50"):
        await list_similar(as_viewer(), [key_of("t1")], first)


async def test_a_page_of_tracks_costs_as_many_reads_as_one(as_viewer, hear) -> None:
    tracks = [f"t{number}" for number in range(12)]
    for place, track in enumerate(tracks):
        await hear(track, 1.0, 0.1 * place)

    counts = []
    for wanted in (tracks[:1], tracks):
        ctx = as_viewer()
        before = StatementCount.total
        await list_similar(ctx, [key_of(track) for track in wanted])
        await find_analyses(ctx, [key_of(track) for track in wanted])
        counts.append(StatementCount.total - before)

    assert counts == [3, 3]
