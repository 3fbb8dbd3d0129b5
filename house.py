"""Our own house: settings → resources → engine over the six subgraphs → ASGI app."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from starlette.applications import Starlette

from adapters.cache.store import CacheStore
from adapters.rate_limit.memory import MemoryBuckets
from adapters.storage.figures import show_damaged_objects
from db.idempotency import DatabaseAnswers
from federation.engine import Engine
from federation.limits import EngineLimits
from federation.operation.freshness import Sharing
from federation.transport.http import HttpTransport
from maintenance import migrate_all
from resolvers.context import RequestContext, UseCaseContext
from resolvers.users.sessions import OpenSessions, seconds_left
from settings import Rates, Settings
from subgraphs.registry import SUBGRAPHS
from supervision import supervise
from telemetry import SILENT, Telemetry, open_telemetry
from web.caching.cache_invalidation import forget, forgetting_what_changes
from web.caching.entity_caching import with_kept_entities
from web.caching.response_cache import ResponseCache
from web.documents.automatic_persisted_queries import (
    AutomaticDocuments,
    MemoryDocuments,
    RedisDocuments,
)
from web.documents.known_clients import KnownClients, know_clients
from web.documents.operation_checks import SchemaChecks
from web.documents.persisted_documents import read_manifest
from web.engines.live_groups import HOUSE_GROUPING
from web.engines.local_transports import local_transports
from web.engines.remote_subgraphs import remote_transports
from web.guards.house_authorization import HOUSE_AUTHORIZATION
from web.guards.rate_limits import PartnerQuotas, RateLimits, per_minute
from web.observed_house import observing
from web.observing.observed_engine import TransportObserver, planning_observer
from web.observing.process_metrics import show_kept_answers
from web.operations.front_parts import FrontParts
from web.operations.idempotency import ANSWER_SECONDS, CLAIM_SECONDS_MAX
from web.operations.request_context import ContextFactory
from web.pages.house_checks import advisory_checks, required_checks
from web.pages.ipfs_documents import ipfs_documents
from web.pages.media_uploads import media_routes
from web.pages.partner_pages import PartnerPages
from web.pages.player_page import player_routes
from web.routes import build_app
from web.serving.http_server import address_of, listen, serve_app, settle_garbage
from web.wire.cors import AllowedOrigins
from web.wire.draining import Drain
from web.wire.limits import WebLimits
from web.wire.upload_requests import UploadRequests
from wiring import (
    build_cache,
    build_url_signer,
    internal_signing_key,
    open_use_case_context,
    url_signing_key,
)

ROOT = Path(__file__).parent
SUPERGRAPH = ROOT / "schema" / "sdl" / "supergraph.graphql"
EXAMPLES = ROOT / "examples" / "operations"


async def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    listener = listen(settings.host, settings.port, advice="set TUTTI_PORT to another")
    base_url = settings.public_url or address_of(listener)
    if settings.is_embedded:
        await migrate_all(settings)
    drain = Drain(settings.grace_seconds)
    async with (
        open_telemetry(settings, service="tutti-gateway") as telemetry,
        open_app(settings, base_url, drain, telemetry) as app,
        supervise(settings),
    ):
        await _serve_app(app, listener, base_url, settings, drain)


async def serve_as_one_of_several(settings: Settings) -> None:
    """Serve a port with others; who started us looks after the databases and all children."""
    listener = listen(settings.host, settings.port, advice="it is ours", is_shared=True)
    base_url = settings.public_url or address_of(listener)
    drain = Drain(settings.grace_seconds)
    async with (
        open_telemetry(settings, service="tutti-gateway") as telemetry,
        open_app(settings, base_url, drain, telemetry) as app,
    ):
        await _serve_app(app, listener, base_url, settings, drain)


async def _serve_app(
    app: Starlette,
    listener: socket.socket,
    base_url: str,
    settings: Settings,
    drain: Drain,
) -> None:
    listener.listen()  # from here on nobody is refused
    print(f"Tutti listens on {base_url}/graphql (explorer, HTTP, WebSocket)", flush=True)
    header = settings.country_header
    await serve_app(
        app,
        listener,
        trusted_proxies=settings.trusted_proxies,
        proxy_headers=() if header is None else (header,),
        drain=drain,
    )


@asynccontextmanager
async def open_app(
    settings: Settings,
    base_url: str,
    drain: Drain | None = None,
    telemetry: Telemetry = SILENT,
) -> AsyncIterator[Starlette]:
    """The ASGI app with all it needs, closed again at the end."""
    drain = drain or Drain()
    async with AsyncExitStack() as stack:
        own = read_manifest(settings.persisted_documents or EXAMPLES / "manifest.json")
        checks = SchemaChecks(SUPERGRAPH.read_text, reserved=own.documents)
        base = await stack.enter_async_context(
            open_use_case_context(settings, operation_checks=checks)
        )
        if telemetry.metrics is not None:
            show_damaged_objects(telemetry.metrics, base.ports.store)
        remote = open_remote_transports(settings)
        for transport in remote.values():
            stack.push_async_callback(transport.close)
        cache = await stack.enter_async_context(open_cache(settings, base))
        engine = build_engine(settings, remote, telemetry, cache)
        stack.callback(engine.close)
        automatic = build_automatic_documents(settings)
        if isinstance(automatic, RedisDocuments):
            stack.push_async_callback(automatic.close)
        clients = await stack.enter_async_context(
            know_clients(
                base,
                engine,
                own=own,
                automatic=automatic,
                persisted_only=settings.persisted_only,
            )
        )
        parts = _front_parts(settings, base, engine, base_url, clients, drain)
        if cache is not None:
            kept = ResponseCache(cache, engine, schema=SUPERGRAPH.read_text())
            parts = replace(parts, response_cache=kept)
            if telemetry.metrics is not None:
                show_kept_answers(telemetry.metrics, kept)
        parts = await stack.enter_async_context(
            observing(
                parts,
                base,
                engine,
                telemetry.metrics,
                telemetry.tracing,
                callers=settings.trace_callers,
            )
        )
        yield build_app(
            parts,
            checks=required_checks(base),
            advisory=advisory_checks(base, remote, SUPERGRAPH.read_text()),
            media=[
                *media_routes(base, build_url_signer(settings), settings.data_dir / "uploads"),
                ipfs_documents(base),
                *PartnerPages(parts).routes(),
                *player_routes(),
            ],
            explorer_query=_explorer_query(settings),
        )


def _explorer_query(settings: Settings) -> str | None:
    """What the explorer begins with; without a schema to explore there is none."""
    return (EXAMPLES / "home.graphql").read_text() if settings.is_schema_public else None


def _front_parts(
    settings: Settings,
    base: UseCaseContext,
    engine: Engine,
    base_url: str,
    clients: KnownClients,
    drain: Drain,
) -> FrontParts:
    sessions = OpenSessions(base)
    rates = build_rate_limits(settings, base, clients)
    contexts = ContextFactory(
        base=base,
        base_url=base_url,
        cookie_seconds_max=settings.access_token_seconds,
        is_cookie_secure=not settings.is_development,
        country_header=settings.country_header,
        partners=clients.partners,
    )
    return FrontParts(
        engine=engine,
        limits=WebLimits(batch_operations_max=settings.batch_operations_max),
        uploads=UploadRequests(
            scratch=settings.data_dir / "uploads", bytes_max=settings.upload_bytes_max
        ),
        admit=rates.admit_address,
        make_context=rates.guard(contexts, _viewer_of),
        viewer_of=_viewer_of,
        count_statements=lambda ctx: ctx.statement_count,
        check_viewer=lambda ctx: sessions.require_open(ctx.viewer),
        seconds_left=seconds_left,
        documents=clients.documents,
        partners=clients.partners,
        usage=clients.usage,
        partner_uses=clients.uses,
        estimates=engine,
        idempotency=DatabaseAnswers(
            base.databases.of("users"),
            base.clock,
            secret=url_signing_key(settings),
            claim_seconds=CLAIM_SECONDS_MAX,
            answer_seconds=ANSWER_SECONDS,
        ),
        allowed_origins=AllowedOrigins(
            settings.allowed_origins, with_this_machine=settings.is_development
        ),
        is_schema_public=settings.is_schema_public,
        plain_gets=settings.is_development,
        schema=engine,
        deferring=engine,
        drain=drain,
        shares_streams=settings.workers == 1,
        development=settings.is_development,
        explainer=engine,
    )


def _sharing_with(ctx: RequestContext) -> Sharing:
    """Whoever is known may be given only what is the same for all."""
    is_known = ctx.viewer.is_known or ctx.viewer.partner_id is not None
    return Sharing.EVERYONE if is_known else Sharing.STRANGERS


def _viewer_of(ctx: RequestContext) -> str:
    return ctx.viewer.user_id or ""


def build_rate_limits(
    settings: Settings, base: UseCaseContext, clients: KnownClients
) -> RateLimits:
    """How often clients may ask; counted for all processes where they have a Redis."""
    rates = settings.request_rates or Rates(address=0, user=0, partner=0, sandbox=0)
    return RateLimits(
        own=MemoryBuckets(),
        shared=None if settings.is_embedded else base.ports.buckets,
        per_address=per_minute("address", rates.address),
        per_user=per_minute("user", rates.user),
        allowances=clients.allowances,
        partner_want=PartnerQuotas(
            partners=clients.partners,
            usual=per_minute("partner", rates.partner),
            sandbox=per_minute("sandbox", rates.sandbox),
            by_name={name: per_minute("partner", rate) for name, rate in rates.partners.items()},
        ),
    )


def build_automatic_documents(settings: Settings) -> AutomaticDocuments | None:
    """Where texts are kept that clients send with a hash: memory, or Redis; None for nowhere."""
    if not settings.automatic_persisted_queries:
        return None
    return MemoryDocuments() if settings.redis_url is None else RedisDocuments(settings.redis_url)


def open_remote_transports(settings: Settings) -> dict[str, HttpTransport]:
    """Transports to the subgraphs that settings place elsewhere."""
    if not settings.subgraph_urls:
        return {}
    return remote_transports(
        settings.subgraph_urls,
        key=internal_signing_key(settings),
        fetch_seconds_max=settings.fetch_seconds_max,
        is_traced=settings.otlp_endpoint is not None,
    )


@asynccontextmanager
async def open_cache(settings: Settings, base: UseCaseContext) -> AsyncIterator[CacheStore | None]:
    """What keeps answers, and forgets what changes here or is told by others; None for nothing."""
    cache = build_cache(settings)
    if cache is None:
        yield None
        return
    base.databases.tell_committed_to(partial(forget, cache))
    try:
        async with forgetting_what_changes(base.ports.live, cache):
            yield cache
    finally:
        await cache.close()


def build_engine(
    settings: Settings,
    remote: dict[str, HttpTransport],
    telemetry: Telemetry = SILENT,
    cache: CacheStore | None = None,
) -> Engine:
    """The engine over the checked-in supergraph: subgraphs of this process, and remote ones."""
    limits = EngineLimits(
        fetch_seconds_max=settings.fetch_seconds_max,
        operation_seconds_max=settings.operation_seconds_max,
        operation_cost_max=settings.operation_cost_max,
    )
    metrics, tracing = telemetry.metrics, telemetry.tracing
    local = local_transports((each for each in SUBGRAPHS if each.name not in remote), tracing)
    sdl = SUPERGRAPH.read_text()
    transports = TransportObserver(metrics, tracing).around({**local, **remote})
    if cache is not None and settings.cached_subgraphs:
        transports = with_kept_entities(
            transports, settings.cached_subgraphs, cache, sdl=sdl, sharing_with=_sharing_with
        )
    return Engine(
        sdl,
        transports,
        limits,
        observer=planning_observer(metrics, tracing),
        after_planning=settle_garbage,
        grouping=HOUSE_GROUPING,
        authorization=HOUSE_AUTHORIZATION,
    )
