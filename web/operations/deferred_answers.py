"""Runs operations that defer, and writes their payloads in the format that the client reads."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Protocol

from federation.engine import GraphQLRequest, GraphQLResponse
from federation.execute.payloads import CompletedFragment, DeferredItem, IncrementalPayload
from web.guards.schema_privacy import errors_without_schema
from web.wire.answer_types import INCREMENTAL
from web.wire.error_response import error_as_dict, errors_with_request_id
from web.wire.json_bytes import dump_json
from web.wire.refusals import DeadlineExceeded


class DefersOperations(Protocol):
    """What the front needs of an engine that defers; `Any` because it does not read the context."""

    def execute_incrementally(
        self, request: GraphQLRequest, context: Any
    ) -> AsyncGenerator[IncrementalPayload, None]:
        """Run a query; what it defers comes in payloads after the first."""
        ...


async def answers_in_pieces(
    payloads: AsyncGenerator[IncrementalPayload, None],
    *,
    wire_format: str,
    request_id: str,
    seconds_max: float,
    is_schema_hidden: bool,
) -> AsyncGenerator[GraphQLResponse, None]:
    """Each payload, written; a failure is the last of them. All of it is bounded in time."""
    ends_at = asyncio.get_running_loop().time() + seconds_max
    async with aclosing(payloads):
        try:
            while (payload := await _next_in_time(payloads, ends_at)) is not None:
                if is_schema_hidden and not payload.has_data:
                    payload = replace(payload, errors=errors_without_schema(payload.errors))
                yield _written(payload, wire_format, request_id)
        except Exception as error:  # noqa: BLE001 -- the border to the client: all are answered
            failure = IncrementalPayload(errors=[error_as_dict(error)], has_data=False)
            yield _written(failure, wire_format, request_id)


async def _next_in_time(
    payloads: AsyncIterator[IncrementalPayload], ends_at: float
) -> IncrementalPayload | None:
    deadline = asyncio.timeout_at(ends_at)
    try:
        async with deadline:
            return await anext(payloads, None)
    except TimeoutError as error:
        if not deadline.expired():
            raise
        raise DeadlineExceeded("The operation took too long.") from error


def _written(payload: IncrementalPayload, wire_format: str, request_id: str) -> GraphQLResponse:
    body: dict[str, Any] = {}
    if payload.errors:
        body["errors"] = errors_with_request_id(payload.errors, request_id)
    if payload.is_initial and payload.has_data:
        body["data"] = payload.data
    if payload.extensions:
        body["extensions"] = payload.extensions
    later = (
        _by_id(payload, request_id) if wire_format == INCREMENTAL else _by_path(payload, request_id)
    )
    body |= {name: values for name, values in later.items() if values}
    body["hasNext"] = payload.has_next
    return GraphQLResponse(written=dump_json(body))


def _by_id(payload: IncrementalPayload, request_id: str) -> dict[str, list[dict[str, Any]]]:
    """What is pending is announced, then delivered and completed by its id."""
    pending = [
        {"id": each.id, "path": each.path} | _optional("label", each.label)
        for each in payload.pending
    ]
    incremental = [
        {"id": each.id, "data": each.data}
        | _optional("subPath", each.sub_path)
        | _errors(each, request_id)
        for each in payload.incremental
    ]
    completed = [{"id": each.id} | _errors(each, request_id) for each in payload.completed]
    return {"pending": pending, "incremental": incremental, "completed": completed}


def _by_path(payload: IncrementalPayload, request_id: str) -> dict[str, list[dict[str, Any]]]:
    """What is delivered names where it belongs; what failed as a whole is null there."""
    failed = [each for each in payload.completed if each.errors]
    items: list[tuple[DeferredItem | CompletedFragment, dict[str, Any] | None]] = [
        *((each, each.data) for each in payload.incremental),
        *((each, None) for each in failed),
    ]
    return {
        "incremental": [
            {"data": data, "path": each.path}
            | _optional("label", each.label)
            | _errors(each, request_id)
            for each, data in items
        ]
    }


def _errors(told: DeferredItem | CompletedFragment, request_id: str) -> dict[str, Any]:
    return {"errors": errors_with_request_id(told.errors, request_id)} if told.errors else {}


def _optional(name: str, value: str | Sequence[str | int] | None) -> dict[str, Any]:
    return {name: value} if value else {}
