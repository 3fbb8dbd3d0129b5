"""Subgraphs elsewhere answer as they do here, to the same viewer, and to nobody but the gateway."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from db.engine import Databases
from domain.viewer import Role
from federation.transport.signing import RequestSigner
from tests.conftest import FakeOutside
from tests.e2e.catalogue import global_track_id, write_catalogue, write_people
from tests.e2e.house import PASSWORD, example, open_house
from tests.e2e.streams import FOLLOW, Follow
from tests.fakes.server import running_server
from tests.integration.federation.remote_house import KEY, RemoteHouse, open_remote_house

ALL = ("users", "media", "social", "royalties", "nft", "ai")
MOVES = """
subscription Moves($sessionId: ID!) {
  playbackMoved(sessionId: $sessionId) { state track { title artist { followerCount } } }
}
"""


@pytest.fixture(params=[("media", "users"), ALL], ids=["two", "all"])
async def remote(
    request: pytest.FixtureRequest, databases: Databases, outside: FakeOutside, tmp_path: Path
) -> AsyncIterator[RemoteHouse]:
    """Two of the subgraphs, or all, behind HTTP."""
    async with open_remote_house(databases, outside, tmp_path / "up", request.param) as opened:
        yield opened


@pytest.mark.parametrize("profile", ["embedded"])
async def test_home_is_the_same_as_in_one_process(
    remote: RemoteHouse, databases: Databases, outside: FakeOutside, tmp_path: Path
) -> None:
    await write_people(databases)
    await write_catalogue(databases, range(30))
    ben = await remote.house.join("ben")

    there = await remote.house.data(example("home"), by=ben)
    async with open_house(databases, outside, tmp_path / "uploads") as here:
        here.base = remote.house.base
        session = await here.ask(
            example("login"), {"email": "ben@tutti.example", "password": PASSWORD}
        )
        token = session["data"]["login"]["accessToken"]
        answer = await here.client.post(
            "/graphql",
            json={"query": example("home")},
            headers={"authorization": f"Bearer {token}"},
        )

    assert there == answer.json()["data"]
    assert there["me"]["email"] == "ben@tutti.example"
    assert len(there["tracks"]["nodes"]) == 10


@pytest.mark.parametrize("profile", ["embedded"])
async def test_what_a_viewer_may_is_decided_by_whom_the_gateway_tells_of(
    remote: RemoteHouse,
) -> None:
    creator = await remote.house.join("anna", Role.CREATOR)
    listener = await remote.house.join("ben")
    variables = {"fileName": "song.flac", "sizeBytes": 10, "title": "Song"}

    made = await remote.house.ask(example("upload_track"), variables, by=creator)
    refused = await remote.house.ask(example("upload_track"), variables, by=listener)
    unknown = await remote.house.ask(example("upload_track"), variables)

    assert made["data"]["uploadTrack"]["track"]["title"] == "Song"
    assert made["data"]["uploadTrack"]["uploadUrl"].startswith("http://tutti.test/")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert unknown["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


LOGIN = """
mutation Login($email: String!, $password: String!) {
  login(input: { email: $email, password: $password, cookie: true }) { accessToken }
}
"""


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_log_in_elsewhere_sets_the_cookie_here(remote: RemoteHouse) -> None:
    await remote.house.join("ben")
    variables = {"email": "ben@tutti.example", "password": PASSWORD}

    opened = await remote.house.client.post(
        "/graphql", json={"query": LOGIN, "variables": variables}
    )
    closed = await remote.house.client.post("/graphql", json={"query": example("logout")})

    token = opened.json()["data"]["login"]["accessToken"]
    assert opened.headers["set-cookie"].startswith(f"tutti_session={token};")
    assert closed.headers["set-cookie"].startswith('tutti_session="";')
    assert "Max-Age=0" in closed.headers["set-cookie"]


@pytest.mark.parametrize("profile", ["embedded"])
async def test_the_request_id_goes_along(remote: RemoteHouse) -> None:
    answer = await remote.house.ask(
        "mutation { uploadTrack(input: "
        '{title: "x", fileName: "x.flac", sizeBytes: 1}) { track { id } } }',
        headers={"x-request-id": "request-0001"},
    )

    assert {e["extensions"]["requestId"] for e in answer["errors"]} == {"request-0001"}


@pytest.mark.parametrize("profile", ["embedded"])
@pytest.mark.parametrize("follow", FOLLOW.values(), ids=FOLLOW.keys())
async def test_a_subscription_follows_a_subgraph_elsewhere(
    remote: RemoteHouse, databases: Databases, follow: Follow
) -> None:
    house = remote.house
    ben = await house.join("ben")
    await write_people(databases)
    await write_catalogue(databases, range(10))
    started = await house.data(
        example("start_playback"), {"playableId": global_track_id(1)}, by=ben
    )
    session = {"sessionId": started["startPlayback"]["session"]["id"]}

    async with (
        running_server(house.app) as address,
        follow(f"http://{address}", MOVES, session, ben.token) as next_event,
    ):
        first = await next_event()
        await house.data(example("end_playback"), {**session, "positionMs": 9_000}, by=ben)
        second = await next_event()
        end = await next_event()

    assert [each["data"]["playbackMoved"]["state"] for each in (first, second)] == [
        "PLAYING",
        "ENDED",
    ]
    assert first["data"]["playbackMoved"]["track"]["artist"]["followerCount"] == 3
    assert end is None
    assert remote.transports["media"].connections_open <= 1


BODY = b'{"query":"{ me { email } }"}'


@pytest.mark.parametrize("profile", ["embedded"])
@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("no signature", lambda headers: {}),
        ("only a viewer", lambda headers: {"tutti-viewer": '{"user":"anna"}'}),
        ("another body", lambda headers: {**headers, "tutti-signature": "0" * 64}),
        ("an old time", lambda headers: {**headers, "tutti-timestamp": "1000000000"}),
    ],
)
async def test_a_subgraph_refuses_what_the_gateway_did_not_sign(
    databases: Databases, outside: FakeOutside, tmp_path: Path, _case: str, change: object
) -> None:
    async with open_remote_house(databases, outside, tmp_path / "up", ("users",)) as remote:
        signed = dict(RequestSigner(key=KEY).sign(BODY, b"{}"))
        async with httpx.AsyncClient() as client:
            answer = await client.post(
                remote.urls["users"],
                content=BODY,
                headers={"content-type": "application/json", **change(signed)},
            )

    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_signed_call_is_answered_once_and_as_its_viewer_only(
    databases: Databases, outside: FakeOutside, tmp_path: Path
) -> None:
    async with open_remote_house(databases, outside, tmp_path / "up", ("users",)) as remote:
        ben, mia = await remote.house.join("ben"), await remote.house.join("mia")
        viewer = b'{"user":"%s","session":"s","roles":["listener"]}' % ben.id.encode()
        headers = dict(RequestSigner(key=KEY).sign(BODY, viewer))
        headers["content-type"] = "application/json"
        headers["authorization"] = f"Bearer {mia.token}"
        async with httpx.AsyncClient() as client:
            first = await client.post(remote.urls["users"], content=BODY, headers=headers)
            again = await client.post(remote.urls["users"], content=BODY, headers=headers)

    assert first.json()["data"]["me"]["email"] == "ben@tutti.example"
    assert again.status_code == httpx.codes.UNAUTHORIZED
