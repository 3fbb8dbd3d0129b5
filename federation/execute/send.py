"""Sends one fetch to its subgraph, within the deadlines."""

import asyncio
import logging
import types
from collections.abc import Awaitable, Coroutine, Generator, Sequence
from typing import Any, TypeVar

from federation.execute.asked import Asked
from federation.execute.contexts import write_request
from federation.execute.deadline import Deadline
from federation.execute.run import Run
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.plan.nodes import Fetch
from federation.transport.transport import begin, seconds_max_of

log = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")


class Failure(Exception):
    """The subgraph gave no answer that can be used."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.template: dict[str, Any] = {"message": message, "extensions": {"code": code}}


def send(
    run: Run, fetch: Fetch, asked: Sequence[Asked]
) -> FetchResult | Coroutine[Any, Any, FetchResult]:
    """Ask the subgraph: what it answers at once, or what waits for its answer.

    That its answer has the form of one, `checked` sees to. Whatever a transport raises is the
    subgraph's failure; the request must live on.

    Raises:
        Failure: it does not answer, or not in time.
    """
    transport = run.transports.get(fetch.subgraph)
    if transport is None:
        raise Failure("SUBGRAPH_UNAVAILABLE", f"Subgraph {fetch.subgraph} is not connected.")
    request = _write_request(run, fetch, asked)
    left = run.ends_at - asyncio.get_running_loop().time()
    seconds = min(run.limits.fetch_seconds_max, left)
    try:
        if left <= 0:
            raise TimeoutError
        answer = begin(transport, request, run.context)
    except Exception as fault:
        raise _failure_of(fetch, fault) from fault
    if isinstance(answer, FetchResult):
        return answer
    is_bounded = seconds_max_of(transport) <= seconds
    return _receive(fetch, answer if is_bounded else _within(seconds, answer))


async def _receive(fetch: Fetch, work: Awaitable[FetchResult]) -> FetchResult:
    try:
        return await work
    except Exception as fault:
        raise _failure_of(fetch, fault) from fault


def _failure_of(fetch: Fetch, fault: Exception) -> Failure:
    if isinstance(fault, TimeoutError):
        return Failure("SUBGRAPH_TIMEOUT", f"Subgraph {fetch.subgraph} did not answer in time.")
    log.warning("a fetch of subgraph %s failed", fetch.subgraph, exc_info=fault)
    return Failure("SUBGRAPH_UNAVAILABLE", f"Subgraph {fetch.subgraph} failed.")


def checked(fetch: Fetch, result: FetchResult) -> FetchResult:
    """The answer, if it has the form of one.

    Raises:
        Failure: it has not, or tells of an error of the whole request.
    """
    data, errors = result.data, result.errors
    if isinstance(data, dict):
        return result
    first = errors[0] if isinstance(errors, list) and errors else None
    if data is None and isinstance(first, dict):
        if all(isinstance(each, dict) and each.get("path") for each in errors):
            return result
        failure = Failure("SUBGRAPH_ERROR", f"Subgraph {fetch.subgraph} failed.")
        extensions = first.get("extensions")
        if isinstance(extensions, dict):
            failure.template["extensions"] = {"code": "SUBGRAPH_ERROR", **extensions}
        if isinstance(first.get("message"), str):
            failure.template["message"] = first["message"]
        raise failure
    raise Failure(
        "SUBGRAPH_INVALID_RESPONSE",
        f"Subgraph {fetch.subgraph} answered with something that is no response.",
    )


def _write_request(run: Run, fetch: Fetch, asked: Sequence[Asked]) -> FetchRequest:
    given = run.variables
    variables = {name: given[name] for name in fetch.variables if name in given}
    document = fetch.document
    if fetch.has_contexts:
        present = [(a.part, a.values, a.representations) for a in asked if a.representations]
        document, bound = write_request(fetch, present)
        variables |= bound
    else:
        for each in asked:
            variables[each.part.variable] = each.representations
    return FetchRequest(
        subgraph=fetch.subgraph,
        document=document,
        operation_kind=fetch.kind,
        variables=variables,
        display=None if run.displays is None else run.displays.by_fetch[id(fetch)],
    )


@types.coroutine
def _within(seconds: float, work: Coroutine[Any, Any, ResultT]) -> Generator[Any, Any, ResultT]:
    """Await work, with a timer only if it waits for anything; local work seldom does."""
    try:
        waited_for = work.send(None)
        with Deadline(seconds):
            while True:
                try:
                    sent = yield waited_for
                except GeneratorExit:
                    work.close()
                    raise
                except BaseException as fault:  # noqa: BLE001 - cancellation is the work's to meet
                    waited_for = work.throw(fault)
                else:
                    waited_for = work.send(sent)
    except StopIteration as end:
        result: ResultT = end.value
        return result
