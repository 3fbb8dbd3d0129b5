"""Real processes: gateways that share what is live, and survive a kill."""

import asyncio
from itertools import groupby
from pathlib import Path

import pytest

from db.engine import DOMAINS, Databases
from domain.messages.commands import ImportFolder
from domain.viewer import Role
from schema.ids import print_id
from tests.e2e.catalogue import global_track_id, write_catalogue, write_people
from tests.e2e.house import example
from tests.e2e.processes import Gateway
from tests.e2e.site import PASSWORD, Site
from tests.e2e.streams import FOLLOW

MOVES = """
subscription Moves($sessionId: ID!) {
  playbackMoved(sessionId: $sessionId) {
    state
    positionMs
    track { title artist { followerCount } }
  }
}
"""

LISTENING_SECONDS = 4.0
"""A stream without a first answer does not tell when it listens."""


async def furnish(site: Site) -> None:
    """A small catalogue before anybody asks."""
    databases = Databases(dict.fromkeys(DOMAINS, site.database_url))
    await write_people(databases)
    await write_catalogue(databases, range(10))
    await databases.close()


def start_playing(gateway: Gateway, token: str) -> str:
    """The id of a new session."""
    data = gateway.data(example("start_playback"), {"playableId": global_track_id(1)}, token=token)
    session_id: str = data["startPlayback"]["session"]["id"]
    return session_id


@pytest.mark.slow
async def test_two_gateways_share_what_is_live(site: Site) -> None:
    await site.add_account("ben")
    await furnish(site)
    here, there = site.gateway(), site.gateway()
    token = here.log_in("ben@tutti.example", PASSWORD)
    session_id = start_playing(here, token)
    session = {"sessionId": session_id}
    artist = here.data(example("track"), {"id": global_track_id(1)})["track"]["artist"]

    seen = {}
    for name, follow in FOLLOW.items():
        async with follow(there.url, MOVES, session, token) as next_event:
            first = await next_event()
            change = "follow" if name == "sse" else "unfollow"
            here.data(example(change), {"artistId": artist["id"]}, token=token)
            move = "pause" if name == "sse" else "resume"
            here.data(example(move), session, token=token)
            second = await next_event()
        seen[name] = [
            (moved["state"], moved["track"]["artist"]["followerCount"])
            for moved in (first["data"]["playbackMoved"], second["data"]["playbackMoved"])
        ]

    assert seen == {
        "sse": [("PLAYING", 3), ("PAUSED", 4)],
        "websocket": [("PAUSED", 4), ("PLAYING", 3)],
    }


@pytest.mark.slow
async def test_a_release_reaches_followers_of_other_gateways_once(site: Site) -> None:
    studio = await site.add_account("studio", Role.CREATOR)
    await site.add_account("ben")
    await site.release_waiting(studio)
    here, there = site.gateway(), site.gateway()
    site.worker()
    creator = here.log_in("studio@tutti.example", PASSWORD)
    ben = here.log_in("ben@tutti.example", PASSWORD)
    here.data(example("follow"), {"artistId": print_id("Artist", "artist-1")}, token=ben)
    publish = {"trackId": site.waiting_track_id}

    async with FOLLOW["sse"](there.url, example("notification_received"), {}, ben) as next_event:
        await asyncio.sleep(LISTENING_SECONDS)
        here.data(example("publish_track"), publish, token=creator)
        here.data(example("publish_track"), publish, token=creator)
        told = await next_event()
    kept = there.data(example("notifications"), token=ben)

    notification = told["data"]["notificationReceived"]
    assert notification["kind"] == "NEW_RELEASE"
    assert notification["text"] == "The Larks released “First Light”."
    assert notification["artist"]["name"] == "The Larks"
    assert notification["album"]["title"] == "First Light"
    assert kept["unreadNotificationCount"] == 1
    assert [each["id"] for each in kept["myNotifications"]["nodes"]] == [notification["id"]]


@pytest.mark.slow
async def test_a_file_that_is_no_recording_fails_where_everybody_sees_it(site: Site) -> None:
    await site.add_account("studio", Role.CREATOR)
    here, there = site.gateway(), site.gateway()
    site.worker()
    creator = here.log_in("studio@tutti.example", PASSWORD)
    file = b"fLaC" + b"This is a letter, not a song.\n" * 100
    upload = {"fileName": "letter.flac", "sizeBytes": len(file)}
    draft = here.data(example("upload_track"), upload, token=creator)["uploadTrack"]

    received = here.client.put(draft["uploadUrl"], content=file).json()
    seen = []
    job = {"id": received["jobId"]}
    async with FOLLOW["websocket"](
        there.url, example("job_progressed"), job, creator
    ) as next_event:
        while (event := await next_event()) is not None:
            seen.append(event["data"]["jobProgressed"]["state"])
    track = there.data(example("track"), {"id": draft["track"]["id"]}, token=creator)["track"]
    mine = there.data(example("my_tracks"), token=creator)["myTracks"]["nodes"]
    stranger = there.data(example("track"), {"id": draft["track"]["id"]})

    assert received["trackId"] == draft["track"]["id"]
    assert seen[-1] in ("DONE", "DEAD"), seen
    states = [state for state, _ in groupby(seen)]  # RUNNING tells of each step
    assert len(states) == len(set(states)), seen
    assert track["state"] == "FAILED"
    assert [each["failureCode"] for each in mine] == ["NOT_AUDIO"]
    assert stranger == {"track": None}


@pytest.mark.slow
async def test_a_killed_gateway_takes_nothing_with_it(site: Site) -> None:
    await site.add_account("ben")
    await furnish(site)
    first, second = site.gateway(), site.gateway()
    site.worker()
    token = first.log_in("ben@tutti.example", PASSWORD)
    session_id = start_playing(first, token)
    position = {"sessionId": session_id, "positionMs": 0}
    first.data(example("pause"), position, token=token)
    before = first.data(example("me"), token=token)["myPlayback"]

    first.kill()
    meanwhile = second.data(example("me"), token=token)["myPlayback"]
    again = site.gateway()
    after = again.data(example("me"), token=token)["myPlayback"]
    resumed = again.data(example("resume"), {"sessionId": session_id}, token=token)

    assert before["id"] == session_id
    assert before["state"] == "PAUSED"
    assert before == meanwhile == after
    assert resumed["resumePlayback"]["session"]["state"] == "PLAYING"
    if site.is_embedded:
        second.wait_for(lambda: is_worker_of(second.pid))


def is_worker_of(gateway: int) -> bool:
    """Whether a worker runs as a child of that gateway: it took over from the dead one."""
    children = Path(f"/proc/{gateway}/task/{gateway}/children").read_text().split()
    return any(b"-m\0workers\0" in command_of(child) for child in children)


def command_of(pid: str) -> bytes:
    """The command line of a process, if it still runs."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.slow
async def test_a_job_that_gave_up_is_listed_and_runs_again(site: Site) -> None:
    admin = await site.add_account("ada", Role.ADMIN)
    folder = site.folder / "music"
    await site.send(ImportFolder(folder=str(folder), owner_id=admin), owner=admin)
    gateway = site.gateway()
    site.worker()

    dead = gateway.wait_for(lambda: site.run_command("jobs", "dead").splitlines())
    job_id, name, *_ = dead[0].split()
    token = gateway.log_in("ada@tutti.example", PASSWORD)
    job = {"id": print_id("Job", job_id)}
    given_up = gateway.data(example("job"), job, token=token)["job"]
    folder.mkdir()
    site.run_command("jobs", "retry", job_id)
    done = gateway.wait_for(lambda: finished(gateway, job, token))

    assert len(dead) == 1
    assert name == "media.import_folder.v1"
    assert (given_up["state"], given_up["errorCode"]) == ("DEAD", "BAD_INPUT")
    assert done["state"] == "DONE"
    assert site.run_command("jobs", "dead") == ""


def finished(gateway: Gateway, job: dict[str, str], token: str) -> dict[str, object] | None:
    """The job, once it is done."""
    found = gateway.data(example("job"), job, token=token)["job"]
    return found if found["state"] == "DONE" else None
