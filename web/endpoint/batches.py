"""Several operations in one request: a JSON array, answered by a JSON array in the same order."""

import asyncio
from typing import Any

from msgspec.structs import replace

from federation.engine import GraphQLResponse
from federation.operation.cache_policy import strictest_policy
from web.caching.response_cache import left_of_each
from web.operations.operation_runner import OperationRunner
from web.wire.client_request import ClientRequest
from web.wire.error_response import refusal, write_response
from web.wire.graphql_params import params_from_json
from web.wire.limits import WebLimits
from web.wire.refusals import BadRequest, BatchTooLarge, SubscriptionNotSupported


def check_batch(values: list[Any], limits: WebLimits) -> None:
    """Refuse a batch as a whole; `Any` because the client sent it.

    Raises:
        BadRequest: batches are not taken here, or it is empty.
        BatchTooLarge: it has more operations than it may.
    """
    limit = limits.batch_operations_max
    if limit == 0:
        raise BadRequest("Batches are not supported; send one operation for each request.")
    if not values:
        raise BadRequest("A batch has one operation at least.")
    if len(values) > limit:
        raise BatchTooLarge(
            f"The batch has {len(values)} operations, where {limit} is the limit. "
            "Send the rest in another request.",
            limit=limit,
            count=len(values),
        )


async def run_batch(
    values: list[Any], client: ClientRequest, runner: OperationRunner
) -> GraphQLResponse:
    """Run its operations side by side; one that is refused leaves the others alone.

    The answers are written as one, which may be kept as the strictest of them.
    """
    client = replace(client, idempotency_key=None)  # it would cover every operation
    answers = await asyncio.gather(*(_answer(value, client, runner) for value in values))
    written = b"[" + b",".join(map(write_response, answers)) + b"]"
    return GraphQLResponse(written=written, caching=strictest_policy(left_of_each(answers)))


async def _answer(value: Any, client: ClientRequest, runner: OperationRunner) -> GraphQLResponse:
    try:
        operation = await runner.read_operation(params_from_json(value), client)
        if operation.is_subscription:
            raise SubscriptionNotSupported("A batch has one answer for each operation.")
        return await runner.run(operation, client)
    except Exception as error:  # noqa: BLE001 -- the border: all are answered
        return refusal(error, client.request_id)
