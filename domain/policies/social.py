"""Who may do what among people."""

from domain.social.records import Comment, KnownPlayable, PlayableStats
from domain.viewer import Role, Viewer
from errors import Forbidden, NotFound


def may_see_playable(viewer: Viewer, playable: KnownPlayable | PlayableStats) -> bool:
    """What is public, one's own, and anything for an admin."""
    return playable.is_public or viewer.user_id == playable.owner_id or viewer.has_role(Role.ADMIN)


def require_visible_playable(viewer: Viewer, playable: KnownPlayable | None) -> KnownPlayable:
    """A playable the viewer may see: public, their own, or any for an admin.

    Raises:
        NotFound: there is none, or it is hidden from this viewer.
    """
    if playable is None or not may_see_playable(viewer, playable):
        raise NotFound("There is no such thing to play.", field="playableId")
    return playable


def require_comment_author(viewer: Viewer, comment: Comment) -> None:
    """Only who wrote it may edit it.

    Raises:
        Forbidden: somebody else wrote it.
    """
    if comment.author_id != viewer.require_user_id():
        raise Forbidden("Only who wrote a comment may change it.")


def require_may_delete(viewer: Viewer, comment: Comment) -> None:
    """Who wrote it, or a moderator, may delete a comment.

    Raises:
        Forbidden: neither.
    """
    if comment.author_id != viewer.require_user_id() and not viewer.has_role(Role.MODERATOR):
        raise Forbidden("Only who wrote a comment, or a moderator, may delete it.")
