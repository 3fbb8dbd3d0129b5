"""Who may do what with accounts."""

from domain.ids import PartnerId, UserId
from domain.viewer import Role, Viewer
from errors import Forbidden, NotFound


def may_edit_profile(viewer: Viewer, user_id: UserId) -> bool:
    """Only the account itself or an admin."""
    return viewer.user_id == user_id or viewer.has_role(Role.ADMIN)


def require_edit_profile(viewer: Viewer, user_id: UserId) -> None:
    """Enforce `may_edit_profile`.

    Raises:
        Forbidden: the viewer is somebody else.
    """
    if not may_edit_profile(viewer, user_id):
        raise Forbidden("Only the account itself may change its profile.")


def require_see_partner(viewer: Viewer, partner_id: PartnerId) -> None:
    """Only a partner itself and admins see what its keys are used for.

    Raises:
        NotFound: for anybody else there is no such partner.
    """
    if viewer.partner_id != partner_id and not viewer.has_role(Role.ADMIN):
        raise NotFound("There is no such partner.")


def require_manage_clients(viewer: Viewer) -> None:
    """Only admins publish operations, hand out keys and see who uses what.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the account is no admin.
    """
    viewer.require_user_id()
    if not viewer.has_role(Role.ADMIN):
        raise Forbidden("Only admins may manage clients.")
