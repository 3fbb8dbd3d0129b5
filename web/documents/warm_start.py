"""Plans the operations that are known before anybody asks for them."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

WARM_SECONDS_MAX = 2.0
"""Longest time for it; what is not planned by then is planned when it is asked for."""


class Warms(Protocol):
    """What it needs of the engine."""

    async def warm(self, document: str) -> None:
        """Make a document ready to run."""
        ...


async def warm_up(
    engine: Warms, documents: Iterable[str], *, seconds_max: float = WARM_SECONDS_MAX
) -> None:
    """Make documents ready, each once, in their order."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds_max):
            for document in dict.fromkeys(documents):
                await engine.warm(document)
