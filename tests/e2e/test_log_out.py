"""A token is worth nothing from the moment its session is ended, whatever way it comes by."""

import json

import httpx
import pytest
import websockets

from tests.e2e.house import House, error_codes, example
from tests.fakes.server import running_server

WHO = "{ me { email } }"
PROTOCOL = websockets.Subprotocol("graphql-transport-ws")


async def ask_over_http(url: str, token: str) -> list[str]:
    """By POST, by GET, and as an event stream."""
    bearer = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=bearer) as client:
        answers = [
            await client.post("/graphql", json={"query": WHO}),
            await client.get("/graphql", params={"query": WHO}),
        ]
        stream = await client.post(
            "/graphql", json={"query": WHO}, headers={"accept": "text/event-stream"}
        )
    told = [str(error_codes(each.json())) for each in answers]
    return [*told, str("UNAUTHENTICATED" in stream.text)]


async def open_socket(url: str, token: str) -> str:
    """`ack`, or the code that it is closed with."""
    address = url.replace("http://", "ws://") + "/graphql"
    async with websockets.connect(address, subprotocols=[PROTOCOL]) as socket:
        payload = {"authorization": f"Bearer {token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        try:
            return str(json.loads(await socket.recv())["type"])
        except websockets.ConnectionClosed:
            return str(socket.close_code)


@pytest.mark.parametrize("profile", ["embedded"])
async def test_after_a_log_out_the_token_is_refused_on_every_way(house: House) -> None:
    ben = await house.join("ben")
    async with running_server(house.app) as address:
        url = f"http://{address}"
        before = await ask_over_http(url, ben.token), await open_socket(url, ben.token)

        await house.data(example("logout"), by=ben)
        after = await ask_over_http(url, ben.token), await open_socket(url, ben.token)

    assert before == (["[]", "[]", "False"], "connection_ack")
    assert after == (["['UNAUTHENTICATED']"] * 2 + ["True"], "4403")


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_socket_that_is_open_asks_again_for_each_operation(house: House) -> None:
    ben = await house.join("ben")
    async with (
        running_server(house.app) as address,
        websockets.connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL]) as socket,
    ):
        payload = {"authorization": f"Bearer {ben.token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        await socket.recv()
        await house.data(example("logout"), by=ben)
        ask = {"id": "1", "type": "subscribe", "payload": {"query": WHO}}
        await socket.send(json.dumps(ask))
        answer = json.loads(await socket.recv())

    assert answer["type"] == "error"
    assert error_codes({"errors": answer["payload"]}) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("profile", ["embedded"])
async def test_identity_headers_of_a_client_make_nobody_of_it(house: House) -> None:
    ben = await house.join("ben")
    told = json.dumps({"user": ben.id, "session": "s", "roles": ["admin"]})
    spoofed = {"tutti-viewer": told, "tutti-signature": "0" * 64, "x-user-id": str(ben.id)}

    assert await house.ask(WHO, headers=spoofed) == {"data": {"me": None}}
