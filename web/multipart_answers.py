"""Answers in parts over HTTP (multipart/mixed): what is deferred, and subscriptions."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from starlette.types import Receive, Send

from web.answer_types import SUBSCRIPTION, StreamType
from web.client_request import ClientRequest
from web.error_response import write_response
from web.json_bytes import dump_json
from web.limits import WebLimits
from web.operation_runner import Operation, OperationRunner
from web.stream_writer import Farewell, send_stream

BOUNDARY = b"graphql"
"""JSON has no line that begins like it: line breaks in texts are written as escapes."""
BEGIN = b"\r\n--" + BOUNDARY
END = b"--\r\n"
RESTARTING = {
    "message": "The server restarts; subscribe again.",
    "extensions": {"code": "SERVICE_RESTARTING", "retryable": True},
}
PART_HEAD = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"


class MultipartAnswers:
    """Serves the answers of an operation as parts, each whole as soon as it is sent.

    CRLF --graphql | headers, JSON, CRLF --graphql | headers, JSON, CRLF --graphql | -- CRLF

    A part counts once the boundary behind it was read, so that is sent with the part.
    """

    def __init__(self, runner: OperationRunner, limits: WebLimits) -> None:
        self._runner = runner
        self._limits = limits

    async def serve(
        self,
        operation: Operation,
        client: ClientRequest,
        stream: StreamType,
        receive: Receive,
        send: Send,
    ) -> None:
        """Stream until the operation ends, the client leaves, or it no longer reads."""
        content_type = f'multipart/mixed;boundary="{BOUNDARY.decode()}";{stream.format}'
        headers = [
            (b"content-type", content_type.encode()),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"vary", b"Accept, Origin"),
            (b"x-request-id", client.request_id.encode()),
        ]
        is_subscription = stream.format == SUBSCRIPTION
        await send_stream(
            {"type": "http.response.start", "status": 200, "headers": headers},
            self._parts(operation, client, is_subscription=is_subscription),
            receive,
            send,
            limits=self._limits,
            heartbeat=_part(b"{}") if is_subscription else None,
            farewell=Farewell(self._runner.drain, LAST_WORDS) if is_subscription else None,
        )

    async def _parts(
        self, operation: Operation, client: ClientRequest, *, is_subscription: bool
    ) -> AsyncIterator[bytes]:
        yield BEGIN
        async with aclosing(self._runner.stream(operation, client)) as responses:
            async for response in responses:
                body = write_response(response)
                yield _part(b'{"payload":%b}' % body if is_subscription else body)
        yield END


def _part(body: bytes) -> bytes:
    return PART_HEAD + body + BEGIN


LAST_WORDS = _part(dump_json({"payload": None, "errors": [RESTARTING]})) + END
"""The last of a subscription that the server has to end, in the words of its protocol."""
