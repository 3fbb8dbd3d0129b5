"""What each role shows at the gateway: the names that `@requiresScopes` may ask for."""

from collections.abc import Mapping

from domain.viewer import Role, Viewer

SCOPES: Mapping[Role, frozenset[str]] = {
    Role.LISTENER: frozenset({"listen"}),
    Role.CREATOR: frozenset({"publish"}),
    Role.MODERATOR: frozenset({"moderate"}),
    Role.ADMIN: frozenset({"administer"}),
}


def scopes_of(viewer: Viewer) -> frozenset[str]:
    """The scopes of a viewer's roles; an admin holds those of all."""
    return frozenset().union(*(SCOPES[role] for role in Role if viewer.has_role(role)))
