"""Any supergraph is served: its file followed, headers passed on, no request dropped."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.e2e.streams import FOLLOW, Follow
from tests.integration.federation.general import General, general_gateway, put, supergraph
from tests.patience import SECONDS_MAX, until
from tests.unit.federation.transport.peers import Peer, Seen, answering, http, peer
from web.engines.supergraph_file import SupergraphFile, SupergraphFileError
from web.general_gateway import GatewayOptions
from web.serving.http_server import allow_deep_json

MEDIA = 'type Query { track: Track } type Track @key(fields: "id") { id: ID! title: String }'
SOCIAL = 'type Track @key(fields: "id") { id: ID! likes: Int }'
NEWER = MEDIA.replace("title: String", "title: String year: Int")
OPTIONS = GatewayOptions(fetch_seconds_max=30.0)
TRACK = {"data": {"track": {"id": "1", "title": "One", "__typename": "Track"}}}


def likes_of(seen: Seen) -> dict[str, Any]:
    """Answers whatever alias the request gave to its entities."""
    document = json.loads(seen.body)["query"]
    head = document.split("_entities")[0].rstrip()
    alias = head[:-1].split()[-1] if head.endswith(":") else "_entities"
    return {"data": {alias: [{"likes": 5}]}}


async def answer_likes(seen: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(http(likes_of(seen)))


@asynccontextmanager
async def served(
    path: Path, media: Peer, social: Peer, options: GatewayOptions = OPTIONS
) -> AsyncIterator[General]:
    path.write_text(supergraph(("media", media.url, MEDIA), ("social", social.url, SOCIAL)))
    async with general_gateway(path, options) as gateway:
        yield gateway


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "supergraph.graphql"


async def test_an_operation_over_two_remote_subgraphs(path: Path) -> None:
    async with peer(answering(http(TRACK))) as media, peer(answer_likes) as social:
        async with served(path, media, social) as gateway:
            answer = await gateway.ask("{ track { title likes } }")
            health = await gateway.client.get("/health")
            ready = await gateway.client.get("/ready")

        assert answer == {"data": {"track": {"title": "One", "likes": 5}}}
        assert (health.status_code, ready.status_code) == (200, 200)
        assert json.loads(social.seen[0].body)["variables"] == {
            name: [{"__typename": "Track", "id": "1"}]
            for name in json.loads(social.seen[0].body)["variables"]
        }
        assert await media.none_connected()
        assert await social.none_connected()


@pytest.mark.parametrize(
    ("_case", "behaviour", "code"),
    [
        ("a page", answering(http("<html>")), "SUBGRAPH_INVALID_RESPONSE"),
        ("a broken server", answering(http("x", status="503 x")), "SUBGRAPH_UNAVAILABLE"),
        ("an error", answering(http({"errors": [{"message": "no"}]})), "SUBGRAPH_ERROR"),
    ],
)
async def test_a_broken_subgraph_costs_its_own_fields(
    path: Path, _case: str, behaviour: Any, code: str
) -> None:
    async with peer(answering(http(TRACK))) as media, peer(behaviour) as social:
        async with served(path, media, social) as gateway:
            answer = await gateway.ask("{ track { title likes } }")

        [error] = answer["errors"]
        assert answer["data"] == {"track": {"title": "One", "likes": None}}
        assert error["path"] == ["track", "likes"]
        assert error["extensions"]["code"] == code
        assert error["extensions"]["subgraph"] == "social"


@pytest.fixture
def _as_served() -> Iterator[None]:
    """The bound on nested calls that a server has."""
    before = sys.getrecursionlimit()
    allow_deep_json()
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize("levels", [300, 1_000])
@pytest.mark.usefixtures("_as_served")
async def test_very_deep_json_costs_its_own_field_only(path: Path, levels: int) -> None:
    media_sdl = MEDIA.replace("track: Track", "tracks: [Track]")
    social_sdl = "scalar JSON " + SOCIAL.replace("likes: Int", "likes: Int more: JSON")
    tracks = {"data": {"tracks": [TRACK["data"]["track"]] * 2}}
    deep = "[" * levels + "]" * levels

    async def answer_deep(seen: Seen, writer: asyncio.StreamWriter) -> None:
        [alias] = likes_of(seen)["data"]
        writer.write(http(f'{{"data":{{"{alias}":[{{"likes":{deep},"more":{deep}}}]}}}}'))

    async with peer(answering(http(tracks))) as media, peer(answer_deep) as social:
        path.write_text(
            supergraph(("media", media.url, media_sdl), ("social", social.url, social_sdl))
        )
        async with general_gateway(path, OPTIONS) as gateway:
            wrong = await gateway.ask("{ tracks { title likes } }")
            right = await gateway.post("{ tracks { more } }")

    assert wrong["data"] == {"tracks": [{"title": "One", "likes": None}] * 2}
    assert [error["path"] for error in wrong["errors"]] == [
        ["tracks", 0, "likes"],
        ["tracks", 1, "likes"],
    ]
    assert right.text == f'{{"data":{{"tracks":[{{"more":{deep}}},{{"more":{deep}}}]}}}}'


async def test_headers_go_and_come_by_the_rules(path: Path) -> None:
    options = GatewayOptions(forwarded=["x-tenant"], returned=["x-cost"], fetch_seconds_max=30.0)
    told = http(TRACK, headers="x-cost: 7\r\nx-inner: 1\r\n")
    given = {
        "authorization": "Bearer abc",
        "x-tenant": "blue",
        "x-other": "1",
        "cookie": "a=b",
        "tutti-viewer": "forged",
    }
    async with peer(answering(told)) as media, peer(answer_likes) as social:
        async with served(path, media, social, options) as gateway:
            answer = await gateway.post("{ track { title } }", headers=given)

        [seen] = media.seen
        assert seen.header("authorization") == "Bearer abc"
        assert seen.header("x-tenant") == "blue"
        assert seen.header("x-request-id") == answer.headers["x-request-id"]
        assert [seen.header(name) for name in ("x-other", "cookie", "tutti-viewer")] == [None] * 3
        assert answer.headers["x-cost"] == "7"
        assert "x-inner" not in answer.headers


async def test_the_plan_is_told_only_where_that_is_allowed(path: Path) -> None:
    async with peer(answering(http(TRACK))) as media, peer(answer_likes) as social:
        for options in (OPTIONS, GatewayOptions(is_explaining=True)):
            async with served(path, media, social, options) as gateway:
                answer = await gateway.post(
                    "{ track { title } }", headers={"tutti-explain": "plan"}
                )
                phase = {"query": "{ track { likes } }", "phase": "fetches"}
                explained = await gateway.client.post("/explain", json=phase)
                page = await gateway.client.get("/explain")
            is_told = "explain" in answer.json().get("extensions", {})
            assert is_told is options.is_explaining
            status = 200 if options.is_explaining else 404
            assert (explained.status_code, page.status_code) == (status, status)
            assert explained.text.startswith("0: media at $") is options.is_explaining


# The file:


async def eventually(gateway: General, document: str, expected: object) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while await gateway.ask(document) != expected:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def watched(gateway: General) -> AsyncIterator[None]:
    watching = asyncio.create_task(gateway.file.watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def test_a_changed_file_is_served_and_no_request_is_dropped(path: Path) -> None:
    is_newer = {"data": {"track": {"year": 1999}}}

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        writer.write(http({"data": {"track": {"id": "1", "title": "One", "year": 1999}}}))

    async with peer(behave) as media, peer(answer_likes) as social:
        async with served(path, media, social) as gateway, watched(gateway):
            stop = asyncio.Event()
            answers: list[object] = []

            async def ask_on() -> None:
                while not stop.is_set():
                    answers.append(await gateway.ask("{ track { title } }"))

            asking = [asyncio.create_task(ask_on()) for _ in range(3)]
            for sdl in (NEWER, MEDIA, NEWER):
                put(path, supergraph(("media", media.url, sdl)))
                expected = is_newer if sdl is NEWER else None
                if expected:
                    await eventually(gateway, "{ track { year } }", expected)
                else:
                    await asyncio.sleep(0.1)
            stop.set()
            await asyncio.gather(*asking)

        assert len(answers) > 5
        assert all(answer == {"data": {"track": {"title": "One"}}} for answer in answers)
        assert await media.none_connected()


def refusals(logs: list[Any]) -> list[str]:
    """Why files were refused so far."""
    return [line["reason"] for line in logs if line["event"] == "supergraph_refused"]


@pytest.mark.parametrize(
    "text", ["type Query {", "type Query { a: Int }", "", "\xff\xfe", "enum join__Graph { A }"]
)
async def test_a_bad_file_keeps_the_one_before_and_says_so_once(path: Path, text: str) -> None:
    async with (
        peer(answering(http(TRACK))) as media,
        peer(answer_likes) as social,
        served(path, media, social) as gateway,
    ):
        with capture_logs() as logs:
            async with watched(gateway):
                put(path, text)
                await until(lambda: refusals(logs))
                await asyncio.sleep(0.1)
                answer = await gateway.ask("{ track { title } }")

    [reason] = refusals(logs)
    assert str(path) in reason
    assert "\n" not in reason
    assert answer == {"data": {"track": {"title": "One"}}}


async def test_a_signal_loads_at_once(path: Path) -> None:
    fields = '{ __type(name: "Track") { fields { name } } }'
    names = [{"name": "id"}, {"name": "title"}, {"name": "year"}]
    async with (
        peer(answering(http(TRACK))) as media,
        peer(answer_likes) as social,
        served(path, media, social) as gateway,
    ):
        gateway.file = SupergraphFile(path, gateway.engine, poll_seconds=60)
        async with watched(gateway):
            await asyncio.sleep(0)
            put(path, supergraph(("media", media.url, NEWER)))

            gateway.file.reload_now()

            await eventually(gateway, fields, {"data": {"__type": {"fields": names}}})


async def test_a_missing_file_is_told_in_words(path: Path) -> None:
    with pytest.raises(SupergraphFileError, match="No such file"):
        async with general_gateway(path, OPTIONS):
            pass


async def test_a_subgraph_keeps_its_connections_when_another_changes(path: Path) -> None:
    async with peer(answering(http(TRACK))) as media, peer(answer_likes) as social:
        async with served(path, media, social) as gateway:
            await gateway.ask("{ track { title } }")
            put(path, supergraph(("media", media.url, NEWER)))
            await gateway.file.load()
            await gateway.ask("{ track { title } }")

        assert media.connections_ever == 1


EVENTS = "type Query { a: Int } type Subscription { ticks: Int }"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


async def tick(_seen: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD)
    for number in (1, 2):
        body = json.dumps({"data": {"ticks": number}}).encode()
        writer.write(b"event: next\ndata: " + body + b"\n\n")
    writer.write(b"event: complete\ndata:\n\n")


@pytest.mark.parametrize("follow", FOLLOW.values(), ids=FOLLOW.keys())
async def test_a_subscription_to_a_remote_subgraph(path: Path, follow: Follow) -> None:
    options = GatewayOptions(subscriptions="sse")
    async with peer(tick) as events:
        put(path, supergraph(("events", events.url, EVENTS)))
        async with (
            general_gateway(path, options) as gateway,
            follow(gateway.url, "subscription { ticks }", {}, "token") as next_event,
        ):
            told = [await next_event(), await next_event(), await next_event()]

        assert told == [{"data": {"ticks": 1}}, {"data": {"ticks": 2}}, None]
        assert events.seen[0].header("authorization") == "Bearer token"
        assert await events.none_connected()


async def test_a_replaced_supergraph_ends_its_subscriptions_in_the_end(path: Path) -> None:
    async def endless(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b'data: {"data":{"ticks":1}}\n\n')
        await asyncio.sleep(60)

    options = GatewayOptions(subscriptions="sse")
    async with peer(endless) as events:
        put(path, supergraph(("events", events.url, EVENTS)))
        async with general_gateway(path, options) as gateway:
            gateway.engine._drain_seconds_max = 0.05
            headers = {"accept": "text/event-stream"}
            body = {"query": "subscription { ticks }"}
            stream = gateway.client.stream("POST", "/graphql", json=body, headers=headers)
            async with stream as response:
                lines = response.aiter_lines()
                while "ticks" not in await anext(lines):
                    pass
                put(path, supergraph(("events", events.url, EVENTS + " scalar New")))
                await gateway.file.load()
                rest = [line async for line in lines]

        assert any("SUPERGRAPH_CHANGED" in line for line in rest)
        assert "event: complete" in rest
        assert await events.none_connected()


async def test_a_foreign_page_cannot_act_with_a_cookie(path: Path) -> None:
    options = GatewayOptions(forwarded=["cookie"])
    async with peer(answering(http(TRACK))) as media, peer(answer_likes) as social:
        async with served(path, media, social, options) as gateway:
            own = {"cookie": "s=1"}
            await gateway.post("{ track { title } }", headers=own)
            await gateway.post(
                "{ track { title } }", headers={**own, "origin": "https://evil.example"}
            )

        assert [seen.header("cookie") for seen in media.seen] == ["s=1", None]


async def test_a_subgraph_without_an_address_fails_alone(path: Path) -> None:
    async with peer(answering(http(TRACK))) as media:
        put(path, supergraph(("media", media.url, MEDIA), ("social", "", SOCIAL)))
        with capture_logs() as logs:
            async with general_gateway(path, OPTIONS) as gateway:
                answer = await gateway.ask("{ track { title likes } }")

    assert answer["data"] == {"track": {"title": "One", "likes": None}}
    assert answer["errors"][0]["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"
    assert [line["subgraph"] for line in logs if line["event"] == "subgraph_without_address"] == [
        "social"
    ]


async def test_addresses_can_be_given_beside_the_file(path: Path) -> None:
    async with peer(answering(http(TRACK))) as media:
        put(path, supergraph(("media", "http://nowhere.invalid/", MEDIA)))
        options = GatewayOptions(urls={"media": media.url})
        async with general_gateway(path, options) as gateway:
            answer = await gateway.ask("{ track { title } }")

    assert answer == {"data": {"track": {"title": "One"}}}
