"""Serves stored media to whoever holds a signed address: whole, in ranges, cacheable."""

from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.storage.signing import Grant, UrlSigner, expiry_of
from adapters.storage.store import InvalidKey, require_key
from domain.clock import Clock
from domain.media.renditions import cut_playlist, opens
from domain.media.streams import StreamQuality
from domain.ports import ObjectStat, ObjectStore
from errors import AppError, NotFound, RangeNotSatisfiable, UrlSignatureInvalid
from web.pages.media_errors import answer_to, error_answer, refusal_of
from web.pages.stored_bytes import StoredBytes
from web.wire.byte_ranges import UNSATISFIABLE, span_of

PLAYLIST_SUFFIX = ".m3u8"
PLAYLIST_SECONDS = 10
IMMUTABLE_SECONDS = 365 * 24 * 60 * 60
PLAYLIST_BYTES_MAX = 1024 * 1024
READABLE_ANYWHERE = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
    "timing-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
"""The signature lets one in, not a cookie: so a player on any page may read, and caches need not
keep an answer for each origin."""


def media_files(store: ObjectStore, signer: UrlSigner, clock: Clock) -> Route:
    """Build the route `/media/<expiry>.<signature>/<key>` for GET and HEAD."""

    async def serve(request: Request) -> Response:
        token, key = request.path_params["token"], request.path_params["key"]
        moment = clock.now()
        grant = signer.check(token, key, moment)
        refusal = refusal_of(grant.access)
        if refusal is not None:
            return refusal
        try:
            cap = _require_open(grant, key)
            found = await _find(store, key)
            seconds_left = int((expiry_of(token) - moment).total_seconds())
            if cap is not None and key.endswith(PLAYLIST_SUFFIX):
                return await _cut(request, store, key, found, seconds_left, cap)
        except AppError as error:
            return answer_to(error)
        return _answer(request, store, key, found, seconds_left)

    return Route("/media/{token}/{key:path}", serve, methods=["GET", "HEAD"])


def _require_open(grant: Grant, key: str) -> StreamQuality | None:
    """The best quality that an address opens; None where it opens all.

    Raises:
        UrlSignatureInvalid: the key is of a better one.
    """
    if grant.cap is None:
        return None
    cap = StreamQuality(grant.cap)
    if not opens(cap, key.removeprefix(grant.scope)):
        raise UrlSignatureInvalid("This address does not open this quality.")
    return cap


async def _find(store: ObjectStore, key: str) -> ObjectStat:
    try:
        found = await store.stat(require_key(key))
    except InvalidKey:
        found = None
    if found is None:
        raise NotFound("There is no such file.")
    return found


async def _cut(
    request: Request,
    store: ObjectStore,
    key: str,
    found: ObjectStat,
    seconds_left: int,
    cap: StreamQuality,
) -> Response:
    """A playlist with what a cap opens; small, so it is always sent whole."""
    if found.size > PLAYLIST_BYTES_MAX:
        raise NotFound("There is no such playlist.")
    text = (await store.get(key)).decode("utf-8", "replace")
    cut = cut_playlist(text, cap)
    if cut is None:
        raise UrlSignatureInvalid("This address does not open this quality.")
    headers = _headers(key, replace(found, etag=f"{found.etag}-{cap.value}"), seconds_left)
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(
        cut, headers={**headers, "accept-ranges": "none"}, media_type=found.content_type
    )


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
        asked = span_of(wanted, found.size)
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
    """Caches may keep what never changes, but no longer than the address lives.

    They are told under which names: `media:<id>` of the track or album goes when it is taken down.
    """
    if PurePosixPath(key).suffix == PLAYLIST_SUFFIX:
        cache = f"public, max-age={min(PLAYLIST_SECONDS, seconds_left)}"
    else:
        cache = f"public, max-age={min(IMMUTABLE_SECONDS, seconds_left)}, immutable"
    tags = ("media", *(f"media:{name}" for name in key.split("/")[1:2]))
    return {
        **READABLE_ANYWHERE,
        "accept-ranges": "bytes",
        "cache-control": cache,
        "surrogate-key": " ".join(tags),
        "cache-tag": ",".join(tags),
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


def _quoted(found: ObjectStat) -> str:
    return f'"{found.etag}"'


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
