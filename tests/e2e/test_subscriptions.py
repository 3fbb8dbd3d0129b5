"""Live answers: the root from one subgraph, the rest federated afresh for each event."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import update

from db.engine import Databases
from db.tables.users import users
from tests.e2e.catalogue import global_track_id, write_catalogue, write_people
from tests.e2e.house import PASSWORD, House, Person, error_codes, example
from tests.e2e.streams import FOLLOW, Follow, follow_shared_stream
from tests.fakes.server import running_server

MOVES = """
subscription Moves($sessionId: ID!) {
  playbackMoved(sessionId: $sessionId) {
    state
    positionMs
    track { title artist { followerCount } }
  }
}
"""
TITLE = "Song track-00001"


WAYS = {**FOLLOW, "shared stream": follow_shared_stream}


@pytest.fixture(params=WAYS)
def follow(request: pytest.FixtureRequest) -> Follow:
    """Each transport."""
    return WAYS[request.param]


@pytest.fixture
async def url(house: House) -> AsyncIterator[str]:
    """The house on a port."""
    async with running_server(house.app) as address:
        yield f"http://{address}"


def move(state: str, position_ms: int, followers: int, title: str = TITLE) -> dict[str, object]:
    track = {"title": title, "artist": {"followerCount": followers}}
    moved = {"state": state, "positionMs": position_ms, "track": track}
    return {"data": {"playbackMoved": moved}}


async def test_each_move_is_told_with_what_holds_then(
    house: House, databases: Databases, url: str, follow: Follow
) -> None:
    ben, mara = await house.join("ben"), await house.join("mara")
    await write_people(databases)
    await write_catalogue(databases, range(10))
    started = await house.data(
        example("start_playback"), {"playableId": global_track_id(1)}, by=ben
    )
    session = {"sessionId": started["startPlayback"]["session"]["id"]}
    artist_id = (await house.data(example("track"), {"id": global_track_id(1)}))["track"]["artist"]

    async with follow(url, MOVES, session, ben.token) as next_event:
        first = await next_event()
        await house.data(example("follow"), {"artistId": artist_id["id"]}, by=mara)
        house.outside.clock.advance(seconds=10)
        await house.data(example("pause"), {**session, "positionMs": 9_000}, by=ben)
        second = await next_event()
        await house.data(example("end_playback"), session, by=ben)
        third = await next_event()
        end = await next_event()

    assert first == move("PLAYING", 0, followers=3)
    assert second == move("PAUSED", 9_000, followers=4)
    assert third == move("ENDED", 9_000, followers=4)
    assert end is None


async def test_nobody_follows_a_foreign_session(
    house: House, databases: Databases, url: str, follow: Follow
) -> None:
    ben, mara = await house.join("ben"), await house.join("mara")
    await write_people(databases)
    await write_catalogue(databases, range(10))
    started = await house.data(
        example("start_playback"), {"playableId": global_track_id(1)}, by=ben
    )
    session = {"sessionId": started["startPlayback"]["session"]["id"]}

    async with follow(url, MOVES, session, mara.token) as next_event:
        answer = await next_event()

    assert answer is not None
    assert answer["data"] == {"playbackMoved": None}
    assert error_codes(answer) == ["NOT_FOUND"]
    assert answer["errors"][0]["path"] == ["playbackMoved"]


async def playing_twice(
    house: House, databases: Databases
) -> tuple[Person, Person, dict[str, str]]:
    """Somebody who plays a track, the same by another token, and the session."""
    ben = await house.join("ben")
    again = replace(ben, token=await another_token(house, ben))
    await write_people(databases)
    await write_catalogue(databases, range(10))
    started = await house.data(
        example("start_playback"), {"playableId": global_track_id(1)}, by=ben
    )
    return ben, again, {"sessionId": started["startPlayback"]["session"]["id"]}


async def test_after_a_log_out_nothing_more_is_told(
    house: House, databases: Databases, url: str, follow: Follow
) -> None:
    ben, again, session = await playing_twice(house, databases)

    async with follow(url, MOVES, session, ben.token) as next_event:
        first = await next_event()
        await house.data(example("logout"), by=ben)
        await house.data(example("pause"), {**session, "positionMs": 0}, by=again)
        last = await next_event()

    assert first == move("PLAYING", 0, followers=3)
    assert error_codes(last) == ["UNAUTHENTICATED"]
    assert "data" not in last


@pytest.mark.parametrize("profile", ["embedded"])
async def test_after_a_change_of_roles_the_token_of_before_is_told_no_more(
    house: House, databases: Databases, url: str, follow: Follow
) -> None:
    ben, again, session = await playing_twice(house, databases)

    async with follow(url, MOVES, session, ben.token) as next_event:
        await next_event()
        await house.data(example("pause"), {**session, "positionMs": 0}, by=again)
        told = await next_event()
        async with databases.of("users").engine.begin() as connection:
            await connection.execute(update(users).values(roles=["listener", "creator"]))
        new = replace(ben, token=await another_token(house, ben))
        await house.data(example("resume"), session, by=new)
        last = await next_event()

    assert "errors" not in told
    assert error_codes(last) == ["UNAUTHENTICATED"]
    assert "data" not in last


async def test_the_devices_of_a_viewer_share_each_answer_and_log_out_one_by_one(
    house: House, databases: Databases, url: str, follow: Follow
) -> None:
    ben = await house.join("ben")
    other = replace(ben, token=await another_token(house, ben))
    await write_people(databases)
    await write_catalogue(databases, range(10))
    started = await house.data(
        example("start_playback"), {"playableId": global_track_id(1)}, by=ben
    )
    session = {"sessionId": started["startPlayback"]["session"]["id"]}

    async with (
        follow(url, MOVES, session, ben.token) as next_of_one,
        follow(url, MOVES, session, other.token) as next_of_other,
    ):
        first = [await next_of_one(), await next_of_other()]
        await house.data(example("logout"), by=ben)
        await house.data(example("pause"), {**session, "positionMs": 0}, by=other)
        last_of_one, second = await next_of_one(), await next_of_other()
        await house.data(example("end_playback"), session, by=other)
        third, end = await next_of_other(), await next_of_other()

    assert first == [move("PLAYING", 0, followers=3)] * 2
    assert error_codes(last_of_one) == ["UNAUTHENTICATED"]
    assert "data" not in last_of_one
    assert second == move("PAUSED", 0, followers=3)
    assert third == move("ENDED", 0, followers=3)
    assert end is None


async def another_token(house: House, person: Person) -> str:
    """A token of another session of the same account."""
    data = await house.data(example("login"), {"email": person.email, "password": PASSWORD})
    token: str = data["login"]["accessToken"]
    return token
