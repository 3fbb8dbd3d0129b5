"""Kept answers in the real house: who is given them, and what makes them old, in both profiles."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

import house
from adapters.broadcast.bus import Bus
from db.engine import DOMAINS, Databases
from maintenance import purge_cache
from schema.ids import print_id
from settings import Settings
from tests.e2e.catalogue import global_track_id, write_catalogue, write_people
from tests.integration.redis_server import RedisServer
from tests.patience import POLL_SECONDS, SECONDS_MAX
from wiring import build_bus_backend

TRACK = global_track_id(0)
ARTIST = print_id("Artist", "artist-00000")
TITLES = "{ tracks(first: 2) { nodes { title artist { name } } } }"
LIKES = f'{{ track(id: "{TRACK}") {{ title likeCount }} }}'
FOLLOWERS = f'{{ artist(id: "{ARTIST}") {{ name followerCount }} }}'
COMMENTS = (
    f'{{ track(id: "{TRACK}") {{ commentCount comments(first: 1) {{ nodes {{ body }} }} }} }}'
)
MINE = f'{{ track(id: "{TRACK}") {{ title isLikedByMe }} }}'
RATE = "{ royaltyPerThousandPlays { minorUnits currency } }"
LIKE = f'mutation {{ likePlayable(input: {{ playableId: "{TRACK}" }}) {{ problems {{ code }} }} }}'
FOLLOW = f'mutation {{ followArtist(input: {{ artistId: "{ARTIST}" }}) {{ problems {{ code }} }} }}'
COMMENT = f"""mutation {{
  addComment(input: {{ playableId: "{TRACK}", body: "new" }}) {{ problems {{ code }} }}
}}"""
JOIN = """mutation {
  register(
    input: { email: "ann@tutti.example", username: "ann", password: "correct horse" }
  ) { accessToken problems { code } }
}"""


class Gateway:
    """One gateway over ASGI."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings) -> None:
        self._client = client
        self.settings = settings

    async def ask(self, query: str, token: str | None = None, **headers: str) -> httpx.Response:
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return await self._client.post("/graphql", json={"query": query}, headers=headers)

    async def data(self, query: str, token: str | None = None) -> dict[str, Any]:
        told = (await self.ask(query, token)).json()
        assert "errors" not in told, told["errors"]
        data: dict[str, Any] = told["data"]
        return data

    async def do(self, mutation: str, token: str) -> None:
        """A mutation that must succeed."""
        [payload] = (await self.data(mutation, token)).values()
        assert payload["problems"] == []


Open = Callable[..., Awaitable[Gateway]]


@pytest.fixture
async def open_gateway(
    profile: str, database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Open]:
    """Opens gateways of one house with a small catalogue; they share what their profile shares."""
    redis_url = None
    if profile == "distributed":
        redis_url = request.getfixturevalue("redis_server").url
    databases = Databases(dict.fromkeys(DOMAINS, database_url))
    await write_people(databases)
    await write_catalogue(databases, range(10))
    await databases.close()
    async with AsyncExitStack() as stack:

        async def open_one(**more: Any) -> Gateway:
            given = {"data_dir": tmp_path, "database_url": database_url, "redis_url": redis_url}
            settings = Settings(**{**given, **more})
            app = await stack.enter_async_context(house.open_app(settings, "http://tutti.test"))
            transport = httpx.ASGITransport(app)
            client = httpx.AsyncClient(transport=transport, base_url="http://tutti.test")
            return Gateway(await stack.enter_async_context(client), settings)

        yield open_one


async def until_kept(gateway: Gateway, query: str) -> httpx.Response:
    """Ask until the answer is kept: a gateway that just began forgets what was kept before.

    An answer that has been kept for a second says so; one that was not kept never does.
    """
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            answer = await gateway.ask(query)
            if "age" in answer.headers:
                return answer
            await asyncio.sleep(POLL_SECONDS)


async def until_told(gateway: Gateway, query: str, before: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS_MAX):
        while (now := await gateway.data(query)) == before:
            await asyncio.sleep(POLL_SECONDS)
    return now


async def join(gateway: Gateway) -> str:
    return str((await gateway.data(JOIN))["register"]["accessToken"])


async def test_an_answer_that_was_asked_for_before_is_kept_and_tells_its_age(
    open_gateway: Open,
) -> None:
    gateway = await open_gateway()

    kept = await until_kept(gateway, TITLES)

    assert kept.headers["cache-control"] == "public, max-age=300"
    assert {"Track", "Artist", "Query.tracks"} <= set(kept.headers["surrogate-key"].split(" "))
    assert len(kept.json()["data"]["tracks"]["nodes"]) == 2


@pytest.mark.parametrize(
    ("query", "mutation", "field"),
    [
        (LIKES, LIKE, "likeCount"),
        (FOLLOWERS, FOLLOW, "followerCount"),
        (COMMENTS, COMMENT, "commentCount"),
    ],
)
async def test_a_mutation_makes_old_what_shows_its_effect_before_it_is_answered(
    query: str, mutation: str, field: str, open_gateway: Open
) -> None:
    gateway = await open_gateway()
    token = await join(gateway)
    [before] = (await until_kept(gateway, query)).json()["data"].values()

    await gateway.do(mutation, token)
    [after] = (await gateway.data(query)).values()

    assert after[field] == before[field] + 1


async def test_other_gateways_are_told_of_a_change(open_gateway: Open, profile: str) -> None:
    one, other = await open_gateway(), await open_gateway()
    token = await join(one)
    before = (await until_kept(other, LIKES)).json()["data"]

    await one.do(LIKE, token)
    if profile == "embedded":  # each has a memory of its own, and is told by the event log
        after = await until_told(other, LIKES, before)
    else:  # they share one, which forgot at once
        after = await other.data(LIKES)

    assert after["track"]["likeCount"] == before["track"]["likeCount"] + 1


async def test_viewers_are_given_their_own_answers_whatever_others_were_told(
    open_gateway: Open,
) -> None:
    gateway = await open_gateway()
    token = await join(gateway)
    stranger = await gateway.ask(MINE)
    await gateway.do(LIKE, token)

    for _ in range(2):
        assert (await gateway.data(MINE, token))["track"]["isLikedByMe"] is True
        assert (await gateway.data(MINE))["track"]["isLikedByMe"] is None
    told = await gateway.ask(TITLES, token)

    assert stranger.headers["cache-control"] == "private, max-age=300"
    assert told.headers["cache-control"] == "no-store"


async def test_what_comes_in_pieces_is_not_kept(open_gateway: Open) -> None:
    gateway = await open_gateway()
    token = await join(gateway)
    deferring = f'{{ track(id: "{TRACK}") {{ title ... @defer {{ likeCount }} }} }}'
    accept = {"accept": "multipart/mixed;deferSpec=20220824, application/json"}
    told = [await gateway.ask(deferring, **accept)]

    await gateway.do(LIKE, token)
    told.append(await gateway.ask(deferring, **accept))

    assert [each.headers["cache-control"] for each in told] == ["no-store"] * 2
    assert told[0].content != told[1].content


async def test_what_is_the_same_for_all_is_kept_for_a_day(open_gateway: Open) -> None:
    gateway = await open_gateway()
    token = await join(gateway)
    await until_kept(gateway, RATE)

    answer = await gateway.ask(RATE, token)

    assert "age" in answer.headers
    assert answer.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize(("pattern", "is_kept"), [("Track", False), ("User*", True), ("*", False)])
async def test_an_operator_lets_all_gateways_forget_what_is_like_a_pattern(
    pattern: str, is_kept: bool, open_gateway: Open
) -> None:
    gateway = await open_gateway()
    await until_kept(gateway, TITLES)
    databases = Databases(gateway.settings.urls_by_domain())
    told = asyncio.Event()

    async def listen() -> None:
        backend = build_bus_backend(gateway.settings, databases)
        async with Bus(backend) as bus, bus.listen("cache:purges") as messages:
            listening.set()
            async for _ in messages:
                told.set()

    listening = asyncio.Event()
    task = asyncio.create_task(listen())
    await listening.wait()
    await purge_cache(gateway.settings, pattern)
    async with asyncio.timeout(SECONDS_MAX):
        await told.wait()
        if is_kept:
            assert "age" in (await gateway.ask(TITLES)).headers
        else:
            while "age" in (await gateway.ask(TITLES)).headers:
                await asyncio.sleep(POLL_SECONDS)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await databases.close()


async def test_a_wrong_pattern_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="A pattern has 1 to 200"):
        await purge_cache(Settings(data_dir=tmp_path), "a b")


async def test_without_a_cache_the_schema_still_says_for_how_long_an_answer_is_good(
    open_gateway: Open,
) -> None:
    gateway = await open_gateway(cache=False)
    token = await join(gateway)
    before = await gateway.data(LIKES)

    await gateway.do(LIKE, token)
    answer = await gateway.ask(LIKES)

    assert answer.json()["data"] != before
    assert answer.headers["cache-control"] == "public, max-age=60"


async def test_answers_go_on_without_redis(
    redis_server: RedisServer, postgres_url: str, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=postgres_url, redis_url=redis_server.url)
    async with house.open_app(settings, "http://tutti.test") as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tutti.test") as client:
            gateway = Gateway(client, settings)
            before = await gateway.data(RATE)
            redis_server.stop()

            assert [await gateway.data(RATE) for _ in range(3)] == [before] * 3


@pytest.mark.parametrize("cached", [frozenset({"social", "users"}), frozenset(DOMAINS)])
async def test_kept_entities_tell_the_same_as_none(
    cached: frozenset[str], open_gateway: Open
) -> None:
    plain, keeping = await open_gateway(cache=False), await open_gateway(cached_subgraphs=cached)
    token = await join(plain)
    query = """{ tracks(first: 5) { nodes {
      title likeCount commentCount isLikedByMe artist { name followerCount isFollowedByMe }
      owner { username } comments(first: 2) { nodes { body author { displayName } } }
    } } }"""
    for viewer in (None, token, None, token):
        assert await keeping.data(query, viewer) == await plain.data(query, viewer)

    await keeping.do(LIKE, token)
    await keeping.do(FOLLOW, token)

    for viewer in (None, token, None, token):
        assert await keeping.data(query, viewer) == await plain.data(query, viewer)
