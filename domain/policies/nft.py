"""Who may do what with tokens."""

from domain.nft.records import MintableTrack, Token
from domain.viewer import Role, Viewer
from errors import Forbidden, NotFound


def may_see_track(viewer: Viewer, track: MintableTrack) -> bool:
    """Public tracks for all; the others for their owner and admins, as media has it."""
    return (
        track.is_public
        or (viewer.is_known and viewer.user_id == track.owner_id)
        or viewer.has_role(Role.ADMIN)
    )


def may_mint(viewer: Viewer, track: MintableTrack) -> bool:
    """Only a creator, and only of what they own."""
    return viewer.user_id == track.owner_id and viewer.has_role(Role.CREATOR)


def require_mint(viewer: Viewer, track: MintableTrack | None) -> MintableTrack:
    """Enforce `may_mint` on a track that the viewer may see.

    Raises:
        NotFound: there is no such track for this viewer.
        Forbidden: it is not theirs, or they are no creator.
    """
    if track is None or not may_see_track(viewer, track):
        raise NotFound("There is no such track.")
    if not may_mint(viewer, track):
        raise Forbidden("Only a creator may mint, and only tracks of their own.")
    return track


def may_see_token(viewer: Viewer, token: Token) -> bool:
    """What stands on the chain for all; what does not yet, for who asked for it and staff."""
    return (
        token.is_public
        or (viewer.is_known and viewer.user_id == token.creator_id)
        or viewer.has_role(Role.MODERATOR)
    )
