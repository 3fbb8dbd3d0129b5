"""Where a client stands among live events, and how it hears of that between two of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Bookmark:
    """One subscription's place in what happened; a transport makes it, a use case moves it.

    Only use cases that tell of what happened move it. Those that tell a state tell the present
    one first, so nothing is missed by who comes back to them.
    """

    after: str | None = None
    """The position that the client goes on after; None: from now on."""
    tell: "Callable[[Bookmark], Awaitable[None]] | None" = None
    """Tells the client between two events; None: it hears of it with the next one."""
    position: str | None = None
    """Where the client stands once it is told the event that it is told now."""
    has_gap: bool = False
    """Whether events before this position could not be told; whoever tells it takes it back."""

    async def begin(self, position: str | None) -> None:
        """Stand at the beginning of what will be told."""
        self.position = position
        if self.after is None and position is not None:
            await self._tell()

    async def skip_to(self, position: str | None) -> None:
        """Stand behind events that cannot be told any more."""
        self.position, self.has_gap = position, True
        await self._tell()

    async def _tell(self) -> None:
        if self.tell is not None:
            await self.tell(self)
