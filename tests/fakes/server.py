"""A real server on a free loopback port, for what in-process calls cannot show."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from web.serving.http_protocol import RepeatedHeads
from web.serving.socket_protocol import BatchedSocket


@asynccontextmanager
async def running_server(
    app: object, *, ws: type[BatchedSocket] = BatchedSocket
) -> AsyncIterator[str]:
    """Run uvicorn on a free loopback port in this loop."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        http=RepeatedHeads,
        ws=ws,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await running
