"""Who may do what with accounts."""

from domain.ids import UserId
from domain.viewer import Role, Viewer
from errors import Forbidden


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


def require_manage_clients(viewer: Viewer) -> None:
    """Only admins publish operations, hand out keys and see who uses what.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the account is no admin.
    """
    viewer.require_user_id()
    if not viewer.has_role(Role.ADMIN):
        raise Forbidden("Only admins may manage clients.")
