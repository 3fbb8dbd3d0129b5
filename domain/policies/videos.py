"""Who may see and change videos and channels."""

from domain.ids import UserId
from domain.media.videos import Channel, Video
from domain.viewer import Role, Viewer
from errors import Forbidden, NotFound


def may_see_video(viewer: Viewer, video: Video) -> bool:
    """Anyone once it is public; before that its owner and admins; nobody what was deleted."""
    if video.deleted_at is not None:
        return False
    return video.is_public or _looks_after(viewer, video.owner_id)


def require_visible_video(viewer: Viewer, video: Video | None) -> Video:
    """The video, if there is one for this viewer.

    Raises:
        NotFound: there is none, or it is somebody's draft.
    """
    if video is None or not may_see_video(viewer, video):
        raise NotFound("There is no such video.", field="id")
    return video


def require_own_video(viewer: Viewer, video: Video | None) -> Video:
    """The video, if it is the viewer's own.

    Raises:
        NotFound: there is no such video for this viewer.
        Forbidden: it is somebody else's; admins see it, but it is not theirs to release.
    """
    found = require_visible_video(viewer, video)
    if viewer.user_id != found.owner_id:
        raise Forbidden("Only its owner may do this with a video.")
    return found


def require_manage_video(viewer: Viewer, video: Video | None) -> Video:
    """The video, if the viewer looks after it: its owner, or an admin.

    Raises:
        NotFound: there is no such video for this viewer.
        Forbidden: it is somebody else's.
    """
    found = require_visible_video(viewer, video)
    if not _looks_after(viewer, found.owner_id):
        raise Forbidden("Only its owner may do this with a video.")
    return found


def require_make_channel(viewer: Viewer) -> UserId:
    """Creators make channels; the account that will own it.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the account is no creator.
    """
    user_id = viewer.require_user_id()
    if not viewer.has_role(Role.CREATOR):
        raise Forbidden("Only creators may have channels.")
    return user_id


def require_own_channel(viewer: Viewer, channel: Channel | None) -> Channel:
    """The channel, if the viewer may put videos on it.

    Raises:
        NotFound: there is no such channel.
        Unauthenticated: nobody is logged in.
        Forbidden: it is somebody else's.
    """
    found = _require_channel(channel)
    if viewer.require_user_id() != found.owner_id:
        raise Forbidden("Only its owner may do this with a channel.")
    return found


def require_manage_channel(viewer: Viewer, channel: Channel | None) -> Channel:
    """The channel, if the viewer looks after it: its owner, or an admin.

    Raises:
        NotFound: there is no such channel.
        Unauthenticated: nobody is logged in.
        Forbidden: it is somebody else's.
    """
    found = _require_channel(channel)
    viewer.require_user_id()
    if not _looks_after(viewer, found.owner_id):
        raise Forbidden("Only its owner may do this with a channel.")
    return found


def _require_channel(channel: Channel | None) -> Channel:
    if channel is None:
        raise NotFound("There is no such channel.", field="channelId")
    return channel


def _looks_after(viewer: Viewer, owner_id: UserId) -> bool:
    return viewer.has_role(Role.ADMIN) or viewer.user_id == owner_id
