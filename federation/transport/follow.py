"""Follows a subscription across breaks: opens it anew, a bounded number of times."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from federation.fetch.fetch import FetchResult
from federation.transport.backoff import backoff_seconds
from federation.transport.failures import SubgraphFailure
from federation.transport.options import RetryLimits


async def follow(
    open_stream: Callable[[], AsyncGenerator[FetchResult, None]], limits: RetryLimits
) -> AsyncGenerator[FetchResult, None]:
    """Give the events of one stream after the other until one of them ends as it should.

    Events that fall into a break are lost. When opening anew does not help, the failure is the
    last that is given. A refusal counts as one before all events only.
    """
    loop = asyncio.get_running_loop()
    lost, has_told = 0, False
    while True:
        began = loop.time()
        events = open_stream()
        try:
            async for event in events:
                event.is_refusal = event.is_refusal and not has_told
                has_told = True
                yield event
            return
        except SubgraphFailure as failure:
            lost = 0 if loop.time() - began > limits.steady_seconds else lost
            if not failure.is_retryable or lost >= limits.reconnects_max:
                yield failure.as_result()
                return
        finally:
            await events.aclose()
        await asyncio.sleep(backoff_seconds(lost, limits))
        lost += 1
