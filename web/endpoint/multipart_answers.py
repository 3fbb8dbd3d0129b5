"""Answers in parts over HTTP (multipart/mixed): what is deferred, and subscriptions."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from msgspec.structs import replace
from starlette.types import Receive, Send

from federation.engine import GraphQLResponse
from web.operations.operation_runner import Operation, OperationRunner
from web.operations.resume import bookmark_for
from web.wire.answer_types import SUBSCRIPTION, StreamType
from web.wire.client_request import ClientRequest
from web.wire.error_response import refusal, write_response
from web.wire.graphql_params import GraphQLParams
from web.wire.json_bytes import dump_json
from web.wire.limits import WebLimits
from web.wire.stream_writer import Chunks, Farewell, send_queue

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
        params: GraphQLParams,
        stream: StreamType,
        receive: Receive,
        send: Send,
    ) -> None:
        """Stream until the operation ends, the client leaves, or it no longer reads.

        One task asks the engine, another writes. Between them lies a queue of one: who reads
        slowly slows only its own stream.

        Raises:
            BadRequest: a subscription cannot go on where `params` say, see `position_asked_for`.
        """
        content_type = f'multipart/mixed;boundary="{BOUNDARY.decode()}";{stream.format}'
        headers = [
            (b"content-type", content_type.encode()),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"vary", b"Accept, Origin"),
            (b"x-request-id", client.request_id.encode()),
        ]
        is_subscription = stream.format == SUBSCRIPTION
        write = _payload_part if is_subscription else _response_part
        parts: Chunks = asyncio.Queue(maxsize=1)
        if is_subscription:
            bookmark = bookmark_for(params, lambda between: parts.put(write(between)))
            client = replace(client, bookmark=bookmark)
        producer = asyncio.create_task(self._produce(operation, client, write, parts))
        try:
            await send_queue(
                {"type": "http.response.start", "status": 200, "headers": headers},
                parts,
                receive,
                send,
                limits=self._limits,
                heartbeat=_part(b"{}") if is_subscription else None,
                opening=BEGIN,
                farewell=Farewell(self._runner.drain, LAST_WORDS) if is_subscription else None,
            )
        finally:
            producer.cancel()
            await asyncio.gather(producer, return_exceptions=True)

    async def _produce(
        self,
        operation: Operation,
        client: ClientRequest,
        write: Callable[[GraphQLResponse], bytes],
        parts: Chunks,
    ) -> None:
        try:
            async with aclosing(self._runner.stream(operation, client)) as responses:
                async for response in responses:
                    await parts.put(write(response))
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            await parts.put(write(refusal(error, client.request_id)))
        await parts.put(END)
        await parts.put(None)


def _response_part(response: GraphQLResponse) -> bytes:
    return _part(write_response(response))


def _payload_part(response: GraphQLResponse) -> bytes:
    return _part(b'{"payload":%b}' % write_response(response))


def _part(body: bytes) -> bytes:
    return PART_HEAD + body + BEGIN


LAST_WORDS = _part(dump_json({"payload": None, "errors": [RESTARTING]})) + END
"""The last of a subscription that the server has to end, in the words of its protocol."""
