"""The URL table."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from federation.engine import PHASES
from web.endpoint.graphql_http import GraphQLOverHTTP
from web.endpoint.graphql_sse_single import STREAM_PATH, GraphQLOverOneStream
from web.endpoint.graphql_ws import GraphQLOverWebSocket
from web.front_app import FrontApp
from web.operations.front_parts import FrontParts
from web.operations.operation_runner import OperationRunner
from web.pages.explain_http import ExplainOverHTTP
from web.pages.explorer import (
    PLAN_PAGE_FOLDER,
    PLAN_PATH,
    STATIC_FOLDER,
    STATIC_PATH,
    Page,
    build_explorer_page,
    build_plan_page,
)
from web.pages.health import Check, Health
from web.pages.schema_text import SchemaText
from web.traced_front import TracedGraphQLOverHTTP


def build_app(
    parts: FrontParts,
    *,
    checks: Mapping[str, Check],
    advisory: Mapping[str, Check] | None = None,
    media: Sequence[BaseRoute] = (),
    explorer_query: str | None = None,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[Any]] | None = None,
) -> Starlette:
    """Put the whole surface together; `Any` is Starlette's type of a lifespan's state.

    /graphql   queries, mutations, event streams; sockets; the explorer for browsers
    /graphql/stream   event streams that several operations share
    /health    the process lives          /ready   what it relies on answers
    /media     files, by the routes given; /ipfs, metadata of tokens, is one of them
    /schema.graphql   what clients see, as text
    /static    the explorer's assets, where it has a query to begin with
    /explain   phases of planning and the page that draws a plan, in development
    """
    runner = OperationRunner(parts)
    sockets = GraphQLOverWebSocket(runner, parts)
    if parts.metrics is not None:
        runner.measure(parts.metrics)
        sockets.measure(parts.metrics)
    health = Health(checks, advisory=advisory, drain=parts.drain)
    explaining = _explain_routes(parts, explorer_query)
    page = None
    if explorer_query is not None:
        page = build_explorer_page(
            default_query=explorer_query, plan_path=PLAN_PATH if explaining else None
        )
    routes: list[BaseRoute] = [
        Route("/health", health.health),
        Route("/ready", health.ready),
        Route(STREAM_PATH, GraphQLOverOneStream(runner, parts)),
        *media,
    ]
    if parts.schema is not None:
        routes.append(SchemaText(parts.schema, parts).route())
    if page is not None:
        routes.append(Mount(STATIC_PATH, StaticFiles(directory=STATIC_FOLDER)))
    return FrontApp(
        _graphql(runner, parts, page),
        sockets=sockets,
        routes=[*routes, *explaining],
        allowed_origins=parts.allowed_origins,
        lifespan=lifespan,
    )


def _graphql(runner: OperationRunner, parts: FrontParts, page: Page | None) -> GraphQLOverHTTP:
    """Requests are traced by another application, so that others do not pay for the question."""
    if parts.traces is None:
        return GraphQLOverHTTP(runner, parts, explorer=page)
    return TracedGraphQLOverHTTP(runner, parts, parts.traces, explorer=page)


def _explain_routes(parts: FrontParts, query: str | None) -> list[BaseRoute]:
    """Outside development there is nothing; without an explorer there is no page."""
    if not parts.development or parts.explainer is None:
        return []
    page = None if query is None else build_plan_page(default_query=query, phases=PHASES)
    routes: list[BaseRoute] = [Route(PLAN_PATH, ExplainOverHTTP(parts.explainer, parts, page))]
    if page is not None:
        routes.append(Mount(f"{PLAN_PATH}/assets", StaticFiles(directory=PLAN_PAGE_FOLDER)))
    return routes
