"""Lets gateways know at once what changed for partners."""

from contextlib import suppress

from domain.messages import channels
from errors import DependencyError, RateLimited
from resolvers.context import RequestContext


async def tell_gateways(ctx: RequestContext) -> None:
    """Let them read keys and plans now; where the bus is away they do so within seconds."""
    with suppress(DependencyError, RateLimited):
        await ctx.ports.live.publish(channels.PARTNER_KEYS, b"changed")
