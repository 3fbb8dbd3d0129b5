"""One of our six subgraphs in a process of its own; it opens its own domain's database only."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from db.engine import Databases
from db.migrate import migrate
from db.read import PING
from federation.transport.signing import SignatureVerifier
from resolvers.context import UseCaseContext
from schema.definition import SubgraphDefinition
from settings import Settings
from telemetry import open_telemetry
from web.caching.cache_invalidation import forget
from web.documents.operation_checks import SchemaChecks
from web.documents.persisted_documents import read_manifest
from web.observed_house import watching
from web.serving.http_server import address_of, listen, serve_app
from web.subgraph_app import ToldContexts, build_subgraph_app
from web.wire.draining import Drain
from wiring import (
    build_cache,
    internal_signing_key,
    open_use_case_context,
    prepare_data_folder,
)

ROOT = Path(__file__).parent
SUPERGRAPH = ROOT / "schema" / "sdl" / "supergraph.graphql"
OWN_DOCUMENTS = ROOT / "examples" / "operations" / "manifest.json"


async def serve_subgraph(settings: Settings, name: str, *, is_unsigned: bool = False) -> None:
    """Serve a domain's subgraph until told to stop.

    Raises:
        OSError: the port or the data folder cannot be had, or the key is missing.
    """
    if is_unsigned and not settings.is_development:
        raise OSError("production answers signed calls only")
    prepare_data_folder(settings)
    definition = load_definition(name)
    verifier = SignatureVerifier(internal_signing_key(settings))
    listener = listen(settings.host, settings.port, advice="choose another with --port")
    address = address_of(listener)
    if settings.is_embedded:
        await _migrate(settings, name)
    checks = operation_checks(settings) if name == "users" else None
    drain = Drain(settings.grace_seconds)
    async with (
        open_telemetry(settings, service=f"tutti-{name}", is_asked_only=True) as telemetry,
        open_use_case_context(settings, (name,), checks) as base,
        watching(base, telemetry.metrics, telemetry.tracing),
        _forgetting_with_gateways(settings, base),
    ):
        app = build_subgraph_app(
            definition,
            ToldContexts(base=base, base_url=settings.public_url or address),
            verifier,
            checks={"database": lambda: _check_database(base, name)},
            drain=drain,
            tracing=telemetry.tracing,
            is_unsigned_allowed=is_unsigned,
        )
        listener.listen()  # from here on nobody is refused
        print(f"Tutti serves the subgraph {name} on {address}/graphql", flush=True)
        await serve_app(app, listener, drain=drain)


@asynccontextmanager
async def _forgetting_with_gateways(
    settings: Settings, base: UseCaseContext
) -> AsyncIterator[None]:
    """What gateways keep in Redis is forgotten as soon as it is old; others are told by the bus."""
    cache = None if settings.redis_url is None else build_cache(settings)
    if cache is None:
        yield
        return
    base.databases.tell_committed_to(partial(forget, cache))
    try:
        yield
    finally:
        await cache.close()


def load_definition(name: str) -> SubgraphDefinition:
    """The one definition of this domain; the other five are not loaded."""
    definition = getattr(importlib.import_module(f"subgraphs.{name}.definition"), name.upper())
    assert isinstance(definition, SubgraphDefinition), "each domain names its own so"
    return definition


def operation_checks(settings: Settings) -> SchemaChecks:
    """Checks against the schema of the whole house, which this process does not serve."""
    own = read_manifest(settings.persisted_documents or OWN_DOCUMENTS)
    return SchemaChecks(SUPERGRAPH.read_text, reserved=own.documents)


async def _migrate(settings: Settings, name: str) -> None:
    databases = Databases({name: settings.urls_by_domain()[name]})
    try:
        await migrate(databases)
    finally:
        await databases.close()


async def _check_database(base: UseCaseContext, name: str) -> None:
    await base.databases.of(name).read.fetch(PING)
