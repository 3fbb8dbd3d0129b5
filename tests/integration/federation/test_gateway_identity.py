"""A general gateway that proves tokens: who may see what, on every transport alike."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import websockets

from adapters.identity.key_set import KeySet, reading_of
from adapters.identity.outside_tokens import OutsideTokens
from errors import Unauthenticated
from federation.compose.compose import SubgraphSource, compose
from federation.transport.signing import SignatureVerifier
from tests.e2e.streams import FOLLOW
from tests.fakes.issuer import AUDIENCE, ISSUER, Issuer
from tests.integration.federation.general import General, general_gateway
from tests.unit.adapters.test_outside_tokens import forged
from tests.unit.federation.transport.peers import Behave, Peer, Seen, http, peer
from web.general_gateway import GatewayOptions
from web.guards.gateway_identity import name_of, require_unexpired, seconds_left

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@authenticated", "@requiresScopes"])
type Query {
  open: Int
  mine: Int @authenticated
  report: Int @requiresScopes(scopes: [["read:report"]])
}
"""
KEY = b"k" * 32
SECRETS = {"open": 1, "mine": 2, "report": 3}
DOCUMENT = "{ open mine report }"


async def answer_what_is_asked(seen: Seen, writer: asyncio.StreamWriter) -> None:
    document = json.loads(seen.body)["query"]
    writer.write(http({"data": {name: each for name, each in SECRETS.items() if name in document}}))


class Served:
    """A gateway, the subgraph behind it, and the issuer that it trusts."""

    def __init__(self, gateway: General, subgraph: Peer, issuer: Issuer) -> None:
        self.gateway = gateway
        self.subgraph = subgraph
        self.issuer = issuer

    async def ask(self, token: str | None, **headers: str) -> httpx.Response:
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return await self.gateway.post(DOCUMENT, headers=headers)


@asynccontextmanager
async def served(
    path: Path,
    issuer: Issuer,
    *,
    behave: Behave = answer_what_is_asked,
    sdl: str = SDL,
    **more: Any,
) -> AsyncIterator[Served]:
    async def answer_keys(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        issuer.reads += 1
        writer.write(http(issuer.key_set))

    async with peer(behave) as subgraph, peer(answer_keys) as keys:
        source = SubgraphSource(name="one", url=subgraph.url, sdl=sdl)
        path.write_text(compose([source]).sdl)
        tokens = OutsideTokens(keys={ISSUER: KeySet(reading_of(keys.url))}, audiences=[AUDIENCE])
        options = GatewayOptions(
            tokens=tokens, claims=["sub", "tenant"], signing_key=KEY, fetch_seconds_max=30.0, **more
        )
        async with general_gateway(path, options) as gateway:
            yield Served(gateway, subgraph, issuer)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "supergraph.graphql", Issuer()) as opened:
        yield opened


async def ask_by_post(house: Served, token: str) -> Mapping[str, Any]:
    return (await house.ask(token)).json()


async def ask_by_get(house: Served, token: str) -> Mapping[str, Any]:
    answer = await house.gateway.client.get(
        "/graphql",
        params={"query": DOCUMENT},
        headers={"authorization": f"Bearer {token}", "apollo-require-preflight": "1"},
    )
    return answer.json()


async def ask_by_hash(house: Served, token: str) -> Mapping[str, Any]:
    digest = hashlib.sha256(DOCUMENT.encode()).hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    headers = {"authorization": f"Bearer {house.issuer.token(scope='read:report')}"}
    body = {"query": DOCUMENT, "extensions": extensions}
    first = await house.gateway.client.post("/graphql", json=body, headers=headers)
    assert first.json() == {"data": SECRETS}
    headers = {"authorization": f"Bearer {token}"}
    body = {"extensions": extensions}
    return (await house.gateway.client.post("/graphql", json=body, headers=headers)).json()


async def ask_over(name: str, house: Served, token: str) -> Mapping[str, Any]:
    async with FOLLOW[name](house.gateway.url, DOCUMENT, {}, token) as next_event:
        answer = await next_event()
    assert answer is not None
    return answer


WAYS = {
    "post": ask_by_post,
    "get": ask_by_get,
    "persisted": ask_by_hash,
    "sse": lambda house, token: ask_over("sse", house, token),
    "websocket": lambda house, token: ask_over("websocket", house, token),
}


@pytest.mark.parametrize("way", WAYS)
async def test_what_a_token_does_not_show_is_refused_on_every_way(house: Served, way: str) -> None:
    answer = await WAYS[way](house, house.issuer.token())

    assert answer["data"] == {"open": 1, "mine": 2, "report": None}
    assert [(each["path"], each["extensions"]["code"]) for each in answer["errors"]] == [
        (["report"], "UNAUTHORIZED_FIELD_OR_TYPE")
    ]
    assert "report" not in json.loads(house.subgraph.seen[-1].body)["query"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_scope_opens_its_field_on_every_way(house: Served, way: str) -> None:
    answer = await WAYS[way](house, house.issuer.token(scp=["read:report"]))

    assert answer == {"data": SECRETS}


async def test_a_stranger_sees_what_is_open(house: Served) -> None:
    answer = (await house.ask(None)).json()

    assert answer["data"] == {"open": 1, "mine": None, "report": None}
    assert [each["path"] for each in answer["errors"]] == [["mine"], ["report"]]


def bad_tokens(issuer: Issuer) -> dict[str, str]:
    return {
        "ALGORITHM_NOT_ALLOWED": forged("none"),
        "AUDIENCE_WRONG": issuer.token(aud="another"),
        "TOKEN_EXPIRED": issuer.token(exp=time.time() - 3_600),
        "SIGNATURE_INVALID": Issuer().token(),
        "ISSUER_UNKNOWN": issuer.token(iss="https://evil.example"),
    }


@pytest.mark.parametrize("reason", bad_tokens(Issuer()))
async def test_a_token_that_does_not_hold_is_refused_before_anything_is_fetched(
    house: Served, reason: str
) -> None:
    token = bad_tokens(house.issuer)[reason]

    answer = await house.ask(token)
    socket_code = await close_code_of(house, token)

    [error] = answer.json()["errors"]
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert error["extensions"]["details"] == {"reason": reason}
    assert socket_code == 4403
    assert house.subgraph.seen == []


async def close_code_of(house: Served, token: str) -> int | None:
    address = house.gateway.url.replace("http://", "ws://") + "/graphql"
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(address, subprotocols=[protocol]) as socket:
        payload = {"authorization": f"Bearer {token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        return socket.close_code


async def test_identity_headers_of_a_client_are_dropped(house: Served) -> None:
    told = "eyJzdWIiOiJhZG1pbiJ9"
    spoofed = {
        "tutti-viewer": f"{told}.{'0' * 64}",
        "Tutti-Signature": "0" * 64,
        "tutti-nonce": "n",
        "x-user-id": "admin",
        "x-forwarded-user": "admin",
    }

    await house.ask(None, **spoofed)
    await house.ask(house.issuer.token(tenant="t1", role="admin"), **spoofed)

    viewers = []
    for seen in house.subgraph.seen:
        assert "admin" not in seen.head
        assert told not in seen.head
        assert seen.head.lower().count("tutti-viewer:") == 1
        lines = (line.partition(": ") for line in seen.head.split("\r\n")[1:])
        headers = {name.lower(): value for name, _, value in lines}
        viewers.append(SignatureVerifier(KEY).verify(headers, seen.body))
    assert [json.loads(each or b"null") for each in viewers] == [
        None,
        {"sub": "anna", "tenant": "t1"},
    ]


async def test_a_flood_of_unknown_keys_is_refused_without_a_flood_of_readings(
    house: Served,
) -> None:
    flood = []
    for number in range(40):
        stranger = Issuer()
        stranger.rotate(f"made-up-{number}", keep=0)
        flood.append(house.ask(stranger.token()))

    answers = await asyncio.gather(*flood)

    assert {answer.status_code for answer in answers} == {401}
    reasons = {each.json()["errors"][0]["extensions"]["details"]["reason"] for each in answers}
    assert reasons == {"KEY_UNKNOWN"}
    assert house.issuer.reads == 1
    assert (await house.ask(house.issuer.token())).json()["data"]["mine"] == 2


def test_a_token_counts_until_the_leeway_is_over() -> None:
    require_unexpired(None, 0.0)
    require_unexpired({"exp": time.time() - 10}, 60.0)

    with pytest.raises(Unauthenticated, match="expired"):
        require_unexpired({"exp": time.time() - 10}, 5.0)


def test_a_token_names_its_issuers_subject_and_is_good_until_the_leeway_is_over() -> None:
    claims = {"iss": "https://a.example", "sub": "anna", "exp": time.time() + 60}

    left = seconds_left(claims, 5.0)

    assert name_of(claims) == "https://a.example anna"
    assert name_of(claims) != name_of({**claims, "iss": "https://b.example"})
    assert left is not None
    assert 0 < left <= 65
    assert (name_of(None), seconds_left(None, 5.0)) == ("", None)


STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n"


@pytest.mark.parametrize("way", FOLLOW)
async def test_a_subscription_does_not_outlive_its_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    goes_on = asyncio.Event()

    async def tick(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM + b'data: {"data":{"ticks":1}}\n\n')
        await goes_on.wait()
        writer.write(b'data: {"data":{"ticks":2}}\n\n')
        await writer.drain()

    sdl = SDL + "type Subscription { ticks: Int @authenticated }"
    async with served(tmp_path / "supergraph.graphql", Issuer(), behave=tick, sdl=sdl) as house:
        url, token = house.gateway.url, house.issuer.token()
        async with FOLLOW[way](url, "subscription { ticks }", {}, token) as next_event:
            first = await next_event()
            later = time.time() + 7_200
            clock = SimpleNamespace(time=lambda: later)
            monkeypatch.setattr("web.guards.gateway_identity.time", clock)
            goes_on.set()
            last = await next_event()

    assert first == {"data": {"ticks": 1}}
    assert last is not None
    assert last["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in last
