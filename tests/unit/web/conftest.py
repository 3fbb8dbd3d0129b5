"""A front over a fake engine: reached through ASGI, or by a real server for sockets."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from errors import Unauthenticated
from tests.fakes.engine import FakeEngine
from tests.fakes.idempotency import FakeIdempotencyStore
from tests.fakes.server import running_server
from tests.unit.web.known import HELLO, PARTNER_KEY, SANDBOX_KEY, WEB_HELLO, a_key, published
from web.documents.automatic_persisted_queries import MemoryDocuments
from web.documents.persisted_documents import Documents, index_documents
from web.guards.partner_keys import PartnerKeys
from web.operations.front_parts import FrontParts
from web.routes import build_app
from web.wire.client_request import ClientRequest
from web.wire.limits import WebLimits

ADD = "mutation Add($amount: Int!) { add(amount: $amount) }"


@asynccontextmanager
async def make_context(client: ClientRequest) -> AsyncIterator[str]:
    """Name the viewer: the token or cookie is the name, and `bad` is nobody's."""
    token = client.bearer_token or client.cookies.get("session") or "anonymous"
    if token == "bad":
        raise Unauthenticated("The token does not hold.")
    if token == "bug":
        raise ZeroDivisionError("secret of the house")
    if client.bearer_token == "cookie-setter":
        client.answer_headers.append(("set-cookie", "session=anna; HttpOnly"))
    yield token


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def store() -> FakeIdempotencyStore:
    return FakeIdempotencyStore()


@pytest.fixture
def parts(engine: FakeEngine, store: FakeIdempotencyStore) -> FrontParts:
    partners = PartnerKeys()
    partners.keep([a_key(PARTNER_KEY), a_key(SANDBOX_KEY, is_sandbox=True)])
    return FrontParts(
        engine=engine,
        make_context=make_context,
        viewer_of=str,
        documents=Documents(
            own=index_documents({"home": "query Home { hello }", "add": ADD}),
            published=published({"acme": {"greeting": HELLO}, "web": {"web.hello": WEB_HELLO}}),
            automatic=MemoryDocuments(),
        ),
        partners=partners,
        idempotency=store,
        limits=WebLimits(duplicate_seconds_max=60),
    )


@pytest.fixture
async def open_client(
    parts: FrontParts,
) -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """Open clients of a front with changed parts or limits."""
    async with AsyncExitStack() as stack:

        def open_one(*, limits: WebLimits | None = None, **changes: object) -> httpx.AsyncClient:
            changed = replace(parts, limits=limits or parts.limits, **changes)
            app = build_app(changed, checks={}, explorer_query="{ home }")
            transport = httpx.ASGITransport(app, raise_app_exceptions=True)
            client = httpx.AsyncClient(transport=transport, base_url="http://tutti.test")
            stack.push_async_callback(client.aclose)
            return client

        yield open_one


@pytest.fixture
def client(open_client: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
    return open_client()


@pytest.fixture
async def serve(
    parts: FrontParts,
) -> AsyncIterator[Callable[..., object]]:
    """Serve a front on a free loopback port; gives its host and port."""
    async with AsyncExitStack() as stack:

        async def serve_one(*, limits: WebLimits | None = None, **changes: object) -> str:
            changed = replace(parts, limits=limits or parts.limits, **changes)
            app = build_app(changed, checks={}, explorer_query="{ home }")
            return await stack.enter_async_context(running_server(app))

        yield serve_one
