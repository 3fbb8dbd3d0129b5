"""Runs one fetch of a plan: representations out, an answer or its failure into the tree."""

import time
from collections.abc import Coroutine, Sequence
from typing import Any

from federation.execute import merge_answer as merging
from federation.execute.asked import Asked, ask
from federation.execute.error_paths import cap
from federation.execute.run import Run as Run
from federation.execute.send import Failure, checked, send
from federation.execute.tell import tell_failure, tell_lost_contexts
from federation.execute.tree import objects_at
from federation.fetch.fetch import FetchResult
from federation.operation.conditions import ALWAYS, holds
from federation.plan.nodes import Fetch


def run_fetch(run: Run, fetch: Fetch) -> Coroutine[Any, Any, None] | None:
    """Run a fetch, unless nothing is asked for; every failure ends up in the errors.

    What has to wait is left to a coroutine.
    """
    if fetch.condition is not ALWAYS and not holds(fetch.condition, run.variables):
        return None
    asked = [each for part in fetch.entities for each in ask(run, part)]
    if fetch.has_contexts:
        run.report(tell_lost_contexts(run, fetch, asked))
    if not _is_needed(run, fetch, asked):
        return None
    started = time.perf_counter()
    answer: FetchResult | Failure | Coroutine[Any, Any, FetchResult]
    try:
        _check_bounds(run, fetch, asked)
        answer = send(run, fetch, asked)
    except Failure as failure:
        answer = failure
    if isinstance(answer, FetchResult | Failure):
        _take(run, fetch, asked, answer, started)
        return None
    return _take_later(run, fetch, asked, answer, started)


async def _take_later(
    run: Run,
    fetch: Fetch,
    asked: Sequence[Asked],
    waiting: Coroutine[Any, Any, FetchResult],
    started: float,
) -> None:
    answer: FetchResult | Failure
    try:
        answer = await waiting
    except Failure as failure:
        answer = failure
    _take(run, fetch, asked, answer, started)


def _take(
    run: Run, fetch: Fetch, asked: Sequence[Asked], answer: FetchResult | Failure, started: float
) -> None:
    """Put an answer, or why there is none, into the tree and the errors."""
    try:
        if isinstance(answer, Failure):
            raise answer
        if answer.freshness is not None:
            run.restrict(answer.freshness)
        errors = merging.merge_answer(run, fetch, asked, checked(fetch, answer))
    except Failure as failure:
        run.show_later()
        errors = list(tell_failure(run, fetch, asked, failure.template))
    if errors:
        run.report(cap(errors, run.limits.errors_per_fetch_max, fetch.subgraph))
    if run.explain is not None:
        run.explain.append(_explain(fetch, asked, time.perf_counter() - started))


def merge_answer(run: Run, fetch: Fetch, result: FetchResult) -> None:
    """Merge the answer of a root fetch that was not run here: an event of a subscription."""
    try:
        errors = merging.merge_answer(run, fetch, [], checked(fetch, result))
    except Failure as failure:
        errors = list(tell_failure(run, fetch, [], failure.template))
    run.report(cap(errors, run.limits.errors_per_fetch_max, fetch.subgraph))


def tell_lost(run: Run, fetch: Fetch, code: str) -> None:
    """Tell that a root fetch has failed as a whole."""
    failure = Failure(code, f"Subgraph {fetch.subgraph} failed.")
    run.report(tell_failure(run, fetch, [], failure.template))


def _is_needed(run: Run, fetch: Fetch, asked: Sequence[Asked]) -> bool:
    """Whether there is a place to add to."""
    if fetch.root is None:
        return any(each.representations for each in asked)
    return not fetch.root.path or bool(objects_at(run.data, fetch.root.path))


def _check_bounds(run: Run, fetch: Fetch, asked: Sequence[Asked]) -> None:
    """Raise Failure where the fetch would ask for too much."""
    if sum([len(each.representations) for each in asked]) > run.limits.representations_max:
        raise Failure("TOO_MANY_ENTITIES", "The fetch would ask for too many entities.")
    if fetch.has_contexts and len(asked) > run.limits.context_values_max:
        raise Failure("TOO_MANY_CONTEXTS", "The fetch would need too many context values.")


def _explain(fetch: Fetch, asked: Sequence[Asked], seconds: float) -> dict[str, Any]:
    return {
        "id": fetch.id,
        "after": list(fetch.after),
        "subgraph": fetch.subgraph,
        "path": fetch.path,
        "depth": fetch.wave,
        "operation": fetch.document,
        "milliseconds": round(seconds * 1_000, 3),
        "representations": sum(len(each.representations) for each in asked),
    }
