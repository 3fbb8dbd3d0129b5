"""Serves stored media to whoever holds a signed address: whole, in ranges, cacheable."""

import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from adapters.storage.signing import Access, UrlSigner, expiry_of
from adapters.storage.store import InvalidKey, require_key
from domain.clock import Clock
from domain.ports import ObjectStat, ObjectStore
from errors import AppError, NotFound, RangeNotSatisfiable, UrlExpired, UrlSignatureInvalid

PLAYLIST_SUFFIX = ".m3u8"
PLAYLIST_SECONDS = 10
IMMUTABLE_SECONDS = 365 * 24 * 60 * 60
RANGE = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$")


def media_files(store: ObjectStore, signer: UrlSigner, clock: Clock) -> Route:
    """Build the route `/media/<expiry>.<signature>/<key>` for GET and HEAD."""

    async def serve(request: Request) -> Response:
        token, key = request.path_params["token"], request.path_params["key"]
        moment = clock.now()
        refusal = refusal_of(signer.check(token, key, moment))
        if refusal is not None:
            return refusal
        try:
            found = await store.stat(require_key(key))
        except InvalidKey:
            found = None
        if found is None:
            return error_answer(404, NotFound("There is no such file."))
        seconds_left = int((expiry_of(token) - moment).total_seconds())
        return _answer(request, store, key, found, seconds_left)

    return Route("/media/{token}/{key:path}", serve, methods=["GET", "HEAD"])


def refusal_of(access: Access) -> Response | None:
    """Answer for a token that does not open the key."""
    match access:
        case Access.GRANTED:
            return None
        case Access.EXPIRED:
            return error_answer(403, UrlExpired("This address has expired; ask anew."))
        case Access.REFUSED:
            return error_answer(403, UrlSignatureInvalid("This address is not signed."))


def _answer(
    request: Request, store: ObjectStore, key: str, found: ObjectStat, seconds_left: int
) -> Response:
    """Decide between 304, 416, 206 and 200, in the order RFC 9110 gives."""
    headers = _headers(key, found, seconds_left)
    if _is_known(request, found):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    span = (0, found.size)
    status = 200
    if wanted is not None and request.method == "GET" and _may_range(request, found):
        asked = _span(wanted, found.size)
        if asked == UNSATISFIABLE:
            refused = {**headers, "content-range": f"bytes */{found.size}"}
            return error_answer(416, RangeNotSatisfiable("The file ends before."), refused)
        if asked is not None:
            status, span = 206, asked
            headers["content-range"] = f"bytes {span[0]}-{span[1] - 1}/{found.size}"
    headers["content-length"] = str(span[1] - span[0])
    headers["content-type"] = found.content_type
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StoredBytes(store, key, span, status=status, headers=headers)


def _headers(key: str, found: ObjectStat, seconds_left: int) -> dict[str, str]:
    """Caches may keep what never changes, but no longer than the address lives."""
    if PurePosixPath(key).suffix == PLAYLIST_SUFFIX:
        cache = f"public, max-age={min(PLAYLIST_SECONDS, seconds_left)}"
    else:
        cache = f"public, max-age={min(IMMUTABLE_SECONDS, seconds_left)}, immutable"
    return {
        "accept-ranges": "bytes",
        "cache-control": cache,
        "etag": _quoted(found),
        "last-modified": format_datetime(found.modified, usegmt=True),
        "x-content-type-options": "nosniff",
    }


def _is_known(request: Request, found: ObjectStat) -> bool:
    """Tell whether the client already has these bytes."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        listed = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in listed or _quoted(found) in listed
    since = _moment(request.headers.get("if-modified-since"))
    return since is not None and found.modified.replace(microsecond=0) <= since


def _may_range(request: Request, found: ObjectStat) -> bool:
    """A client that continues a download gets all anew if the bytes have changed."""
    condition = request.headers.get("if-range")
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return condition == _quoted(found)  # a weak tag never matches
    return _moment(condition) == found.modified.replace(microsecond=0)


UNSATISFIABLE = (-1, -1)


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """Read one range; None for several or for nonsense, which mean the whole file.

    bytes=2-5 → (2, 6)    bytes=2- → (2, size)    bytes=-3 → (size - 3, size)
    """
    match = RANGE.match(wanted.replace(" ", "").lower())
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        length = int(match[2])
        return (max(0, size - length), size) if length and size else UNSATISFIABLE
    first = int(match[1])
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < first:
        return None
    return (first, last + 1) if first < size else UNSATISFIABLE


def _quoted(found: ObjectStat) -> str:
    return f'"{found.etag}"'


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def error_answer(
    status: int, error: AppError, headers: Mapping[str, str] | None = None
) -> Response:
    """A failure in the shape that GraphQL gives it."""
    body = {"errors": [{"message": error.message, "extensions": {"code": error.code}}]}
    return JSONResponse(
        body, status_code=status, headers={**(headers or {}), "cache-control": "no-store"}
    )


class StoredBytes(Response):
    """A response whose body is read from the store while it is being sent."""

    def __init__(
        self,
        store: ObjectStore,
        key: str,
        span: tuple[int, int],
        *,
        status: int,
        headers: Mapping[str, str],
    ) -> None:
        self.status_code = status
        self.background = None
        self.init_headers(headers)
        self._chunks = store.open_range(key, *span)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send head and body; the file is closed however the client leaves."""
        chunks = self._chunks
        async with contextlib.aclosing(chunks):  # type: ignore[type-var]
            first = await _first(chunks)
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for chunk in chunks:
                body = {"type": "http.response.body", "body": chunk, "more_body": True}
                await send(body)
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _first(chunks: AsyncIterator[bytes]) -> bytes:
    """Read ahead once, so that a vanished object fails before the head is sent."""
    with contextlib.suppress(NotFound):
        return await anext(chunks, b"")
    return b""
