"""Which child processes this machine runs, and which of its gateways looks after them."""

import asyncio
import fcntl
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from maintenance import migrate_all
from settings import Settings
from web.serving.http_server import SHUTDOWN_SECONDS_MAX, listen
from wiring import model_file, model_socket, prepare_data_folder
from workers.supervisor import Child, Supervisor

LOCK_TRY_SECONDS = 1.0
ENDING_SECONDS = 10.0
"""How long a gateway may take to close what it opened, once nothing is under way any more."""
ROOT = Path(__file__).parent


async def serve_together(settings: Settings) -> None:
    """Keep several gateways on one port until told to stop.

    This process answers nobody: it holds the port, and starts a gateway again that dies. They
    share what is in the databases, in the data folder and on the bus, and nothing else.

    Raises:
        OSError: the port or the data folder cannot be had.
    """
    port = listen(settings.host, settings.port, advice="set TUTTI_PORT to another")
    port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # it was free: now ours may share it
    prepare_data_folder(settings)
    if settings.is_embedded:
        await migrate_all(settings)
    gateways = Supervisor(
        _gateways(settings, port.getsockname()[1]),
        stop_seconds=settings.grace_seconds + SHUTDOWN_SECONDS_MAX + ENDING_SECONDS,
    )
    async with supervise(settings), gateways:
        await _told_to_stop()


@asynccontextmanager
async def supervise(settings: Settings) -> AsyncIterator[None]:
    """Keep the children of this data folder running, unless another gateway does.

    Whoever holds the folder's lock looks after them; when that gateway dies, its lock and its
    children die with it, and the next one takes over.
    """
    keeping = asyncio.create_task(_keep(settings), name="supervision")
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def _keep(settings: Settings) -> None:
    lock = os.open(settings.data_dir / "supervisor.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
    try:
        while not _locked(lock):  # noqa: ASYNC110  (another process holds it)
            await asyncio.sleep(LOCK_TRY_SECONDS)
        tools, users = _children(settings)
        async with Supervisor(tools), Supervisor(users):  # who uses the others ends first
            await asyncio.Event().wait()
    finally:
        os.close(lock)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _gateways(settings: Settings, port: int) -> list[Child]:
    command = [sys.executable, str(ROOT / "gateway.py"), "serve", "--as-one-of-several"]
    command += ["--host", settings.host, "--port", str(port)]
    return [
        Child(
            name=f"gateway-{number + 1}", command=command, environment=_own_port(settings, number)
        )
        for number in range(settings.workers)
    ]


def _own_port(settings: Settings, number: int) -> dict[str, str]:
    """Each of several processes shows its own figures; a port of 0 is another one each time."""
    if not settings.metrics_port:
        return {}
    return {"TUTTI_METRICS_PORT": str(settings.metrics_port + number)}


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


def _children(settings: Settings) -> tuple[list[Child], list[Child]]:
    """What runs beside the gateways, and then what uses that.

    The model runs everywhere; worker and EVM when embedded.
    """
    python = sys.executable
    folder = settings.data_dir.resolve()
    model = [python, "-m", "adapters.ml.serve"]
    model += ["--model", str(model_file(settings).resolve())]
    model += ["--socket", str(model_socket(settings).resolve())]
    tools, users = [Child(name="model", command=model)], list[Child]()
    if not settings.is_embedded:
        return tools, users
    environment = {"TUTTI_DATA_DIR": str(folder)}
    if settings.chain_rpc_url is None:
        port = free_port()
        environment["TUTTI_CHAIN_RPC_URL"] = f"http://127.0.0.1:{port}"
        evm = [python, "-m", "adapters.chain.embedded"]
        evm += ["--port", str(port), "--data", str(folder / "chain")]
        tools.append(Child(name="evm", command=evm))
    if settings.metrics_port:
        environment["TUTTI_METRICS_PORT"] = str(settings.metrics_port + settings.workers)
    worker = [python, "-m", "workers"]
    users.append(Child(name="worker", command=worker, environment=environment))
    if settings.demo and settings.is_development:
        demo = [python, "-m", "devtools.seed"]
        users.append(Child(name="demo", command=demo, environment=environment, is_done_once=True))
    return tools, users


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
