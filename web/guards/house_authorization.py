"""Who asks our house, as the directives of its supergraph understand it."""

from domain.scopes import scopes_of
from federation.engine import Authorization, Caller
from resolvers.context import RequestContext


def caller_of(ctx: RequestContext) -> Caller:
    """Whoever has a session is authenticated, with the scopes of its roles."""
    viewer = ctx.viewer
    return Caller(is_authenticated=viewer.is_known, scopes=scopes_of(viewer))


HOUSE_AUTHORIZATION = Authorization(caller=caller_of)
"""Policies (`@policy`) are nobody's: the rules of our domains are asked by their resolvers."""
