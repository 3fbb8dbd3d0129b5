"""Behaviour → training → model process → recommendations, and back when the model is gone."""

from dataclasses import replace
from pathlib import Path

from adapters.ml.models import ModelServerClient
from adapters.ml.serve import ModelFile, ModelServer
from adapters.ml.tools import ModelWorkshop
from domain.ai.records import ReasonKind
from resolvers.ai.behaviour import keep_play
from resolvers.ai.catalogue import keep_track
from resolvers.ai.recommendations import recommend
from resolvers.ai.training import train_recommender
from tests.conftest import a_viewer
from tests.factories.ai import a_play, a_track_change

ROCK = [f"rock{number}" for number in range(5)]
JAZZ = [f"jazz{number}" for number in range(5)]
NEWCOMER = a_viewer("newcomer")


async def no_progress(_fraction: float) -> None:
    """Nobody looks."""


async def test_a_listener_is_recommended_what_listeners_like_them_hear(
    as_viewer, tmp_path: Path
) -> None:
    artefact, socket = tmp_path / "models" / "recommender.bin", tmp_path / "model.sock"
    client = ModelServerClient(socket, timeout_seconds=5)
    ctx = as_viewer(NEWCOMER)
    ctx = replace(ctx, ports=replace(ctx.ports, models=client))
    for track in (*ROCK, *JAZZ):
        await keep_track(ctx, a_track_change(track))
    for number in range(12):
        taste = ROCK if number % 3 == 0 else JAZZ
        for track in taste:
            await keep_play(ctx, a_play(f"listener{number}", track))
    await keep_play(ctx, a_play("newcomer", "rock0"))
    before = await recommend(ctx, 4)

    workshop = ModelWorkshop(artefact)
    try:
        model = await train_recommender(ctx, workshop, no_progress)
    finally:
        await workshop.close()
    async with await ModelServer(ModelFile(artefact)).serve(socket):
        served = await recommend(ctx, 4)
    after = await recommend(ctx, 4)

    assert (before.degraded, served.degraded, after.degraded) == (True, False, True)
    assert served.model == model.version
    assert {each.item.id for each in before.items} <= set(JAZZ)
    assert {each.item.id for each in served.items} == set(ROCK[1:])
    assert {each.reason.kind for each in served.items} == {ReasonKind.LISTENED}
    assert {each.reason.text for each in served.items} == {"Because you listened to “Song rock0”"}
    assert {each.reason.weight for each in served.items} == {1.0}
