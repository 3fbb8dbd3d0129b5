"""The Python servers that are measured: `python -m bench.servers ROLE [SUBGRAPH] --port N`.

All run on the same server with the same settings: uvicorn with uvloop and httptools, no access
log, the objects of the start kept from the garbage search.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import orjson
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from bench import route
from bench.home import orm
from bench.home.route import home_route
from bench.schemas import live, monolith
from bench.schemas.context import TUNED, Context
from bench.schemas.subgraphs import (
    batched_transports,
    compose_live,
    compose_monolith,
    compose_supergraph,
    live_transport,
    monolith_transport,
    plain_schema,
    plain_transports,
)
from bench.sockets import allow_many_sockets
from federation.engine import Engine, Grouping
from federation.limits import EngineLimits
from federation.transport.transport import Transport
from web.front_app import FrontApp
from web.operations.front_parts import FrontParts, RunsOperations
from web.routes import build_app
from web.serving.http_protocol import RepeatedHeads
from web.serving.http_server import keep_loop_free
from web.serving.socket_protocol import BatchedSocket
from web.subgraph_app import SubgraphRunner
from web.wire.client_request import ClientRequest, MakeContext
from web.wire.limits import WebLimits

SECONDS_MAX = 60.0
KEEP_ALIVE_SECONDS = 3_600
"""Who waits for its turn keeps its connections, or a gateway would send into a closed one."""
PATIENT = EngineLimits(
    fetch_seconds_max=SECONDS_MAX,
    operation_seconds_max=SECONDS_MAX,
    planning_seconds_max=SECONDS_MAX,
)
"""Nobody has a deadline here: others have none, and work that is given up is not measured."""


class TunedGraphQL(GraphQL[Any, None]):
    """Strawberry's own server, with orjson; each request has loaders of its own."""

    def __init__(self, schema: strawberry.Schema, make_context: Callable[[], Any]) -> None:
        super().__init__(schema, graphql_ide=None)
        self._make_context = make_context

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Any:
        return self._make_context()

    def encode_json(self, data: object) -> str | bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)


class TunedSockets(TunedGraphQL):
    """The same over WebSocket, where messages are text."""

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()


def in_process(
    supergraph: str, transports: Mapping[str, Transport], make_context: MakeContext
) -> Starlette:
    """Subgraphs of this process behind our engine and our front."""
    return front(Engine(supergraph, transports, PATIENT), make_context)


def live_tutti() -> Starlette:
    """Subscriptions behind our engine, which runs equal ones once."""
    grouping = Grouping(states=["nowReading"], public=live.PUBLIC)
    engine = Engine(compose_live(), live_transport(), PATIENT, grouping=grouping)
    return front(engine, _nothing, [Route("/turn", turn_pages, methods=["POST"])])


def live_strawberry() -> Starlette:
    """The same schema as Strawberry serves it."""
    graphql = TunedSockets(live.SCHEMA, Context)
    turn = Route("/turn", turn_pages, methods=["POST"])
    return Starlette(routes=[WebSocketRoute("/graphql", graphql), turn])


async def turn_pages(request: Request) -> Response:
    """Let something happen."""
    live.LIVE.turn_pages(int(request.query_params["pages"]))
    return Response()


def alone(name: str) -> Starlette:
    """One of the batched subgraphs on our executor, for gateways elsewhere."""
    return front(SubgraphRunner(name, batched_transports()[name], EngineLimits()), _nothing)


def front(
    engine: RunsOperations,
    make_context: MakeContext,
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """Our front before an engine."""
    limits = WebLimits(operation_seconds_max=SECONDS_MAX)
    parts = FrontParts(engine=engine, make_context=make_context, limits=limits)
    return build_app(parts, checks={}, media=more)


def _loaders(_client: ClientRequest) -> AbstractAsyncContextManager[Context]:
    """What unmodified resolvers load with, for one request."""
    return nullcontext(Context())


def _nothing(_client: ClientRequest) -> AbstractAsyncContextManager[None]:
    """Batch resolvers load with nothing."""
    return nullcontext()


def routes_app(answer: Callable[[dict[str, Any]], bytes]) -> Starlette:
    """A hand-written route: no GraphQL, only the variables are read."""

    async def respond(request: Request) -> Response:
        body = orjson.loads(await request.body())
        return Response(answer(body), media_type="application/json")

    return Starlette(routes=[Route("/graphql", respond, methods=["POST"])])


ROLES: Mapping[str, Callable[[str], ASGIApp]] = {
    "tutti": lambda _: in_process(compose_supergraph(), batched_transports(), _nothing),
    "tutti-plain": lambda _: in_process(compose_supergraph(), plain_transports(), _loaders),
    "tutti-monolith": lambda _: in_process(compose_monolith(), monolith_transport(), _loaders),
    "monolith": lambda _: TunedGraphQL(monolith.build_schema(TUNED), Context),
    "subgraph": lambda name: TunedGraphQL(plain_schema(name), Context),
    "batched-subgraph": alone,
    "route": lambda _: routes_app(route.answer),
    "bytes": lambda _: routes_app(route.prepared_answer),
    "live-tutti": lambda _: live_tutti(),
    "live-strawberry": lambda _: live_strawberry(),
    "home-route": lambda _: home_route(),
    "home-orm": lambda _: TunedGraphQL(orm.SCHEMA, orm.OrmContext),
}


def main() -> None:
    """Serve one of them until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=sorted(ROLES))
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    allow_many_sockets()
    app = ROLES[given.role](given.name)
    keep_loop_free()
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=given.port,
        http=RepeatedHeads if isinstance(app, FrontApp) else "httptools",
        loop="uvloop",
        ws=BatchedSocket,
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
