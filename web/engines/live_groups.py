"""Which live answers of our house are run once for several sockets."""

from collections.abc import Hashable

from federation.engine import Grouping
from resolvers.context import RequestContext


def sharing_key(ctx: RequestContext) -> Hashable:
    """All that a resolver may read of a context: who asks, from where, and under which address.

    The session is left out: it is checked for each socket before each answer.
    """
    viewer = ctx.viewer
    return viewer.user_id, viewer.roles, viewer.partner_id, ctx.base_url, ctx.country


HOUSE_GROUPING = Grouping(
    states=("playbackMoved", "myPlaybackMoved", "jobProgressed"), key=sharing_key
)
"""A viewer's devices share what they follow. Nothing is public: a session and a job are its
owner's alone. `notificationReceived` tells of what happened, so each socket has its own."""
