"""Sends one answer as JSON: its media type, status, content coding and cache headers."""

from starlette.types import Send

from errors import AppError
from federation.engine import GraphQLResponse
from web.client_request import ClientRequest
from web.compression import coding_of_answer, compress
from web.error_response import http_status, refusal, write_response
from web.http_caching import NO_STORE, REVALIDATE, entity_tag, is_current, is_for_everyone
from web.media_types import GRAPHQL_RESPONSE, JSON
from web.refusals import (
    AutomaticQueryNotFound,
    MethodNotAllowed,
    PersistedQueryNotSupported,
)
from web.security_headers import security_headers

Headers = list[tuple[bytes, bytes]]

CONTENT_TYPES = {name: f"{name}; charset=utf-8".encode() for name in (JSON, GRAPHQL_RESPONSE)}
RETRY_AFTER_SECONDS = "1"
NEXT_STEPS = (AutomaticQueryNotFound, PersistedQueryNotSupported)
"""They tell a client what to send next; nothing has gone wrong in its eyes."""
VARY = b"Accept, Accept-Encoding, Authorization, Cookie, Origin, X-API-Key"
"""What an answer depends on beside its address."""


async def send_response(
    send: Send,
    response: GraphQLResponse,
    client: ClientRequest,
    media_type: str,
    *,
    is_get: bool,
) -> None:
    """Send what the engine answered.

    `application/json` clients look into the body alone, so a well-formed request gets 200;
    the newer type tells by its status whether the operation began to execute. What a GET
    found for everyone may be kept, and be asked about by its tag.
    """
    body, headers = write_response(response), [NO_STORE]
    if is_get and not response.errors and is_for_everyone(client):
        tag = entity_tag(body)
        headers = [REVALIDATE, (b"etag", tag.encode())]
        if is_current(client.headers, tag):
            headers += _common_headers(client)
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
    is_refused = not response.has_data and media_type == GRAPHQL_RESPONSE
    status = 400 if is_refused else 200
    await _send_json(send, client, headers, body, media_type=media_type, status=status)


async def send_batch(send: Send, body: bytes, client: ClientRequest) -> None:
    """Send the answers of a batch; nobody keeps what several policies may hold for."""
    await _send_json(send, client, [NO_STORE], body, media_type=JSON, status=200)


async def send_refusal(
    send: Send, error: Exception, client: ClientRequest, wanted: str | None
) -> None:
    """Send why a request was refused, as JSON also to those who wanted something else."""
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
    await _send_json(send, client, [NO_STORE], body, media_type=readable, status=status)


def retry_after(error: Exception) -> str:
    """After how many seconds it is worth trying again."""
    details = error.details if isinstance(error, AppError) else {}
    return str(details.get("retry_after_seconds", RETRY_AFTER_SECONDS))


async def _send_json(
    send: Send,
    client: ClientRequest,
    headers: Headers,
    body: bytes,
    *,
    media_type: str,
    status: int,
) -> None:
    coding = coding_of_answer(client.headers, body)
    if coding is not None:
        body = await compress(body, coding)
        headers.append((b"content-encoding", coding.encode()))
    headers += (
        (b"content-type", CONTENT_TYPES[media_type]),
        (b"content-length", b"%d" % len(body)),
        *_common_headers(client),
    )
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _common_headers(client: ClientRequest) -> Headers:
    headers = [
        (b"vary", VARY),
        (b"x-request-id", client.request_id.encode()),
        *security_headers(client.scheme),
    ]
    for name, value in client.answer_headers:
        headers.append((name.encode(), value.encode("latin-1")))
    return headers
