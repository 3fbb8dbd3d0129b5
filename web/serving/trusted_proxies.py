"""What is believed of proxies of our own, and of nobody else."""

from collections.abc import Collection, Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


def believing_proxies(
    app: ASGIApp, trusted: Sequence[str], told_by_proxies: Collection[str]
) -> ASGIApp:
    """The app behind our proxies: they say whom they ask for, and more in headers of theirs.

    Requests of anyone else lose those headers; addresses and networks are read as uvicorn does.
    """
    inner: Any = ProxyHeadersMiddleware(app, trusted_hosts=list(trusted))  # type: ignore[arg-type]
    if not told_by_proxies:
        return inner if trusted else app
    names = frozenset(name.encode("latin-1") for name in told_by_proxies)

    async def believing(scope: Scope, receive: Receive, send: Send) -> None:
        """Look who sent the request before it is said whom it is for."""
        if scope["type"] in ("http", "websocket"):
            client = scope.get("client")
            if client is None or client[0] not in inner.trusted_hosts:
                kept = [each for each in scope["headers"] if each[0].lower() not in names]
                scope = {**scope, "headers": kept}
        await inner(scope, receive, send)

    return believing
