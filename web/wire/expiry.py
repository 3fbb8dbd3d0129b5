"""The end of an access token: what its viewer follows ends with it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from errors import Unauthenticated
from federation.engine import GraphQLResponse


async def until_expiry(
    events: AsyncIterator[GraphQLResponse], seconds_left: float
) -> AsyncGenerator[GraphQLResponse, None]:
    """Give what comes in so many seconds.

    Raises:
        Unauthenticated: they are over, and the events are not.
    """
    deadline = asyncio.get_running_loop().time() + seconds_left
    while True:
        try:
            async with asyncio.timeout_at(deadline) as waiting:
                event = await anext(events, None)
        except TimeoutError as error:
            if not waiting.expired():
                raise
            raise Unauthenticated("The access token has expired; renew it.") from error
        if event is None:
            return
        yield event
