"""Serves any supergraph: the engine over the addresses that stand in it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct
from starlette.applications import Starlette

from adapters.cache.memory import MemoryCache
from adapters.identity.outside_tokens import Claims, OutsideTokens
from adapters.rate_limit.memory import MemoryBuckets
from adapters.rate_limit.shared import SharedBuckets
from adapters.telemetry.metrics import Metrics
from adapters.telemetry.tracing import TRACE_HEADERS, Tracing, headers_for_callees
from domain.rate_limits import Buckets
from errors import DependencyError
from federation.engine import Authorization
from federation.limits import EngineLimits
from federation.operation.freshness import Sharing
from federation.transport.header_rules import DEFAULT_FORWARDED, ClientHeaders, HeaderRules
from federation.transport.http import HttpTransport, Subscriptions
from federation.transport.options import HttpOptions
from federation.transport.signing import RequestSigner
from federation.transport.transport import Transport
from web.caching.entity_caching import with_kept_entities
from web.documents.automatic_persisted_queries import MemoryDocuments
from web.documents.persisted_documents import Documents
from web.engines.supergraph_engine import KeepEntities, SupergraphEngine
from web.engines.supergraph_file import SupergraphFile
from web.guards.gateway_identity import (
    caller_of,
    name_of,
    require_unexpired,
    seconds_left,
    write_claims,
)
from web.guards.rate_limits import RateLimits, per_minute
from web.observed_house import observed
from web.observing.observed_engine import TransportObserver, planning_observer
from web.observing.process_metrics import show_engine, watching_loop
from web.operations.front_parts import FrontParts
from web.routes import build_app
from web.serving.http_server import address_of, listen, serve_app
from web.wire.client_request import ClientRequest, MakeContext
from web.wire.draining import Drain
from web.wire.limits import WebLimits

FIRST_QUERY = "query First {\n  __typename\n}\n"
FETCH_SECONDS_MAX = 3.0
BACKSTOP_SECONDS = 0.25
"""How much later than a transport's own deadline the engine gives a fetch up."""
OPERATION_SECONDS = 10.0
FETCHES_IN_A_ROW = 3
"""Fetches of the longest allowed time, one after the other, for which an operation has time."""
FRONT_PATIENCE = 1.5
"""How many times longer than the engine's deadline the front waits for an operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOptions:
    """How a supergraph is served."""

    host: str = "127.0.0.1"
    port: int = 8000
    urls: Mapping[str, str] = field(default_factory=dict)
    """Addresses that count instead of those in the supergraph, by subgraph."""
    forwarded: Sequence[str] = ()
    """Headers of requests that go to the subgraphs, beside DEFAULT_FORWARDED."""
    returned: Sequence[str] = ()
    """Headers of subgraphs' answers that come back to the client."""
    subscriptions: Subscriptions = "websocket"
    fetch_seconds_max: float = FETCH_SECONDS_MAX
    cost_max: int | None = None
    """Estimated cost of one operation, by `@cost` and `@listSize`; None for any."""
    list_size_max: int | None = 100
    """Items that one page may have; None leaves it to the subgraphs."""
    cache_bytes: int = 0
    """Bytes of entities that are kept, as `@cacheControl` and subgraphs' `Cache-Control` allow."""
    is_explaining: bool = False
    """Whether clients may ask for the plan of their operation."""
    tokens: OutsideTokens | None = None
    """Tokens of clients that are proven here; None leaves them to the subgraphs."""
    claims: Sequence[str] = ()
    """What subgraphs are told of a client's token, signed."""
    signing_key: bytes | None = None
    """Signs calls to subgraphs; None: they are not signed."""
    drain_seconds: float = 0.0
    """Time between SIGTERM and the end of listening."""
    is_production: bool = False
    """No explorer, and no GET in free text that does not say that it is GraphQL."""
    is_schema_public: bool = True
    """Whether clients without a proven token may introspect, and be told what is wrong."""
    address_rate: int = 0
    """Requests of one address in a minute; 0 for as many as it likes."""
    user_rate: int = 0
    """Requests of one proven user in a minute; likewise."""
    redis_url: str | None = None
    """Where requests are counted for several gateways; None: each for itself."""
    trusted_proxies: Sequence[str] = ()
    """Addresses or networks that are believed about whom they ask for."""
    rejects_operations: bool = False
    """An operation with something that its caller may not see is refused as a whole."""

    @property
    def operation_seconds_max(self) -> float:
        """Time one query or mutation may take: longer where fetches may."""
        return max(OPERATION_SECONDS, FETCHES_IN_A_ROW * self.fetch_seconds_max)


class GatewayContext(Struct, frozen=True, kw_only=True):
    """One operation of one client: what may be passed on of it, and what comes back."""

    headers: ClientHeaders
    answer_headers: list[tuple[str, str]]
    claims: Claims | None = None
    """What the client's token says; None without one, or where none are proven."""


def open_gateway_context(
    client: ClientRequest,
) -> AbstractAsyncContextManager[GatewayContext]:
    """Open the context of an operation; credentials are for the subgraphs to check."""
    return nullcontext(_context_of(client, None))


def prove_tokens(tokens: OutsideTokens) -> MakeContext:
    """Opens contexts likewise, and proves the client's token."""

    @asynccontextmanager
    async def open_proven(client: ClientRequest) -> AsyncIterator[GatewayContext]:
        token = client.bearer_token
        yield _context_of(client, None if token is None else await tokens.verify(token))

    return open_proven


def _context_of(client: ClientRequest, claims: Claims | None) -> GatewayContext:
    headers = ClientHeaders(client.headers)
    headers["x-request-id"] = client.request_id
    if client.bearer_token is not None:
        headers["authorization"] = f"Bearer {client.bearer_token}"
    if not client.cookies:
        headers.pop("cookie", None)  # else a foreign page could act with the viewer's
    return GatewayContext(headers=headers, answer_headers=client.answer_headers, claims=claims)


def header_rules(options: GatewayOptions) -> HeaderRules:
    """Which headers pass.

    Raises:
        ValueError: one of them must not.
    """
    return HeaderRules(
        forwarded=tuple(dict.fromkeys([*DEFAULT_FORWARDED, *options.forwarded])),
        returned=tuple(options.returned),
        read=_read_headers,
        give_back=_give_back,
    )


def _read_headers(context: Any) -> Mapping[str, str]:
    assert isinstance(context, GatewayContext), "we opened it"
    return context.headers


def _give_back(context: Any, name: str, value: str) -> None:
    """Keep each header once: two fetches of one operation may say the same."""
    assert isinstance(context, GatewayContext), "we opened it"
    if (name, value) not in context.answer_headers:
        context.answer_headers.append((name, value))


def build_engine(
    options: GatewayOptions, metrics: Metrics | None = None, tracing: Tracing | None = None
) -> SupergraphEngine:
    """An engine without a supergraph yet."""
    rules = header_rules(options)
    http = HttpOptions(
        seconds_max=options.fetch_seconds_max, reads_cache_control=options.cache_bytes > 0
    )

    signer = None
    if options.signing_key is not None:
        tell = partial(_told_claims, options.claims)
        signer = RequestSigner(key=options.signing_key, viewer=tell)

    def make_transport(_name: str, url: str) -> HttpTransport:
        return HttpTransport(
            url, options=http, rules=rules, signer=signer, subscriptions=options.subscriptions
        )

    limits = EngineLimits(
        fetch_seconds_max=options.fetch_seconds_max + BACKSTOP_SECONDS,
        operation_seconds_max=options.operation_seconds_max,
        operation_cost_max=options.cost_max,
        list_size_max=options.list_size_max,
    )
    authorization = Authorization(
        caller=lambda context: caller_of(context.claims),
        rejects_operations=options.rejects_operations,
    )
    return SupergraphEngine(
        make_transport,
        limits,
        urls=options.urls,
        authorization=authorization,
        observing=TransportObserver(metrics, tracing),
        observer=planning_observer(metrics, tracing),
        keeping=_keeping(options, rules),
    )


def _keeping(options: GatewayOptions, rules: HeaderRules) -> KeepEntities | None:
    """Keeps entities for requests with the same headers, those that are passed on.

    Raises:
        ValueError: headers of answers are to come back, which a kept entity has not.
    """
    if not options.cache_bytes:
        return None
    if options.returned:
        raise ValueError("--cache-bytes and --return-header exclude each other")
    store = MemoryCache(bytes_max=options.cache_bytes)

    def keep(sdl: str, transports: Mapping[str, Transport]) -> Mapping[str, Transport]:
        return with_kept_entities(
            transports,
            transports.keys(),
            store,
            sdl=sdl,
            sharing_with=_sharing_with,
            telling=lambda context: [list(each) for each in rules.of_request(context).telling],
        )

    return keep


def _sharing_with(context: Any) -> Sharing:
    """Who names itself, by whatever header subgraphs may know, is no stranger."""
    assert isinstance(context, GatewayContext), "we opened it"
    is_named = any(name in context.headers for name in ("authorization", "cookie", "x-api-key"))
    return Sharing.EVERYONE if is_named or context.claims is not None else Sharing.STRANGERS


def _told_claims(names: Sequence[str], context: Any) -> bytes:
    assert isinstance(context, GatewayContext), "we opened it"
    return write_claims(context.claims, names)


def build_gateway_app(
    engine: SupergraphEngine,
    options: GatewayOptions,
    drain: Drain | None = None,
    *,
    buckets: Buckets | None = None,
    metrics: Metrics | None = None,
    tracing: Tracing | None = None,
) -> Starlette:
    """The whole front over such an engine; the buckets are those of several gateways."""

    async def check_supergraph() -> None:
        if not engine.is_loaded:
            raise DependencyError("There is no supergraph.")

    tokens = options.tokens
    leeway = 0.0 if tokens is None else tokens.leeway_seconds

    async def check_viewer(context: GatewayContext) -> None:
        require_unexpired(context.claims, leeway)

    rates = RateLimits(
        own=MemoryBuckets(),
        shared=buckets,
        per_address=per_minute("address", options.address_rate),
        per_user=per_minute("user", options.user_rate),
    )
    contexts = open_gateway_context if tokens is None else prove_tokens(tokens)
    if tracing is not None:
        contexts = _telling_traces(contexts)
    parts = FrontParts(
        engine=engine,
        admit=rates.admit_address,
        make_context=rates.guard(contexts, _name_of),
        check_viewer=check_viewer,
        viewer_of=_name_of,
        seconds_left=lambda context: seconds_left(context.claims, leeway),
        documents=Documents(automatic=MemoryDocuments()),
        limits=WebLimits(operation_seconds_max=FRONT_PATIENCE * options.operation_seconds_max),
        is_schema_public=options.is_schema_public,
        plain_gets=not options.is_production,
        schema=engine,
        deferring=engine,
        drain=drain or Drain(),
        development=options.is_explaining,
        explainer=engine,
    )
    query = None if options.is_production else FIRST_QUERY
    parts = observed(parts, metrics, tracing)
    return build_app(parts, checks={"supergraph": check_supergraph}, explorer_query=query)


def _telling_traces(make_context: MakeContext) -> MakeContext:
    """Contexts whose fetches belong to the trace of their request, whatever a client says."""

    @asynccontextmanager
    async def open_traced(client: ClientRequest) -> AsyncIterator[GatewayContext]:
        async with make_context(client) as context:
            for name in TRACE_HEADERS:
                context.headers.pop(name, None)
            context.headers.update(headers_for_callees())
            yield context

    return open_traced


def _name_of(context: GatewayContext) -> str:
    return name_of(context.claims)


async def serve_supergraph(
    path: Path,
    options: GatewayOptions,
    metrics: Metrics | None = None,
    tracing: Tracing | None = None,
) -> None:
    """Serve a file until told to stop; load it again when it changes, or on SIGHUP.

    Raises:
        SupergraphFileError: the file cannot be used.
        OSError: the port cannot be had.
        ValueError: a header or an address cannot be used.
    """
    engine = build_engine(options, metrics, tracing)
    file = SupergraphFile(path, engine)
    await file.load()
    if metrics is not None:
        show_engine(metrics, engine)
    listener = listen(options.host, options.port, advice="choose another with --port")
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, file.reload_now)
    watching = asyncio.create_task(file.watch())
    listener.listen()  # from here on nobody is refused
    print(f"Tutti serves {path} on {address_of(listener)}/graphql", flush=True)  # noqa: T201
    buckets = None if options.redis_url is None else SharedBuckets(options.redis_url)
    try:
        drain = Drain(options.drain_seconds)
        app = build_gateway_app(
            engine, options, drain, buckets=buckets, metrics=metrics, tracing=tracing
        )
        async with nullcontext() if metrics is None else watching_loop(metrics):
            await serve_app(app, listener, trusted_proxies=options.trusted_proxies, drain=drain)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        if buckets is not None:
            await buckets.close()
        await engine.close()
