"""Who may edit, publish and delete what stands in the catalogue: owners and their teams."""

from typing import TypeVar

from domain.ids import ArtistId, UserId
from domain.media.records import Album, Artist, Playable, Track
from domain.media.teams import NO_TEAMS, TeamRole, Teams
from domain.policies.media import (
    may_see_album,
    may_see_artist,
    may_see_track,
    require_manage_playable,
)
from domain.viewer import Role, Viewer
from errors import Forbidden, NotFound

ItemT = TypeVar("ItemT", Artist, Album, Track)
Item = Artist | Album | Track


def require_creator(viewer: Viewer) -> UserId:
    """Creators have artists of their own; the account that will own what is made.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the account is no creator.
    """
    user_id = viewer.require_user_id()
    if not viewer.has_role(Role.CREATOR):
        raise Forbidden("Only creators may do this.")
    return user_id


def require_role(
    viewer: Viewer, item: ItemT | None, least: TeamRole, teams: Teams = NO_TEAMS
) -> ItemT:
    """The item, if it is the viewer's own, or one of their team in this role or a higher one.

    Raises:
        NotFound: there is no such item for this viewer.
        Unauthenticated: nobody is logged in.
        Forbidden: they see it, and may not do this; admins, too: it is not theirs.
    """
    if item is None or not may_see(viewer, item, teams):
        raise NotFound("There is no such item.", field="id")
    viewer.require_user_id()
    if not has_role(viewer, item, least, teams):
        raise Forbidden("Only its owner may do this, and who works for the artist as one who may.")
    return item


def require_own_artist(viewer: Viewer, artist: Artist | None, teams: Teams = NO_TEAMS) -> Artist:
    """The artist, if the viewer owns them: only owners say who is in a team, and delete artists.

    Raises:
        NotFound: there is no such artist for this viewer.
        Unauthenticated: nobody is logged in.
        Forbidden: it is somebody else's, who may have taken the viewer into the team.
    """
    if artist is None or not may_see(viewer, artist, teams):
        raise NotFound("There is no such artist.", field="artistId")
    if viewer.require_user_id() != artist.owner_id:
        raise Forbidden("Only their owner may do this with an artist.")
    return artist


def require_withdraw(viewer: Viewer, playable: Playable | None, teams: Teams) -> Playable:
    """Something playable, if the viewer may take it back: its owner, an admin, or a manager.

    Raises:
        NotFound: there is no such thing for this viewer.
        Forbidden: it is somebody else's.
    """
    if isinstance(playable, Track) and may_see(viewer, playable, teams):
        if has_role(viewer, playable, TeamRole.MANAGER, teams):
            return playable
        if playable.artist_id in teams:
            raise Forbidden("Only who manages the artist may do this.")
    return require_manage_playable(viewer, playable)


def may_see(viewer: Viewer, item: Item, teams: Teams = NO_TEAMS) -> bool:
    """Anyone once it is public; before that its owner, their team, and admins; deleted, nobody."""
    match item:
        case Artist():
            return may_see_artist(viewer, item, teams)
        case Album():
            return may_see_album(viewer, item, teams)
        case Track():
            return may_see_track(viewer, item, teams)


def has_role(viewer: Viewer, item: Item, least: TeamRole, teams: Teams = NO_TEAMS) -> bool:
    """Whether the viewer owns it, or works for its artist in this role or a higher one."""
    role = teams.get(artist_of(item))
    return viewer.user_id == item.owner_id or (role is not None and role.reaches(least))


def artist_of(item: Item) -> ArtistId:
    """The artist whose team looks after it."""
    return item.id if isinstance(item, Artist) else item.artist_id
