"""The main job in both profiles: a file goes in, is heard, told of, paid for and minted."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import av
import pytest

from devtools.smoke import a_tone
from domain.viewer import Role
from schema.ids import print_id
from tests.e2e.house import error_codes, example
from tests.e2e.processes import Gateway, Process, clean_environment
from tests.e2e.site import PASSWORD, Site
from tests.e2e.streams import FOLLOW
from tests.ports import free_port

SONG_SECONDS = 2
HEARD_MS = 1_050
PLAYS = 5
"""They earn 0.4 cents each: the third makes the first cent whole, the fifth the second."""


@pytest.fixture
def chain(site: Site) -> Iterator[dict[str, str]]:
    """Settings that lead to a JSON-RPC node; embedded, the gateway starts its own."""
    if site.is_embedded:
        yield {}
        return
    port = str(free_port())
    folder = str(site.folder / "chain")
    node = Process(
        "-m",
        "adapters.chain.embedded",
        "--port",
        port,
        "--data",
        folder,
        environment=clean_environment(),
    )
    yield {"chain_rpc_url": f"http://127.0.0.1:{port}"}
    node.end()


@pytest.mark.slow
async def test_a_file_goes_in_and_everything_follows(site: Site, chain: dict[str, str]) -> None:
    studio = await site.add_account("studio", Role.CREATOR)
    mara = await site.add_account("mara")
    await site.add_account("ben")
    site.settings |= chain
    gateway = site.gateway()
    site.worker()
    creator = gateway.log_in("studio@tutti.example", PASSWORD)
    listener = gateway.log_in("ben@tutti.example", PASSWORD)
    song = a_tone(seconds=SONG_SECONDS)
    upload = {"fileName": "song.wav", "sizeBytes": len(song), "title": "Little Song"}

    draft = gateway.data(example("upload_track"), upload, token=creator)["uploadTrack"]
    track = {"trackId": draft["track"]["id"]}
    received = gateway.client.put(draft["uploadUrl"], content=song).json()
    job = await last_of_job(gateway.url, received["jobId"], creator)
    published = gateway.data(example("publish_track"), track, token=creator)

    assert job["state"] == "DONE", job
    assert job["progress"] == 1.0
    assert published["publishTrack"]["track"]["isPublic"] is True
    assert played_seconds(gateway, track["trackId"]) == pytest.approx(SONG_SECONDS, abs=0.1)

    share = [(studio, 7_000), (mara, 3_000)]
    shares = [{"payeeId": print_id("User", each), "basisPoints": part} for each, part in share]
    split = eventually(gateway, "set_split", {**track, "shares": shares}, creator)
    liked = eventually(gateway, "like", {"playableId": track["trackId"]}, listener)
    minted = eventually(gateway, "mint_track", track, creator)
    tokens = gateway.wait_for(
        lambda: gateway.data(example("tokens"), track, token=creator)["track"]["tokens"]["nodes"]
    )

    assert split["split"]["version"] == 1
    assert liked["playable"] == {"id": track["trackId"], "likeCount": 1, "isLikedByMe": True}
    assert [token["id"] for token in tokens] == [minted["token"]["id"]]
    assert tokens[0]["tokenURI"].startswith("ipfs://")

    for _ in range(PLAYS):
        hear(gateway, track["trackId"], listener)
    partner = gateway.log_in("mara@tutti.example", PASSWORD)
    earned = [
        gateway.wait_for(lambda token=token: statement_of(gateway, token))
        for token in (creator, partner)
    ]

    assert earned == [
        {"total": "1", "lines": [("Little Song", "1", 3)]},
        {"total": "1", "lines": [("Little Song", "1", 2)]},
    ]


async def last_of_job(url: str, job_id: str, token: str) -> dict[str, Any]:
    """Follow a job live to its end."""
    job: dict[str, Any] = {}
    document, variables = example("job_progressed"), {"id": job_id}
    async with FOLLOW["sse"](url, document, variables, token) as next_event:
        while (event := await next_event()) is not None:
            job = event["data"]["jobProgressed"]
    return job


def eventually(
    gateway: Gateway, name: str, variables: dict[str, Any], token: str
) -> dict[str, Any]:
    """The payload of a mutation, once its domain has heard of the track."""

    def attempt() -> dict[str, Any] | None:
        answer = gateway.ask(example(name), variables, token=token)
        (payload,) = answer["data"].values()
        assert payload is not None or error_codes(answer) == ["NOT_FOUND"], answer
        return payload

    payload: dict[str, Any] = gateway.wait_for(attempt)
    assert payload["problems"] == []
    return payload


def played_seconds(gateway: Gateway, track_id: str) -> float:
    """How long the stream is, when a player decodes it from end to end."""
    stream = gateway.data(example("stream"), {"id": track_id})["track"]["stream"]
    seconds = 0.0
    with av.open(stream["adaptiveUrl"]) as container:
        for frame in container.decode(audio=0):
            seconds += frame.samples / frame.sample_rate
    return seconds


def hear(gateway: Gateway, track_id: str, token: str) -> None:
    """Play a little more than half of the song."""
    started = gateway.data(example("start_playback"), {"playableId": track_id}, token=token)
    session_id = started["startPlayback"]["session"]["id"]
    time.sleep(HEARD_MS / 1_000)
    position = {"sessionId": session_id, "positionMs": HEARD_MS}
    gateway.data(example("heartbeat"), position, token=token)


def statement_of(gateway: Gateway, token: str) -> dict[str, Any] | None:
    """What the viewer earned this month, once all plays are paid."""
    period = {"period": f"{datetime.now(UTC):%Y-%m}"}
    found = gateway.data(example("statement"), period, token=token)["statement"]
    lines = [
        (line["playable"]["title"], line["amount"]["minorUnits"], line["plays"])
        for line in found["lines"]
    ]
    return {"total": found["total"]["minorUnits"], "lines": lines} if lines else None
