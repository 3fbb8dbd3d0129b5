"""What the composition root says of a caller: who it is, its scopes, its policies."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from federation.authorization.guard import AUTHENTICATED, NOTHING, Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What is known of whoever sent an operation."""

    is_authenticated: bool = False
    scopes: frozenset[str] = frozenset()


NOBODY = Caller()


def know_nobody(_context: Any) -> Caller:
    """Take everybody for a stranger; the default, so that nothing guarded is told by oversight."""
    return NOBODY


async def grant_no_policy(_context: Any, _policies: frozenset[str]) -> Collection[str]:
    """Let no policy hold; the default."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Reads callers from the contexts of their requests; `Any`, because only the root knows these.

    Asked only where a supergraph applies `@authenticated`, `@requiresScopes` or `@policy`.
    """

    caller: Callable[[Any], Caller] = know_nobody
    policies: Callable[[Any, frozenset[str]], Awaitable[Collection[str]]] = grant_no_policy
    """Which of these policies hold for a request; asked once for each operation that needs any."""
    rejects_operations: bool = False
    """An operation with something that its caller may not see is refused as a whole."""

    async def refuse(self, asked: Requirement, context: Any) -> Requirement:
        """What of the things asked for the caller does not meet."""
        if not asked:
            return NOTHING
        caller = self.caller(context)
        wanted = [each.names for each in asked if each.directive == "policy"]
        shown = {
            "authenticated": AUTHENTICATED if caller.is_authenticated else (),
            "requiresScopes": caller.scopes,
            "policy": await self.policies(context, frozenset().union(*wanted)) if wanted else (),
        }
        return frozenset(each for each in asked if not each.is_met_by(shown[each.directive]))
