"""Who may train models, and see what they found."""

from domain.ai.records import AiPlayable
from domain.viewer import Role, Viewer
from errors import Forbidden


def may_train(viewer: Viewer) -> bool:
    """Only an admin starts a training by hand."""
    return viewer.has_role(Role.ADMIN)


def require_may_train(viewer: Viewer) -> None:
    """Enforce `may_train`.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the viewer is no admin.
    """
    viewer.require_user_id()
    if not may_train(viewer):
        raise Forbidden("Only an admin may train models.")


def may_see_playable(viewer: Viewer, playable: AiPlayable) -> bool:
    """What is public, one's own, and anything for an admin."""
    return (
        playable.is_public
        or (viewer.is_known and viewer.user_id == playable.owner_id)
        or viewer.has_role(Role.ADMIN)
    )
