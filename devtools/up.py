"""The distributed profile on one machine: gateway, worker and chain as processes of their own.

    make up        PostgreSQL and Redis must run; TUTTI_DATABASE_URL and TUTTI_REDIS_URL name them

What is not set gets a value for development: a database and Redis on this machine, and the
embedded EVM as the JSON-RPC node.
"""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from pydantic import ValidationError

from settings import Settings
from supervision import free_port
from workers.supervisor import Child, Supervisor

ROOT = Path(__file__).parent.parent
DATABASE_URL = "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres"
REDIS_URL = "redis://127.0.0.1:6379/0"


def main() -> None:
    """Migrate, then run all processes until told to stop."""
    os.environ.setdefault("TUTTI_DATABASE_URL", DATABASE_URL)
    os.environ.setdefault("TUTTI_REDIS_URL", REDIS_URL)
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit("; ".join(str(each["msg"]) for each in error.errors()))
    migrated = subprocess.run([sys.executable, "gateway.py", "migrate"], cwd=ROOT, check=False)
    if migrated.returncode:
        sys.exit(migrated.returncode)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Supervisor(_children(settings)):
        await stop.wait()


def _children(settings: Settings) -> list[Child]:
    environment = {}
    children = []
    if settings.chain_rpc_url is None:
        port = str(free_port())
        environment["TUTTI_CHAIN_RPC_URL"] = f"http://127.0.0.1:{port}"
        chain = str(settings.data_dir / "chain")
        evm = [sys.executable, "-m", "adapters.chain.embedded", "--port", port, "--data", chain]
        children.append(Child(name="evm", command=evm))
    gateway = [sys.executable, "gateway.py"]
    worker = [sys.executable, "-m", "workers"]
    children.append(Child(name="gateway", command=gateway, environment=environment))
    children.append(Child(name="worker", command=worker, environment=environment))
    return children


if __name__ == "__main__":
    main()
