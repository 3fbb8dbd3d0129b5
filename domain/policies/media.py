"""Who may see, hear, upload and publish."""

from domain.ids import UserId
from domain.media.playback_records import Device, PlaybackSession
from domain.media.records import Album, Artist, Playable, Track
from domain.media.teams import NO_TEAMS, Teams
from domain.viewer import Role, Viewer
from errors import Forbidden, NotFound


def may_see_track(viewer: Viewer, track: Track, teams: Teams = NO_TEAMS) -> bool:
    """Anyone once it is public; before that its owner, the artist's team, and admins."""
    return track.is_public or (
        track.deleted_at is None
        and (track.artist_id in teams or _is_owner_or_admin(viewer, track.owner_id))
    )


def may_see_album(viewer: Viewer, album: Album, teams: Teams = NO_TEAMS) -> bool:
    """Anyone while it is released; else its owner, the artist's team, and admins."""
    return album.is_public or (
        album.deleted_at is None
        and (album.artist_id in teams or _is_owner_or_admin(viewer, album.owner_id))
    )


def may_see_artist(viewer: Viewer, artist: Artist, teams: Teams = NO_TEAMS) -> bool:
    """Anyone once an album of theirs was released; before that owner, team, and admins."""
    return artist.is_public or (
        artist.deleted_at is None
        and (artist.id in teams or _is_owner_or_admin(viewer, artist.owner_id))
    )


def may_see_team(viewer: Viewer, artist: Artist, teams: Teams = NO_TEAMS) -> bool:
    """The artist's owner, the team itself, and admins: who works for whom is no news."""
    return artist.id in teams or _is_owner_or_admin(viewer, artist.owner_id)


def may_see_job(viewer: Viewer, owner_id: UserId | None) -> bool:
    """Whoever asked for the work, and admins."""
    return viewer.has_role(Role.ADMIN) or (
        viewer.user_id is not None and viewer.user_id == owner_id
    )


def may_see_session(viewer: Viewer, session: PlaybackSession) -> bool:
    """Nobody but the listener: what one hears is one's own affair."""
    return viewer.user_id is not None and viewer.user_id == session.user_id


def require_visible_track(viewer: Viewer, track: Track | None) -> Track:
    """The track, if there is one for this viewer.

    Raises:
        NotFound: there is none, or it is somebody's draft.
    """
    if track is None or not may_see_track(viewer, track):
        raise NotFound("There is no such track.", field="id")
    return track


def require_own_track(viewer: Viewer, track: Track | None) -> Track:
    """The track, if it is the viewer's own.

    Raises:
        NotFound: there is no such track for this viewer.
        Forbidden: it is somebody else's; admins see it, but it is not theirs to release.
    """
    found = require_visible_track(viewer, track)
    if viewer.user_id != found.owner_id:
        raise Forbidden("Only its owner may do this with a track.")
    return found


def require_manage_track(viewer: Viewer, track: Track | None) -> Track:
    """The track, if the viewer looks after it: its owner, or an admin.

    Raises:
        NotFound: there is no such track for this viewer.
        Forbidden: it is somebody else's.
    """
    found = require_visible_track(viewer, track)
    if not _is_owner_or_admin(viewer, found.owner_id):
        raise Forbidden("Only its owner may do this with a track.")
    return found


def may_manage_playable(viewer: Viewer, playable: Playable) -> bool:
    """Who looks after it: its owner, and admins."""
    return _is_owner_or_admin(viewer, playable.owner_id)


def require_manage_playable(viewer: Viewer, playable: Playable | None) -> Playable:
    """Something playable of any kind, if the viewer looks after it: its owner, or an admin.

    Raises:
        NotFound: there is no such thing for this viewer.
        Forbidden: it is somebody else's.
    """
    if playable is None:
        raise NotFound("There is no such thing to play.", field="id")
    if may_manage_playable(viewer, playable):
        return playable
    if playable.is_public:
        raise Forbidden("Only its owner may do this.")
    raise NotFound("There is no such thing to play.", field="id")


def require_own_session(viewer: Viewer, session: PlaybackSession | None) -> PlaybackSession:
    """The playback session, if it is the viewer's own.

    Raises:
        NotFound: there is no such session for this viewer.
    """
    if session is None or not may_see_session(viewer, session):
        raise NotFound("There is no such playback session.", field="sessionId")
    return session


def may_see_device(viewer: Viewer, device: Device) -> bool:
    """Nobody but whose player it is."""
    return viewer.user_id is not None and viewer.user_id == device.user_id


def require_own_device(viewer: Viewer, device: Device | None) -> Device:
    """The player, if it is the viewer's own.

    Raises:
        NotFound: there is no such device for this viewer.
    """
    if device is None or not may_see_device(viewer, device):
        raise NotFound("There is no such device.", field="deviceId")
    return device


def require_upload(viewer: Viewer) -> UserId:
    """Creators upload; the account that will own the track.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the account is no creator.
    """
    user_id = viewer.require_user_id()
    if not viewer.has_role(Role.CREATOR):
        raise Forbidden("Only creators may upload.")
    return user_id


def require_set_storage_limit(viewer: Viewer) -> None:
    """Admins give accounts more or less room.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the account is no admin.
    """
    viewer.require_user_id()
    if not viewer.has_role(Role.ADMIN):
        raise Forbidden("Only admins may change how much an account may keep.")


def require_import(viewer: Viewer) -> UserId:
    """Admins import folders of the machine; the account that will own the tracks.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the account is no admin.
    """
    user_id = viewer.require_user_id()
    if not viewer.has_role(Role.ADMIN):
        raise Forbidden("Only admins may import folders.")
    return user_id


def _is_owner_or_admin(viewer: Viewer, owner_id: UserId) -> bool:
    return viewer.has_role(Role.ADMIN) or (
        viewer.user_id is not None and viewer.user_id == owner_id
    )
