"""The ai subgraph by itself: what a client asks and is told."""

import pytest

from db.read import StatementCount
from db.repositories.ai import AiRepository
from domain.ai.records import AudioAnalysis, Neighbour, TrainedModel
from domain.ports import Scored
from resolvers.ai.behaviour import keep_play
from resolvers.ai.catalogue import keep_track
from schema.ids import print_id
from subgraphs.ai.definition import AI
from tests.conftest import ADMIN, BEN
from tests.factories.ai import NOON, a_play, a_track_change, a_vector

RECOMMENDATIONS = """
query($first: Int) {
  recommendations(first: $first) {
    degraded model
    items { score item { __typename id } reason { kind text weight evidence { id } } }
  }
}
"""
ENTITIES = """
query($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Playable {
      id
      similar(first: 2) { score item { id } }
      analysis { tempoBpm musicalKey model heardAt }
    }
  }
}
"""
TRAIN = "mutation { trainRecommender { job { __typename id } problems { code } } }"
MODEL = """
{ recommenderModel { version trainedAt listenerCount itemCount interactionCount
    ndcgAt10 popularityNdcgAt10 } }
"""


async def run(ctx, document: str, **variables: object):
    """Execute a document; give the whole result."""
    return await AI.schema.execute(document, variables, context_value=ctx)


def global_id(track: str) -> str:
    return print_id("Track", track)


@pytest.fixture
async def tracks(as_viewer) -> list[str]:
    """Ten tracks in a ring, each with its two neighbours."""
    names = [f"t{number}" for number in range(10)]
    for name in names:
        await keep_track(as_viewer(), a_track_change(name))
    async with as_viewer().unit_of_work(AiRepository) as uow:
        for place, name in enumerate(names):
            analysis = AudioAnalysis(
                playable=f"Track:{name}",
                model="m",
                source_key=f"originals/{name}",
                tempo_bpm=100.5,
                musical_key=None,
                heard_at=NOON,
            )
            await uow.rows.save_embedding(analysis, a_vector(1.0, place))
        await uow.rows.add_neighbours(
            [
                Neighbour(
                    playable=f"Track:{name}",
                    neighbour=f"Track:{names[(place + step) % 10]}",
                    score=1 - step / 10,
                )
                for place, name in enumerate(names)
                for step in (1, 2, 3)
            ]
        )
        await uow.commit()
    return names


async def test_recommendations_are_told_with_their_reasons(as_viewer, outside, tracks) -> None:
    await keep_play(as_viewer(), a_play("ben", "t1"))
    outside.models.answer = [
        Scored(item_id="Track:t2", score=0.5, because_of="Track:t1", weight=1.0)
    ]

    answer = await run(as_viewer(BEN), RECOMMENDATIONS, first=1)

    assert answer.errors is None
    assert answer.data["recommendations"] == {
        "degraded": False,
        "model": "fake-1",
        "items": [
            {
                "score": 0.5,
                "item": {"__typename": "Playable", "id": global_id("t2")},
                "reason": {
                    "kind": "LISTENED",
                    "text": "Because you listened to “Song t1”",
                    "weight": 1.0,
                    "evidence": {"id": global_id("t1")},
                },
            }
        ],
    }


async def test_nobody_gets_popularity_while_there_is_no_model(as_viewer, tracks) -> None:
    await keep_play(as_viewer(), a_play("ben", "t4"))

    answer = await run(as_viewer(), RECOMMENDATIONS, first=2)

    assert answer.errors is None
    assert answer.data["recommendations"] == {
        "degraded": True,
        "model": "popularity-v1",
        "items": [
            {
                "score": 0.0,
                "item": {"__typename": "Playable", "id": global_id(track)},
                "reason": {"kind": "POPULAR", "text": text, "weight": None, "evidence": None},
            }
            for track, text in (("t4", "Heard by one listener"), ("t9", "New here"))
        ],
    }


async def test_playables_of_others_are_answered_with_what_sounds_like_them(
    as_viewer, tracks
) -> None:
    wanted = [{"__typename": "Playable", "id": global_id("t1")}]

    answer = await run(as_viewer(), ENTITIES, representations=wanted)

    assert answer.errors is None
    assert answer.data["_entities"] == [
        {
            "id": global_id("t1"),
            "similar": [
                {"score": 0.9, "item": {"id": global_id("t2")}},
                {"score": 0.8, "item": {"id": global_id("t3")}},
            ],
            "analysis": {
                "tempoBpm": 100.5,
                "musicalKey": None,
                "model": "m",
                "heardAt": "2026-01-31T12:00:00Z",
            },
        }
    ]


async def test_ten_playables_cost_as_many_reads_as_one(as_viewer, tracks) -> None:
    counts = []
    for wanted in (tracks[:1], tracks):
        representations = [{"__typename": "Playable", "id": global_id(each)} for each in wanted]
        before = StatementCount.total
        answer = await run(as_viewer(), ENTITIES, representations=representations)
        counts.append(StatementCount.total - before)
        assert answer.errors is None

    assert counts == [3, 3]


async def test_an_admin_starts_a_training_and_follows_its_job(as_viewer) -> None:
    answer = await run(as_viewer(ADMIN), TRAIN)

    assert answer.errors is None
    job = answer.data["trainRecommender"]["job"]
    assert job["__typename"] == "Job"
    assert answer.data["trainRecommender"]["problems"] == []


async def test_a_listener_starts_no_training(as_viewer) -> None:
    answer = await run(as_viewer(BEN), TRAIN)

    assert answer.data == {"trainRecommender": None}
    assert [error.message for error in answer.errors] == ["Only an admin may train models."]


async def test_the_newest_model_is_told_with_its_card(as_viewer) -> None:
    card = {
        "users": 60,
        "items": 25,
        "interactions": 420,
        "metrics": {"ndcg_at_10": 0.31, "popularity_ndcg_at_10": 0.12},
    }
    async with as_viewer().unit_of_work(AiRepository) as uow:
        await uow.rows.add_model(TrainedModel(version="ease-7", trained_at=NOON, card=card))
        await uow.commit()

    answer = await run(as_viewer(), MODEL)

    assert answer.errors is None
    assert answer.data["recommenderModel"] == {
        "version": "ease-7",
        "trainedAt": "2026-01-31T12:00:00Z",
        "listenerCount": 60,
        "itemCount": 25,
        "interactionCount": 420,
        "ndcgAt10": 0.31,
        "popularityNdcgAt10": 0.12,
    }


async def test_before_the_first_training_there_is_no_model(as_viewer) -> None:
    answer = await run(as_viewer(), MODEL)

    assert answer.errors is None
    assert answer.data == {"recommenderModel": None}
