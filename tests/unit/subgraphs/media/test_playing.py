"""Playback and jobs as a player asks for them, live and not."""

import asyncio
from contextlib import aclosing

import pytest

from db.repositories.media.catalogue import MediaRepository
from domain.ids import JobId, PlayableKind, UserId
from domain.messages.commands import ProcessPlayable
from domain.viewer import ANONYMOUS
from schema.ids import print_id
from subgraphs.media.definition import MEDIA
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_draft, a_track, keep_tracks
from tests.patience import SECONDS_MAX
from tests.unit.subgraphs.media.executing import follow, run, run_to_code, track_id

SESSION = "session { id state positionMs listenedMs sequence } problems { code field }"
START = (
    f"mutation S($input: StartPlaybackInput!) {{ startPlayback(input: $input) {{ {SESSION} }} }}"
)
BEAT = f"mutation B($input: HeartbeatInput!) {{ heartbeat(input: $input) {{ {SESSION} }} }}"
MOVED = """
subscription Moved($id: ID!) {
  playbackMoved(sessionId: $id) {
    sequence state positionMs track { title artist { name } } queue { playable { id } }
  }
}
"""
PAUSE = f"mutation P($id: ID!) {{ pausePlayback(input: {{sessionId: $id}}) {{ {SESSION} }} }}"
PROGRESSED = "subscription P($id: ID!) { jobProgressed(id: $id) { id state progress } }"


@pytest.fixture
async def tracks(as_viewer):
    await keep_tracks(as_viewer(ANNA), a_track(), a_track("track-2"), a_draft("draft-1"))


async def start(ctx, **more):
    data = await run(ctx, START, input={"playableId": track_id(), **more})
    return data["startPlayback"]["session"]


async def test_a_player_starts_beats_pauses_resumes_seeks_and_ends(
    as_viewer, outside, tracks
) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx, queue=[track_id("track-2")])
    id_ = session["id"]

    outside.clock.advance(seconds=10)
    beat = await run(ctx, BEAT, input={"sessionId": id_, "positionMs": 10_000})
    document = f"""
    mutation Moves($id: ID!, $next: ID!) {{
      pausePlayback(input: {{sessionId: $id, positionMs: 10500}}) {{ {SESSION} }}
      resumePlayback(input: {{sessionId: $id}}) {{ {SESSION} }}
      seekPlayback(input: {{sessionId: $id, positionMs: 90000}}) {{ {SESSION} }}
      setQueue(input: {{sessionId: $id, playableIds: [$next, $next]}}) {{ {SESSION} }}
      nextInQueue(input: {{sessionId: $id}}) {{ {SESSION} }}
      endPlayback(input: {{sessionId: $id}}) {{ {SESSION} }}
    }}
    """
    moves = await run(ctx, document, id=id_, next=track_id("track-2"))

    assert session == {
        "id": id_,
        "state": "PLAYING",
        "positionMs": 0,
        "listenedMs": 0,
        "sequence": 1,
    }
    assert beat["heartbeat"]["session"]["listenedMs"] == 10_000
    assert [
        (move["session"]["state"], move["session"]["positionMs"]) for move in moves.values()
    ] == [
        ("PAUSED", 10_500),
        ("PLAYING", 10_500),
        ("PLAYING", 90_000),
        ("PLAYING", 90_000),
        ("PLAYING", 0),
        ("ENDED", 0),
    ]


async def test_my_playback_tells_what_plays_and_what_comes(as_viewer, tracks) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx, queue=[track_id("track-2")], isPrivate=True)
    fields = "isPrivate track { title } queue { playable { title } }"
    document = f"""
    query Mine($id: ID!) {{
      myPlayback {{ id {fields} }} playbackSession(id: $id) {{ {fields} }}
    }}
    """

    mine = await run(ctx, document, id=session["id"])
    others = await run(as_viewer(ANNA), document, id=session["id"])

    told = {
        "isPrivate": True,
        "track": {"title": "Song track-1"},
        "queue": [{"playable": {"title": "Song track-2"}}],
    }
    assert mine == {"myPlayback": {"id": session["id"], **told}, "playbackSession": told}
    assert others == {"myPlayback": None, "playbackSession": None}


async def test_refusals_have_stable_codes(as_viewer, tracks) -> None:
    ben, anna = as_viewer(BEN), as_viewer(ANNA)
    id_ = (await start(ben))["id"]
    await run(ben, f'mutation {{ endPlayback(input: {{sessionId: "{id_}"}}) {{ {SESSION} }} }}')
    nothing = {"startPlayback": None}

    assert await run_to_code(ben, START, input={"playableId": track_id("draft-1")}) == (
        "NOT_FOUND",
        nothing,
    )
    assert await run_to_code(as_viewer(ANONYMOUS), START, input={"playableId": track_id()}) == (
        "UNAUTHENTICATED",
        nothing,
    )
    unready = await run(anna, START, input={"playableId": track_id("draft-1")})
    foreign = await run(anna, START, input={"playableId": print_id("Album", "album-1")})
    ended = await run(ben, BEAT, input={"sessionId": id_, "positionMs": 1})
    assert unready["startPlayback"]["problems"] == [
        {"code": "TRACK_NOT_READY", "field": "playableId"}
    ]
    assert foreign["startPlayback"]["problems"] == [{"code": "BAD_INPUT", "field": "playableId"}]
    assert ended["heartbeat"] == {
        "session": None,
        "problems": [{"code": "PLAYBACK_ENDED", "field": None}],
    }


async def test_playback_is_followed_live_until_it_ends(as_viewer, outside, tracks) -> None:
    ctx = as_viewer(BEN)
    id_ = (await start(ctx, queue=[track_id("track-2")]))["id"]
    seen = []

    async with (
        asyncio.timeout(SECONDS_MAX),
        aclosing(follow(as_viewer(BEN), MOVED, id=id_)) as events,
    ):
        seen.append((await anext(events))["playbackMoved"])
        await run(ctx, BEAT, input={"sessionId": id_, "positionMs": 500})
        await run(
            ctx, f'mutation {{ pausePlayback(input: {{sessionId: "{id_}"}}) {{ {SESSION} }} }}'
        )
        seen.append((await anext(events))["playbackMoved"])
        await run(ctx, f'mutation {{ nextInQueue(input: {{sessionId: "{id_}"}}) {{ {SESSION} }} }}')
        seen.append((await anext(events))["playbackMoved"])
        await run(ctx, f'mutation {{ nextInQueue(input: {{sessionId: "{id_}"}}) {{ {SESSION} }} }}')
        seen += [event["playbackMoved"] async for event in events]

    assert [(move["sequence"], move["state"], move["track"]["title"]) for move in seen] == [
        (1, "PLAYING", "Song track-1"),
        (2, "PAUSED", "Song track-1"),
        (3, "PLAYING", "Song track-2"),
        (4, "ENDED", "Song track-2"),
    ]
    assert [len(move["queue"]) for move in seen] == [1, 1, 0, 0]


@pytest.mark.parametrize("viewer", [ANONYMOUS, ANNA, ADMIN], ids=["anonymous", "other", "admin"])
async def test_nobody_else_follows_my_playback(viewer, as_viewer, tracks) -> None:
    id_ = (await start(as_viewer(BEN)))["id"]

    events = await MEDIA.schema.subscribe(MOVED, {"id": id_}, context_value=as_viewer(viewer))
    told = [event async for event in events]

    assert [event.errors[0].original_error.code for event in told] == ["NOT_FOUND"]
    assert [event.data for event in told] == [None]


async def test_a_job_is_followed_by_who_asked_for_it(as_viewer) -> None:
    async with as_viewer().unit_of_work(MediaRepository) as uow:
        command = ProcessPlayable(kind=PlayableKind.TRACK, playable_id="track-1")
        job_id: JobId = await uow.send(command, owner_id=UserId("anna"))
        await uow.commit()
    id_ = print_id("Job", job_id)

    async with aclosing(follow(as_viewer(ANNA), PROGRESSED, id=id_)) as events:
        first = await anext(events)
    asked = await run(as_viewer(ADMIN), "query J($id: ID!) { job(id: $id) { name } }", id=id_)
    other = await run(as_viewer(BEN), "query J($id: ID!) { job(id: $id) { name } }", id=id_)

    assert first == {"jobProgressed": {"id": id_, "state": "QUEUED", "progress": 0.0}}
    assert asked == {"job": {"name": "media.process_playable.v1"}}
    assert other == {"job": None}
