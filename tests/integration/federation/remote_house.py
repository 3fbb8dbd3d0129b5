"""The house with some of its subgraphs behind HTTP: as a gateway and lone subgraphs make it."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.storage.signing import UrlSigner
from db.engine import Databases
from federation.transport.http import HttpTransport
from federation.transport.signing import SignatureVerifier
from subgraphs.registry import SUBGRAPHS
from tests.conftest import FakeOutside
from tests.e2e.house import House, fake_base, open_house
from tests.fakes.server import running_server
from web.engines.remote_subgraphs import remote_transports
from web.subgraph_app import ToldContexts, build_subgraph_app

KEY = b"a key that only gateway and subgraphs know"
SIGNER = UrlSigner([b"a secret of the tests, long enough"])


@dataclass(kw_only=True)
class RemoteHouse:
    """The house, and where its remote subgraphs listen."""

    house: House
    urls: dict[str, str]
    transports: dict[str, HttpTransport]


@asynccontextmanager
async def open_remote_house(
    databases: Databases, outside: FakeOutside, scratch: Path, names: Collection[str]
) -> AsyncIterator[RemoteHouse]:
    """Serve the named subgraphs over HTTP and put the house in front of them."""
    async with AsyncExitStack() as stack:
        urls = {}
        for definition in SUBGRAPHS:
            if definition.name in names:
                app = build_subgraph_app(
                    definition,
                    ToldContexts(base=fake_base(databases, outside, SIGNER)),
                    SignatureVerifier(KEY),
                    checks={},
                )
                address = await stack.enter_async_context(running_server(app))
                urls[definition.name] = f"http://{address}/graphql"
        transports = remote_transports(urls, key=KEY, fetch_seconds_max=30.0)
        for transport in transports.values():
            stack.push_async_callback(transport.close)
        house = await stack.enter_async_context(
            open_house(databases, outside, scratch, replaced=transports)
        )
        yield RemoteHouse(house=house, urls=urls, transports=transports)
