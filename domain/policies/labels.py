"""Who sorts what there is."""

from domain.ids import UserId
from domain.viewer import Role, Viewer
from errors import Forbidden


def require_propose_genre(viewer: Viewer) -> UserId:
    """Creators propose genres.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the account is no creator.
    """
    user_id = viewer.require_user_id()
    if not (viewer.has_role(Role.CREATOR) or viewer.has_role(Role.MODERATOR)):
        raise Forbidden("Only creators may propose genres.")
    return user_id


def require_sort(viewer: Viewer) -> UserId:
    """Moderators decide on genres and make categories.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the account is no moderator.
    """
    user_id = viewer.require_user_id()
    if not viewer.has_role(Role.MODERATOR):
        raise Forbidden("Only moderators may do this.")
    return user_id


def may_see_proposals(viewer: Viewer) -> bool:
    """What was proposed or refused concerns moderators."""
    return viewer.has_role(Role.MODERATOR)
