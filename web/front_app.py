"""An application with /graphql, in the process of the gateway or of one subgraph."""

from collections.abc import Callable, Container, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from web.endpoint.graphql_http import OPERATION_PATH, GraphQLOverHTTP, RequestHead
from web.wire.cors import Cors
from web.wire.error_response import error_as_dict
from web.wire.json_bytes import dump_json
from web.wire.security_headers import SECURITY_HEADERS, SecurityHeaders

GRAPHQL_PATH = "/graphql"


class FrontApp(Starlette):
    """All addresses; /graphql goes around router and middleware, where it is written plainly.

    They would cost half as much again as all else that the front does for a small query; so
    what is behind it brings its own security headers, and minds the origin itself.
    """

    def __init__(
        self,
        graphql: ASGIApp,
        *,
        sockets: ASGIApp | None = None,
        routes: Sequence[BaseRoute],
        allowed_origins: Container[str] = frozenset(),
        lifespan: Callable[[Starlette], AbstractAsyncContextManager[Any]] | None = None,
    ) -> None:
        """Put it together; `Any` is Starlette's type of a lifespan's state."""
        own: list[BaseRoute] = [Route(GRAPHQL_PATH, graphql)]
        self._graphql = graphql
        self.known = graphql if isinstance(graphql, GraphQLOverHTTP) else None
        """Whom a server may ask that knows heads; None where another stands before it."""
        self._direct: dict[str, ASGIApp] = {"http": graphql}
        if sockets is not None:
            own.append(WebSocketRoute(GRAPHQL_PATH, sockets))
            self._direct["websocket"] = sockets
        super().__init__(
            routes=[*own, *routes],
            lifespan=lifespan,
            middleware=[Middleware(SecurityHeaders), Middleware(Cors, allowed_origins)],
            exception_handlers={Exception: answer_bug},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        direct = self._find_direct(scope)
        if direct is None:
            await super().__call__(scope, receive, send)
        else:
            await direct(scope, receive, send)

    def know(self, scope: Scope) -> RequestHead | None:
        """Read a head that may come again; None for other addresses, and as `known.know`."""
        if self.known is None or self._find_direct(scope) is not self.known:
            return None
        return self.known.know(scope)

    def _find_direct(self, scope: Scope) -> ASGIApp | None:
        path: str = scope.get("path", "")
        if path.startswith(OPERATION_PATH) and scope["type"] == "http":
            return self._graphql
        return self._direct.get(scope["type"]) if path == GRAPHQL_PATH else None


async def answer_bug(_request: Request, error: Exception) -> Response:
    """Answer for a route that failed unexpectedly; Starlette does so outside all middleware."""
    body = dump_json({"errors": [error_as_dict(error)]})
    headers = {name.decode(): value.decode() for name, value in SECURITY_HEADERS.items()}
    return Response(body, status_code=500, media_type="application/json", headers=headers)
