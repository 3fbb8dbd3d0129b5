"""Devices, queues and what listeners keep, as clients ask for them."""

import pytest

from schema.ids import print_id
from tests.conftest import ANNA, BEN
from tests.factories.media import a_track, keep_tracks
from tests.unit.subgraphs.media.executing import run, track_id

SESSION = """
session {
  id sequence state volume speed repeat isShuffled sleepAt sleepsAfterEntry entryId
  device { name isActive } playable { title } queue { id playable { title } }
  history { playable { title } } next { playable { title } }
}
problems { code field }
"""
HOUR = 3_600_000


@pytest.fixture(autouse=True)
async def tracks(as_viewer):
    long = [a_track(f"track-{number}", duration_ms=HOUR) for number in (1, 2, 3)]
    await keep_tracks(as_viewer(ANNA), *long)


async def start(ctx, **more):
    document = f"""mutation S($input: StartPlaybackInput!) {{
      startPlayback(input: $input) {{ {SESSION} }} }}"""
    asked = {"playableId": track_id("track-1"), "queue": [track_id("track-2")], **more}
    return (await run(ctx, document, input=asked))["startPlayback"]["session"]


async def test_devices_are_registered_listed_played_on_and_forgotten(as_viewer) -> None:
    ctx = as_viewer(BEN)
    devices = {}
    for name in ("Phone", "Car"):
        data = await run(
            ctx,
            """mutation R($id: String!, $name: String!) {
              registerDevice(input: {installId: $id, name: $name, kind: CAR}) {
                device { id name kind isActive } problems { code } } }""",
            id=f"install-{name}",
            name=name,
        )
        devices[name] = data["registerDevice"]["device"]["id"]
    await start(ctx, deviceId=devices["Phone"], positionMs=5_000)
    moved = await run(
        as_viewer(BEN),
        f"""mutation T($id: ID!) {{
          transferPlayback(input: {{deviceId: $id, positionMs: 5000}}) {{ {SESSION} }} }}""",
        id=devices["Car"],
    )
    kept = await run(
        as_viewer(BEN),
        """mutation K($car: ID!, $phone: ID!) {
          renameDevice(input: {deviceId: $car, name: "Van"}) { device { name } }
          forgetDevice(input: {deviceId: $phone}) { problems { code } }
        }""",
        car=devices["Car"],
        phone=devices["Phone"],
    )
    listed = await run(as_viewer(BEN), "{ myDevices { nodes { name kind isActive } } }")
    refused = await run(
        as_viewer(BEN),
        'mutation { registerDevice(input: {installId: "x", name: "y"}) '
        "{ device { id } problems { code field } } }",
    )

    assert moved["transferPlayback"]["session"]["device"] == {"name": "Car", "isActive": True}
    assert kept["renameDevice"] == {"device": {"name": "Van"}}
    assert kept["forgetDevice"] == {"problems": []}
    assert listed["myDevices"]["nodes"] == [{"name": "Van", "kind": "CAR", "isActive": True}]
    assert refused["registerDevice"] == {
        "device": None,
        "problems": [{"code": "BAD_INPUT", "field": "installId"}],
    }


async def test_a_remote_control_changes_the_session_and_its_queue(as_viewer) -> None:
    session = await start(as_viewer(BEN))
    changes = f"""
    mutation C($id: ID!, $more: [ID!]!, $seen: Int!) {{
      setVolume(input: {{sessionId: $id, volume: 40}}) {{ {SESSION} }}
      setSleepTimer(input: {{sessionId: $id, afterEntry: true}}) {{ {SESSION} }}
      addToQueue(input: {{sessionId: $id, operationId: "operation-1", playableIds: $more}}) {{
        {SESSION}
      }}
      moveInQueue(input: {{
        sessionId: $id, operationId: "operation-2", entryIds: ["operation-1.1"], place: NEXT
      }}) {{ {SESSION} }}
      removeFromQueue(input: {{
        sessionId: $id, operationId: "operation-3", entryIds: ["gone"]
      }}) {{ {SESSION} }}
      shuffleQueue(input: {{
        sessionId: $id, operationId: "operation-4", isShuffled: true, seed: 3
      }}) {{ {SESSION} }}
      setRepeat(input: {{sessionId: $id, repeat: ALL}}) {{ {SESSION} }}
      clearQueue(input: {{
        sessionId: $id, operationId: "operation-5", seenSequence: $seen
      }}) {{ {SESSION} }}
      nextInQueue(input: {{sessionId: $id}}) {{ {SESSION} }}
      previousInQueue(input: {{sessionId: $id}}) {{ {SESSION} }}
    }}
    """

    data = await run(as_viewer(BEN), changes, id=session["id"], more=[track_id("track-3")], seen=1)

    told = {name: payload["session"] for name, payload in data.items()}
    assert [payload["problems"] for payload in data.values()] == [[]] * len(data)
    assert [each["sequence"] for each in told.values()] == list(range(2, 12))
    assert told["setVolume"]["volume"] == 40
    assert told["setSleepTimer"]["sleepsAfterEntry"]
    assert [each["id"] for each in told["moveInQueue"]["queue"]] == ["operation-1.1", "~1.1"]
    assert (told["shuffleQueue"]["isShuffled"], told["setRepeat"]["repeat"]) == (True, "ALL")
    assert [each["id"] for each in told["clearQueue"]["queue"]] == ["operation-1.1"]
    assert told["clearQueue"]["next"] == {"playable": {"title": "Song track-3"}}
    assert told["nextInQueue"]["playable"] == {"title": "Song track-3"}
    assert told["nextInQueue"]["history"] == [{"playable": {"title": "Song track-1"}}]
    assert told["previousInQueue"]["entryId"] == "~1.0"


async def test_several_heartbeats_are_answered_in_their_order(as_viewer, outside) -> None:
    session = await start(as_viewer(BEN))
    outside.clock.advance(seconds=10)

    data = await run(
        as_viewer(BEN),
        """mutation H($inputs: [HeartbeatInput!]!) {
          heartbeats(inputs: $inputs) {
            results { session { listenedMs } problems { code } } problems { code } } }""",
        inputs=[
            {"sessionId": session["id"], "positionMs": 10_000},
            {"sessionId": print_id("PlaybackSession", "none"), "positionMs": 1},
        ],
    )

    assert data["heartbeats"] == {
        "results": [
            {"session": {"listenedMs": 10_000}, "problems": []},
            {"session": None, "problems": [{"code": "NOT_FOUND"}]},
        ],
        "problems": [],
    }


async def test_what_a_listener_keeps_is_told_beside_what_it_is_about(as_viewer, outside) -> None:
    session = await start(as_viewer(BEN))
    outside.clock.advance(seconds=10)
    await run(
        as_viewer(BEN),
        "mutation H($id: ID!) { heartbeat(input: {sessionId: $id, positionMs: 10000}) "
        "{ problems { code } } }",
        id=session["id"],
    )
    kept = await run(
        as_viewer(BEN),
        """mutation K($id: ID!) {
          addBookmark(input: {
            playableId: $id, operationId: "operation-1", positionMs: 7000, note: "here"
          }) { bookmark { id note } problems { code } }
          setPlaybackSpeed(input: {speed: 1.25, kind: TRACK}) {
            session { speed } problems { code }
          }
        }""",
        id=track_id("track-1"),
    )
    mark = kept["addBookmark"]["bookmark"]
    edited = await run(
        as_viewer(BEN),
        """mutation E($id: ID!) {
          editBookmark(input: {bookmarkId: $id, note: "there"}) { bookmark { note } } }""",
        id=mark["id"],
    )
    asked = """{ continueListening { nodes {
      title mySpeed myProgress { positionMs isCompleted }
      myBookmarks { nodes { note positionMs } } } } }"""
    told = await run(as_viewer(BEN), asked)
    others = await run(
        as_viewer(ANNA),
        "query O($id: ID!) { track(id: $id) "
        "{ mySpeed myProgress { positionMs } myBookmarks { nodes { note } } } }",
        id=track_id("track-1"),
    )
    await run(
        as_viewer(BEN),
        "mutation R($id: ID!) { removeBookmark(input: {bookmarkId: $id}) { problems { code } } }",
        id=mark["id"],
    )

    assert kept["setPlaybackSpeed"] == {"session": {"speed": 1.25}, "problems": []}
    assert edited["editBookmark"] == {"bookmark": {"note": "there"}}
    assert told["continueListening"]["nodes"] == [
        {
            "title": "Song track-1",
            "mySpeed": 1.25,
            "myProgress": {"positionMs": 10_000, "isCompleted": False},
            "myBookmarks": {"nodes": [{"note": "there", "positionMs": 7_000}]},
        }
    ]
    assert others == {"track": {"mySpeed": 1, "myProgress": None, "myBookmarks": {"nodes": []}}}
