"""Tasks of the ai domain: bound to their messages, and doing what they say."""

from types import SimpleNamespace

import pytest

from domain.ids import JobId, PlayableKey, PlayableKind
from domain.messages.commands import EmbedTrack, TrainRecommender
from domain.messages.events import PlayableLiked, PlayCounted, TrackChanged
from resolvers.ai.similar_tracks import list_similar
from resolvers.ai.training import find_latest_model
from tests.factories.ai import a_like, a_play, a_track_change, a_vector
from tests.unit.resolvers.ai.conftest import FakeEmbedder, FakeTrainer
from workers.context import WorkerContext
from workers.registry import REGISTRY
from workers.tasks import ai


@pytest.fixture
def worker(as_viewer) -> WorkerContext:
    """A worker's context with fake tools."""
    ctx = as_viewer()
    return WorkerContext(
        databases=ctx.databases,
        ports=ctx.ports,
        limits=ctx.limits,
        clock=ctx.clock,
        job_id=JobId("ai.test"),
        tools=SimpleNamespace(embedder=FakeEmbedder(), trainer=FakeTrainer()),
    )


@pytest.mark.parametrize(
    ("message", "handler"),
    [
        (TrackChanged, "ai.keep_track"),
        (PlayCounted, "ai.keep_play"),
        (PlayableLiked, "ai.keep_like"),
    ],
)
def test_each_event_has_its_handler(message, handler) -> None:
    assert handler in [each.name for each in REGISTRY.of_event(message.name)]


@pytest.mark.parametrize("command", [EmbedTrack, TrainRecommender])
def test_heavy_work_waits_in_the_model_queue(command) -> None:
    found = REGISTRY.find(command.name)

    assert (found.queue, found.domain) == ("model", "ai")


async def test_tracks_are_heard_and_tastes_learnt(as_viewer, worker, outside) -> None:
    for track, vector in (("t1", a_vector(1, 0)), ("t2", a_vector(4, 3))):
        event = a_track_change(track)
        await outside.store.put(event.source_key, track.encode(), "audio/flac")
        worker.tools.embedder.vectors[track.encode()] = vector
        await ai.keep_changed_track(event, worker)
        await ai.embed_track(EmbedTrack(track_id=track, source_key=event.source_key), worker)
    await ai.keep_play(a_play("ben", "t1"), worker)
    await ai.keep_like(a_like("anna", "t2"), worker)

    await ai.train_recommender(TrainRecommender(), worker)

    (similar,) = await list_similar(as_viewer(), [PlayableKey(PlayableKind.TRACK, "t1")])
    assert [(one.item.id, round(one.score, 3)) for one in similar] == [("t2", 0.8)]
    learnt = worker.tools.trainer.learnt
    assert [(one.user, one.item) for one in learnt] == [("anna", "Track:t2"), ("ben", "Track:t1")]
    model = await find_latest_model(worker)
    assert model.version == "fake-ease-1"
