"""A connection that was lost: what was missed is told, over each transport, in both profiles."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import websockets
from msgspec import structs
from sqlalchemy import delete, func, select, update

from adapters.broadcast.backend import BusBackend, ReplayLimits
from adapters.broadcast.backends.event_log import EventLogBackend
from adapters.broadcast.backends.redis_streams import STREAM, RedisStreamsBackend
from adapters.broadcast.bus import Bus
from adapters.broadcast.bus_limits import BusLimits
from db.tables.platform import events
from domain.viewer import Role
from resolvers.social.notifications import notify_followers
from resolvers.social.projections import keep_track
from schema.ids import print_id
from tests.e2e.house import House, Person, example, open_house
from tests.e2e.site import PASSWORD, Site
from tests.factories.social import a_release, a_track_change
from tests.fakes.server import running_server
from tests.patience import SECONDS_MAX, until

TOLD = "subscription { notificationReceived { text } }"
FOLLOW_ARTIST = "mutation($id: ID!) { followArtist(input: {artistId: $id}) { problems { code } } }"
ANY_AGE = BusLimits(replay=ReplayLimits(seconds_max=1e12))
"""The tests' clock stands still somewhere in the past."""

Told = tuple[str | None, dict[str, Any]]
"""The position that comes with an answer, and the answer."""
Follow = Callable[..., Any]


@asynccontextmanager
async def by_events(url: str, token: str, position: str | None) -> AsyncIterator[Follow]:
    """Over server-sent events, as a browser's EventSource keeps ids."""
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
    if position is not None:
        headers["last-event-id"] = position
    async with (
        httpx.AsyncClient(timeout=SECONDS_MAX) as client,
        client.stream("POST", f"{url}/graphql", json={"query": TOLD}, headers=headers) as answer,
    ):
        lines = answer.aiter_lines()

        async def hear() -> Told:
            found: dict[str, str] = {}
            async for line in lines:
                name, _, value = line.partition(":")
                if name:
                    found[name] = value.strip()
                elif "data" in found:
                    return found.get("id"), json.loads(found["data"])
                elif "id" in found:
                    return found["id"], {}
            raise AssertionError("the stream ended")

        yield hear


@asynccontextmanager
async def by_socket(url: str, token: str, position: str | None) -> AsyncIterator[Follow]:
    """Over graphql-transport-ws, with `extensions.resume`."""
    address = url.replace("http://", "ws://") + "/graphql"
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(address, subprotocols=[protocol]) as socket:
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        await socket.send(json.dumps(init))
        await socket.recv()
        payload = {"query": TOLD, "extensions": {"resume": resume_after(position)}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))

        async def hear() -> Told:
            message = json.loads(await socket.recv())
            assert message["type"] == "next", message
            answer = message["payload"]
            return position_in(answer), answer

        yield hear


@asynccontextmanager
async def by_parts(url: str, token: str, position: str | None) -> AsyncIterator[Follow]:
    """Over multipart HTTP, with `extensions.resume`."""
    headers = {
        "accept": "multipart/mixed;subscriptionSpec=1.0",
        "authorization": f"Bearer {token}",
    }
    body = {"query": TOLD, "extensions": {"resume": resume_after(position)}}
    async with (
        httpx.AsyncClient(timeout=SECONDS_MAX) as client,
        client.stream("POST", f"{url}/graphql", json=body, headers=headers) as answer,
    ):
        lines = answer.aiter_lines()

        async def hear() -> Told:
            async for line in lines:
                if line.startswith('{"payload"'):
                    payload = json.loads(line)["payload"]
                    return position_in(payload), payload
            raise AssertionError("the stream ended")

        yield hear


def resume_after(position: str | None) -> dict[str, str]:
    """What `extensions.resume` says of a position, or of none yet."""
    return {} if position is None else {"position": position}


def position_in(answer: dict[str, Any]) -> str | None:
    """The position that an answer tells."""
    position: str | None = answer.get("extensions", {}).get("resume", {}).get("position")
    return position


FOLLOW = {"sse": by_events, "websocket": by_socket, "multipart": by_parts}


def titles(told: Sequence[Told]) -> list[str]:
    """The albums that were told of."""
    return [
        answer["data"]["notificationReceived"]["text"].split("“")[1].rstrip("”.")
        for _, answer in told
    ]


class Stage:
    """A served house with a real bus, and a listener who follows an artist."""

    def __init__(self, house: House, bus: Bus, ben: Person, url: str, follow: Follow) -> None:
        self.house, self.bus, self.ben, self.url, self._follow = house, bus, ben, url, follow

    def follow(self, position: str | None = None) -> Any:
        return self._follow(self.url, self.ben.token, position)

    async def follow_artist(self, person: Person) -> None:
        artist = {"id": print_id("Artist", a_release().artist_id)}
        await self.house.data(FOLLOW_ARTIST, artist, by=person)

    async def release(self, *titles: str) -> None:
        """Notify the followers, and do what a relay does in the distributed profile."""
        for title in titles:
            await notify_followers(self.house.base, structs.replace(a_release(title), title=title))
        if isinstance(self.bus._backend, RedisStreamsBackend):
            await self._relay()

    async def rest(self) -> None:
        """Wait until nobody listens: who comes then is not behind the log, however it was cut."""
        backend = self.bus._backend
        if isinstance(backend, EventLogBackend):
            await until(lambda: backend._is_resting)

    async def forget(self) -> None:
        """Lose the older part of the log."""
        if isinstance(self.bus._backend, RedisStreamsBackend):
            publisher = self.bus._backend._publisher
            await publisher.client.xtrim(STREAM, maxlen=1, approximate=False)
            return
        async with self.house.base.databases.of("social").engine.begin() as connection:
            newest = await connection.scalar(select(func.max(events.c.sequence)))
            await connection.execute(delete(events).where(events.c.sequence < newest))

    async def _relay(self) -> None:
        is_live = events.c.channel.is_not(None) & events.c.relayed_at.is_(None)
        async with self.house.base.databases.of("social").engine.begin() as connection:
            rows = await connection.execute(
                select(events).where(is_live).order_by(events.c.sequence)
            )
            for row in rows:
                await self.bus.publish(row.channel, row.payload)
            await connection.execute(update(events).values(relayed_at=self.house.base.clock.now()))


@pytest.fixture
def backend(profile, database_url, request, tmp_path) -> BusBackend:
    if profile == "distributed":
        return RedisStreamsBackend(request.getfixturevalue("redis_server").url, block_seconds=0.2)
    databases = request.getfixturevalue("databases")
    return EventLogBackend([databases.of("social").path], bus_path=tmp_path / "bus.db")


@pytest.fixture(params=FOLLOW)
async def stage(request, databases, outside, backend, tmp_path) -> AsyncIterator[Stage]:
    async with (
        asyncio.timeout(SECONDS_MAX),
        Bus(backend, ANY_AGE) as bus,
        open_house(databases, replace(outside, live=bus), tmp_path / "uploads") as house,
        running_server(house.app) as address,
    ):
        await keep_track(house.base, a_track_change("t1"))
        ben = await house.join("ben")
        made = Stage(house, bus, ben, f"http://{address}", FOLLOW[request.param])
        await made.follow_artist(ben)
        yield made


async def hear(hearing: Callable[[], Awaitable[Told]], count: int) -> list[Told]:
    return [await hearing() for _ in range(count)]


async def test_what_was_missed_is_told_in_order_and_once(stage: Stage) -> None:
    async with stage.follow() as hearing:
        await hearing()
        await stage.release("One")
        told = await hear(hearing, 1)
    await stage.release("Two", "Three")

    async with stage.follow(told[0][0]) as hearing:
        await stage.release("Four")
        told += await hear(hearing, 3)

    assert titles(told) == ["One", "Two", "Three", "Four"]
    assert len({position for position, _ in told}) == 4
    assert not any("gap" in answer["extensions"] for _, answer in told)


async def test_who_was_told_nothing_yet_knows_where_it_stands(stage: Stage) -> None:
    async with stage.follow() as hearing:
        position, answer = await hearing()
    await stage.release("One", "Two")

    async with stage.follow(position) as hearing:
        assert titles(await hear(hearing, 2)) == ["One", "Two"]
    assert position
    assert not answer.get("data")


async def test_what_cannot_be_told_again_is_announced_at_once(stage: Stage) -> None:
    async with stage.follow() as hearing:
        position, _ = await hearing()
    await stage.rest()
    await stage.release("One", "Two", "Three")
    await stage.forget()

    async with stage.follow(position) as hearing:
        ((after_gap, gap),) = await hear(hearing, 1)
        await stage.release("Four")
        told = await hear(hearing, 1)
    async with stage.follow(after_gap) as hearing:
        again = await hear(hearing, 1)

    assert gap["data"] is None
    assert gap["extensions"]["gap"] is True
    assert "Read the state anew" in gap["extensions"]["advice"]
    assert titles(told) == titles(again) == ["Four"]
    assert "gap" not in told[0][1]["extensions"]


@pytest.mark.parametrize("position", ["rubbish", "0-0", "x" * 2_000])
async def test_a_position_that_is_not_ours_is_a_gap(stage: Stage, position: str) -> None:
    async with stage.follow(position) as hearing:
        _, answer = await hearing()

    assert answer["extensions"]["gap"] is True


async def test_a_position_of_another_viewer_tells_nothing_of_theirs(stage: Stage) -> None:
    async with stage.follow() as hearing:
        position, _ = await hearing()
    await stage.release("Of Ben")
    mara = await stage.house.join("mara")
    stage.ben = mara

    async with stage.follow(position) as hearing:
        await stage.follow_artist(mara)
        await stage.release("Of Both")
        assert titles(await hear(hearing, 1)) == ["Of Both"]


@pytest.mark.slow
@pytest.mark.parametrize("follow", FOLLOW.values(), ids=FOLLOW)
async def test_a_killed_gateway_loses_no_event_of_who_comes_back(
    site: Site, follow: Follow
) -> None:
    studio = await site.add_account("studio", Role.CREATOR)
    await site.add_account("ben")
    await site.release_waiting(studio)
    first, second = site.gateway(), site.gateway()
    site.worker()
    ben = first.log_in("ben@tutti.example", PASSWORD)
    creator = second.log_in("studio@tutti.example", PASSWORD)
    second.data(example("follow"), {"artistId": print_id("Artist", "artist-1")}, token=ben)

    async with follow(first.url, ben, None) as hearing:
        position, _ = await hearing()
        first.kill()
    second.data(example("publish_track"), {"trackId": site.waiting_track_id}, token=creator)
    notified = example("notifications")
    second.wait_for(lambda: second.data(notified, token=ben)["unreadNotificationCount"] == 1)

    async with asyncio.timeout(SECONDS_MAX), follow(second.url, ben, position) as hearing:
        told = await hear(hearing, 1)
    assert titles(told) == ["First Light"]
    assert "gap" not in told[0][1]["extensions"]
