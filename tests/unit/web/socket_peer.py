"""A client of graphql-transport-ws that says exactly what a test tells it to say."""

import asyncio
import json
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.patience import SECONDS_MAX
from web.endpoint.graphql_ws import PROTOCOL

ACK = {"type": "connection_ack"}


class Peer:
    """The client's end of a socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def tell(self, message: Any) -> None:
        await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def hear(self) -> Any:
        async with asyncio.timeout(SECONDS_MAX):
            return json.loads(await self.socket.recv())

    async def init(self, **payload: str) -> Any:
        await self.tell({"type": "connection_init", "payload": payload})
        return await self.hear()

    async def ask(self, query: str, *, id: str = "1", **members: Any) -> None:  # noqa: A002
        payload = {"query": query, **members}
        await self.tell({"id": id, "type": "subscribe", "payload": payload})

    async def end(self) -> tuple[int, str]:
        """Wait until the server closes; give code and reason."""
        async with asyncio.timeout(SECONDS_MAX):
            with pytest.raises(ConnectionClosed) as closed:
                await self._hear_all()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason

    async def _hear_all(self) -> None:
        while True:
            await self.socket.recv()


@asynccontextmanager
async def dialled(address: str, *, protocols: tuple[str, ...] = (PROTOCOL,), **options: Any):
    """Open a socket to a served front."""
    async with connect(
        f"ws://{address}/graphql",
        subprotocols=list(protocols) or None,
        close_timeout=0.2,
        **options,
    ) as socket:
        yield Peer(socket)


def next_of(data: Any, *, id: str = "1") -> Any:  # noqa: A002
    return {"id": id, "type": "next", "payload": {"data": data}}


def complete_of(id: str = "1") -> Any:  # noqa: A002
    return {"id": id, "type": "complete"}


def code_of(message: Any) -> str:
    """The code of the only error of an error message."""
    assert message["type"] == "error"
    (error,) = message["payload"]
    return error["extensions"]["code"]
