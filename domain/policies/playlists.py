"""Who may see, edit and hand on a playlist."""

from domain.media.playlists.records import CollaboratorRole, Playlist, PlaylistPrivacy
from domain.viewer import Role, Viewer
from errors import Forbidden, NotFound

MISSING = "There is no such playlist."


def may_see_playlist(viewer: Viewer, playlist: Playlist, role: CollaboratorRole | None) -> bool:
    """Whoever knows its id, unless it is PRIVATE: then its owner, collaborators and admins."""
    return (
        playlist.privacy is not PlaylistPrivacy.PRIVATE
        or is_member(viewer, playlist, role)
        or viewer.has_role(Role.ADMIN)
    )


def may_edit_items(viewer: Viewer, playlist: Playlist, role: CollaboratorRole | None) -> bool:
    """Its owner; its editors while it is collaborative."""
    is_editor = role is CollaboratorRole.EDITOR and playlist.is_collaborative
    return is_owner(viewer, playlist) or (viewer.is_known and is_editor)


def is_member(viewer: Viewer, playlist: Playlist, role: CollaboratorRole | None) -> bool:
    """Whether somebody belongs to it: they see who else does, and what was done."""
    return is_owner(viewer, playlist) or (viewer.is_known and role is not None)


def is_owner(viewer: Viewer, playlist: Playlist) -> bool:
    """Whether it is the viewer's own."""
    return viewer.user_id is not None and viewer.user_id == playlist.owner_id


def require_visible_playlist(
    viewer: Viewer, playlist: Playlist | None, role: CollaboratorRole | None
) -> Playlist:
    """The playlist, if there is one for this viewer.

    Raises:
        NotFound: there is none, or it is somebody's own affair.
    """
    if playlist is None or not may_see_playlist(viewer, playlist, role):
        raise NotFound(MISSING, field="playlistId")
    return playlist


def require_edit_items(
    viewer: Viewer, playlist: Playlist | None, role: CollaboratorRole | None
) -> Playlist:
    """The playlist, if the viewer may change what is in it.

    Raises:
        NotFound: there is no such playlist for this viewer.
        Forbidden: they may look at it only.
    """
    found = require_visible_playlist(viewer, playlist, role)
    if not may_edit_items(viewer, found, role):
        raise Forbidden("Only its owner and its editors may change what is in a playlist.")
    return found


def require_own_playlist(
    viewer: Viewer, playlist: Playlist | None, role: CollaboratorRole | None
) -> Playlist:
    """The playlist, if it is the viewer's own.

    Raises:
        NotFound: there is no such playlist for this viewer.
        Forbidden: it is somebody else's.
    """
    found = require_visible_playlist(viewer, playlist, role)
    if not is_owner(viewer, found):
        raise Forbidden("Only its owner may do this with a playlist.")
    return found


def require_member(
    viewer: Viewer, playlist: Playlist | None, role: CollaboratorRole | None
) -> Playlist:
    """The playlist, if the viewer belongs to it.

    Raises:
        NotFound: there is no such playlist for this viewer.
        Forbidden: they are a stranger to it.
    """
    found = require_visible_playlist(viewer, playlist, role)
    if not is_member(viewer, found, role):
        raise Forbidden("Only its owner and collaborators see this of a playlist.")
    return found
