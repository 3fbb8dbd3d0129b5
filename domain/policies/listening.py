"""Who may see what listeners keep for themselves: nobody else."""

from domain.media.bookmark_records import Bookmark
from domain.viewer import Viewer
from errors import NotFound


def may_see_bookmark(viewer: Viewer, bookmark: Bookmark) -> bool:
    """Nobody but whose it is."""
    return viewer.user_id is not None and viewer.user_id == bookmark.user_id


def require_own_bookmark(viewer: Viewer, bookmark: Bookmark | None) -> Bookmark:
    """The bookmark, if it is the viewer's own.

    Raises:
        NotFound: there is no such bookmark for this viewer.
    """
    if bookmark is None or not may_see_bookmark(viewer, bookmark):
        raise NotFound("There is no such bookmark.", field="bookmarkId")
    return bookmark
