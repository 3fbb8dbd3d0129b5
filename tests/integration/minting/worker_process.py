"""A worker process that mints; the last argument is the chain's address."""

import asyncio
import sys
from dataclasses import dataclass

import workers.tasks.nft  # noqa: F401 - registers the handlers
from adapters.chain.client import ChainClient
from adapters.chain.keys import load_or_make_key
from adapters.chain.ledger import CHAIN_ID
from tests.integration.worker_process import Workplace, work
from workers.registry import REGISTRY


@dataclass(frozen=True)
class Tools:
    chain: ChainClient
    chain_confirmations: int = 1


async def mint(place: Workplace, chain_url: str) -> None:
    key = load_or_make_key(place.folder / "chain")
    chain = ChainClient(chain_url, chain_id=CHAIN_ID, key=key, timeout_seconds=5)
    await work(place, REGISTRY, slots={"chain": 3, "default": 1}, tools=Tools(chain))
    await chain.close()


if __name__ == "__main__":
    asyncio.run(mint(Workplace.told(), sys.argv[4]))
