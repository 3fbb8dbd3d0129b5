"""Who may see and change splits."""

from domain.royalties.records import KnownTrack, Split
from domain.viewer import Role, Viewer
from errors import NotFound


def require_may_set_split(viewer: Viewer, track: KnownTrack | None) -> KnownTrack:
    """Only the track's owner, or an admin, may say who shares.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: there is no such track, or it is somebody else's.
    """
    user_id = viewer.require_user_id()
    if track is None or (track.owner_id != user_id and not viewer.has_role(Role.ADMIN)):
        raise NotFound("You have no such track.", field="trackId")
    return track


def may_see_split(viewer: Viewer, track: KnownTrack, split: Split) -> bool:
    """The owner, the payees and admins."""
    return viewer.is_known and (
        viewer.user_id == track.owner_id
        or split.names(viewer.user_id)
        or viewer.has_role(Role.ADMIN)
    )
