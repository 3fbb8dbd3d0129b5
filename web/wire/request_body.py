"""Reads the JSON body of a request: its type checked, its bytes counted, its time bounded."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from federation.begun import Begun
from web.wire.compression import coding_of_request, decompress
from web.wire.json_bytes import load_json
from web.wire.limits import WebLimits
from web.wire.media_types import HEADER_BYTES_MAX, JSON, MediaType, parse_media_type
from web.wire.refusals import BadRequest, BodyTooLarge, RequestTimedOut, UnsupportedMediaType


async def read_json_body(receive: Receive, headers: Mapping[str, str], limits: WebLimits) -> Any:
    """Read and decode the body; `Any` because the client sent it.

    Raises:
        UnsupportedMediaType: it is of another type, charset or content coding.
        BodyTooLarge: it has more bytes than it may, as sent or once it is opened.
        RequestTimedOut: it did not arrive in time.
        BadRequest: it is not JSON.
        ClientDisconnect: the client went away.
    """
    require_json_in_utf8(headers)
    coding = coding_of_request(headers)
    _refuse_declared(headers, limits.body_bytes_max)
    body = await read_bytes(
        receive, bytes_max=limits.body_bytes_max, seconds_max=limits.body_seconds_max
    )
    if coding is not None:
        body = await decompress(body, coding, bytes_max=limits.body_bytes_max)
    return decode_json(body, limits)


def decode_json(body: bytes, limits: WebLimits) -> Any:
    """Decode a body that is all there; `Any` because the client sent it.

    Raises:
        BodyTooLarge: it has more bytes than it may.
        BadRequest: it is not JSON.
    """
    if len(body) > limits.body_bytes_max:
        raise _too_large(limits.body_bytes_max)
    try:
        return load_json(body)
    except ValueError as error:
        raise BadRequest("The request body must be JSON.") from error


def read_content_type(headers: Mapping[str, str]) -> MediaType:
    """Read the type that the client says its body is of."""
    return parse_media_type(headers.get("content-type", "")[:HEADER_BYTES_MAX])


def require_json_in_utf8(headers: Mapping[str, str]) -> None:
    """Refuse other bodies: JSON alone makes a browser ask before a foreign page may send.

    Raises:
        UnsupportedMediaType: it is said to be something else.
    """
    content_type = read_content_type(headers)
    if content_type.name != JSON:
        raise UnsupportedMediaType(f"Send the request as {JSON}.")
    if content_type.parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send the request in UTF-8.")


async def read_bytes(receive: Receive, *, bytes_max: int, seconds_max: float) -> bytes:
    """Read a body; most are there already, and no timer is set for them.

    Raises:
        BodyTooLarge: it has more bytes than it may.
        RequestTimedOut: it did not arrive in time.
        ClientDisconnect: the client went away.
    """
    reading = Begun(_read_chunks(receive, bytes_max))
    if reading.is_done:
        return reading.result
    try:
        async with asyncio.timeout(seconds_max):
            return await reading
    except TimeoutError as error:
        raise RequestTimedOut("The request body did not arrive in time.") from error


def _refuse_declared(headers: Mapping[str, str], bytes_max: int) -> None:
    """Refuse what says that it is too large before it is read."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > bytes_max:
        raise _too_large(bytes_max)


async def _read_chunks(receive: Receive, bytes_max: int) -> bytes:
    """Read to the end, and count while it comes, so that no client fills the memory."""
    chunks: list[bytes] = []
    total, has_more = 0, True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        total += len(chunks[-1])
        if total > bytes_max:
            raise _too_large(bytes_max)
        has_more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(bytes_max: int) -> BodyTooLarge:
    return BodyTooLarge("The request body is too large.", bytes_max=bytes_max)
