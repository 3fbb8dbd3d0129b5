"""A process of one domain: `python -m tests.e2e.one_domain nft URL QUERY`, JSON on stdout.

It opens that domain's database and no other, and says which files it had open.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from db.engine import Databases
from domain.clock import SystemClock
from resolvers.context import Ports, RequestContext
from subgraphs.registry import SUBGRAPHS
from tests.fakes.ports import FakeModels, MemoryBus, MemoryStore, PlainUrls


async def run(domain: str, url: str, query: str) -> dict[str, object]:
    definition = next(each for each in SUBGRAPHS if each.name == domain)
    databases = Databases({domain: url})
    ports = Ports(
        store=MemoryStore(),
        urls=PlainUrls(),
        live=MemoryBus(),
        models=FakeModels(),
        passwords=None,
        tokens=None,
    )
    ctx = RequestContext(databases=databases, ports=ports, limits=None, clock=SystemClock())
    result = await definition.schema.execute(query, context_value=ctx)
    open_files = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
    await databases.close()
    return {
        "data": result.data,
        "errors": [str(error) for error in result.errors or ()],
        "databases": sorted({Path(name).name for name in open_files if name.endswith(".db")}),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(run(*sys.argv[1:]))))
