"""Follows a subscription: the event from one subgraph, the rest federated for each event."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from federation.execute.executor import run_group
from federation.execute.fetch import Run, merge_answer, tell_lost
from federation.execute.response import GraphQLResponse
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.plan.nodes import QueryPlan

log = logging.getLogger(__name__)

Event = FetchResult | Exception
"""What the subgraph told; if it breaks, the break is its last event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription that is ready to be followed; `Any` as for any context."""

    plan: QueryPlan
    variables: Mapping[str, Any]
    context: Any
    is_explained: bool
    """Its answers tell how they came about."""
    start_run: Callable[[], Run]
    finish: Callable[[Run], GraphQLResponse]


async def follow(subscription: Subscription) -> AsyncGenerator[GraphQLResponse, None]:
    """One answer for each event; the source is closed when the reader leaves."""
    async with aclosing(open_events(subscription)) as events:
        async for event in events:
            yield await answer_event(subscription, event)


async def answer_event(subscription: Subscription, event: Event) -> GraphQLResponse:
    """Fetch what the event's subgraph does not know, afresh.

    A subgraph that refuses to subscribe refuses the request: it is answered without `data`.
    """
    plan, run = subscription.plan, subscription.start_run()
    assert plan.primary is not None, "only subscriptions are followed"
    if isinstance(event, FetchResult):
        merge_answer(run, plan.primary, event)
        for group in plan.groups:
            await run_group(run, group)
    else:
        tell_lost(run, plan.primary, "SUBGRAPH_UNAVAILABLE")
    response = subscription.finish(run)
    if isinstance(event, FetchResult) and event.is_refusal:
        response.data, response.has_data = None, False
    return response


async def open_events(subscription: Subscription) -> AsyncGenerator[Event, None]:
    """The events of the subgraph; if it breaks, the break is the last one."""
    run, fetch = subscription.start_run(), subscription.plan.primary
    assert fetch is not None, "only subscriptions are followed"
    transport = run.transports.get(fetch.subgraph)
    if transport is None:
        yield LookupError(fetch.subgraph)
        return
    request = FetchRequest(
        subgraph=fetch.subgraph,
        document=fetch.document,
        operation_kind=fetch.kind,
        variables={name: run.variables[name] for name in fetch.variables if name in run.variables},
    )
    source = transport.subscribe(request, run.context)
    try:
        async for event in source:
            yield event
    except asyncio.CancelledError:
        raise
    except Exception as fault:
        log.warning("a subscription of subgraph %s failed", fetch.subgraph, exc_info=fault)
        yield fault
    finally:
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()
