"""One answer as JSON: its media type, status, content coding and cache headers."""

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace
from starlette.types import Send

from errors import AppError
from federation.engine import GraphQLResponse
from web.caching.http_caching import (
    NO_STORE,
    REVALIDATE,
    Header,
    entity_tag,
    is_current,
    is_for_everyone,
    keeping_headers,
)
from web.wire.client_request import ClientRequest
from web.wire.compression import coding_of_answer, compress
from web.wire.error_response import http_status, refusal, write_response
from web.wire.media_types import GRAPHQL_RESPONSE, JSON
from web.wire.refusals import (
    AutomaticQueryNotFound,
    MethodNotAllowed,
    PersistedQueryNotSupported,
)
from web.wire.security_headers import security_headers

CONTENT_TYPES = {name: f"{name}; charset=utf-8".encode() for name in (JSON, GRAPHQL_RESPONSE)}
RETRY_AFTER_SECONDS = "1"
NEXT_STEPS = (AutomaticQueryNotFound, PersistedQueryNotSupported)
"""They tell a client what to send next; nothing has gone wrong in its eyes."""
VARY = b"Accept, Accept-Encoding, Authorization, Cookie, Origin, X-API-Key"
"""What an answer depends on beside its address."""
SHARED_MAX = 64
"""Kinds of answers whose headers are kept written."""


class SharedHeaders(Struct, frozen=True):
    """Headers that many answers have alike."""

    pairs: tuple[Header, ...]
    written: bytes
    """The same as HTTP/1.1 writes them, each with its line end."""


class JsonAnswer(Struct, frozen=True):
    """One answer, ready to be sent."""

    status: int
    shared: SharedHeaders
    own: tuple[Header, ...]
    """Headers of this answer, beside its length and the id of its request."""
    request_id: str
    body: bytes
    coding: str | None = None
    """How the body is still to be compressed, by `compressed`."""


def answer_response(
    response: GraphQLResponse, client: ClientRequest, media_type: str, *, is_get: bool
) -> JsonAnswer:
    """Tell what the engine answered.

    `application/json` clients look into the body alone, so a well-formed request gets 200;
    the newer type tells by its status whether the operation began to execute. What a GET
    found for everyone may be kept, and be asked about by its tag; any answer says for how long
    it is good where the schema does.
    """
    body = write_response(response)
    keeping = keeping_headers(response, client) if response.caching is not None else ()
    if is_get and not response.errors and is_for_everyone(client):
        return _answer_for_everyone(body, client, media_type, keeping or (REVALIDATE,))
    is_refused = not response.has_data and media_type == GRAPHQL_RESPONSE
    status = 400 if is_refused else 200
    return _answer_json(body, client, media_type, status=status, keeping=keeping)


def answer_batch(answers: GraphQLResponse, client: ClientRequest) -> JsonAnswer:
    """Tell the answers of a batch, written as one; its policy is the strictest of all."""
    keeping = keeping_headers(answers, client)
    return _answer_json(write_response(answers), client, JSON, status=200, keeping=keeping)


def answer_refusal(error: Exception, client: ClientRequest, wanted: str | None) -> JsonAnswer:
    """Tell why a request was refused, as JSON also to those who wanted something else."""
    status = http_status(error)
    if isinstance(error, MethodNotAllowed):
        client.answer_headers.append(("allow", error.allow))
    if status == 401:
        client.answer_headers.append(("www-authenticate", "Bearer"))
    if status in (429, 503):
        client.answer_headers.append(("retry-after", retry_after(error)))
    readable = GRAPHQL_RESPONSE if wanted == GRAPHQL_RESPONSE else JSON
    if readable == JSON and isinstance(error, NEXT_STEPS):
        status = 200  # as Apollo's server does: older clients give hashes up at a 400
    body = write_response(refusal(error, client.request_id))
    return _answer_json(body, client, readable, status=status)


async def compressed(answer: JsonAnswer, coding: str) -> JsonAnswer:
    """The answer as it is sent in a content coding."""
    own = (*answer.own, (b"content-encoding", coding.encode()))
    return replace(answer, own=own, body=await compress(answer.body, coding), coding=None)


async def send_answer(send: Send, answer: JsonAnswer) -> None:
    """Send it by ASGI."""
    if answer.coding is not None:
        answer = await compressed(answer, answer.coding)
    headers = [*answer.shared.pairs, *answer.own]
    if answer.status != 304:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    headers.append((b"x-request-id", answer.request_id.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def retry_after(error: Exception) -> str:
    """After how many seconds it is worth trying again."""
    details = error.details if isinstance(error, AppError) else {}
    return str(details.get("retry_after_seconds", RETRY_AFTER_SECONDS))


def _answer_for_everyone(
    body: bytes, client: ClientRequest, media_type: str, keeping: tuple[Header, ...]
) -> JsonAnswer:
    tag = entity_tag(body)
    keeping = (*keeping, (b"etag", tag.encode()))
    if not is_current(client.headers, tag):
        return _answer_json(body, client, media_type, status=200, keeping=keeping)
    caching, *own = keeping
    shared = _shared_headers(caching, None, client.scheme, client.cors)
    return JsonAnswer(304, shared, (*own, *_told_by_operation(client)), client.request_id, b"")


def _answer_json(
    body: bytes,
    client: ClientRequest,
    media_type: str,
    *,
    status: int,
    keeping: tuple[Header, ...] = (),
) -> JsonAnswer:
    """`keeping` begins with what is told about caches; by default nobody keeps it."""
    caching, own = (keeping[0], keeping[1:]) if keeping else (NO_STORE, ())
    if client.answer_headers:
        own = (*own, *_told_by_operation(client))
    shared = _shared_headers(caching, media_type, client.scheme, client.cors)
    coding = coding_of_answer(client.headers, body)
    return JsonAnswer(status, shared, own, client.request_id, body, coding)


def _told_by_operation(client: ClientRequest) -> list[Header]:
    return [(name.encode(), value.encode("latin-1")) for name, value in client.answer_headers]


@lru_cache(maxsize=SHARED_MAX)
def _shared_headers(
    caching: Header, media_type: str | None, scheme: str, cors: tuple[Header, ...]
) -> SharedHeaders:
    pairs = [caching]
    if media_type is not None:
        pairs.append((b"content-type", CONTENT_TYPES[media_type]))
    pairs += (b"vary", VARY), *security_headers(scheme), *cors
    written = b"".join(b"%b: %b\r\n" % pair for pair in pairs)
    return SharedHeaders(tuple(pairs), written)
