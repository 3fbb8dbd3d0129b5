"""Records of playlists: the list, its items, who works on it, and what they did."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.ids import (
    InvitationId,
    PlaylistChangeId,
    PlaylistId,
    PlaylistItemId,
    UserId,
    UserKey,
)


class PlaylistPrivacy(StrEnum):
    """Who finds a playlist beside its owner and collaborators."""

    PRIVATE = "PRIVATE"
    UNLISTED = "UNLISTED"
    """Whoever knows its id; no list holds it."""
    PUBLIC = "PUBLIC"


class CollaboratorRole(StrEnum):
    """What somebody may do with another's playlist."""

    EDITOR = "EDITOR"
    VIEWER = "VIEWER"


class PlaylistChangeKind(StrEnum):
    """What was done with a playlist."""

    CREATED = "CREATED"
    DETAILS_CHANGED = "DETAILS_CHANGED"
    ITEMS_ADDED = "ITEMS_ADDED"
    ITEMS_MOVED = "ITEMS_MOVED"
    ITEMS_REMOVED = "ITEMS_REMOVED"
    COLLABORATOR_JOINED = "COLLABORATOR_JOINED"
    COLLABORATOR_LEFT = "COLLABORATOR_LEFT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    """A list of what can be played, kept by one account and whoever it lets in."""

    id: PlaylistId
    owner_id: UserId
    title: str
    description: str
    cover_playable: str | None
    """The item whose cover it wears; None shows those of the first few."""
    privacy: PlaylistPrivacy
    is_collaborative: bool
    """Whether its editors may change the items now."""
    allows_duplicates: bool
    """False: what stands in it is not added again."""
    rules: dict[str, Any] | None
    """A smart playlist finds its items by these; None for one whose items were put there."""
    version: int
    """Grows with each change; the change log names it."""
    order_epoch: int
    """Grows when all items get new order keys: cursors of before are read with care."""
    item_count: int
    duration_ms: int
    """Of all items, as long as they were when they were added."""
    follower_count: int
    created_at: datetime
    updated_at: datetime

    @property
    def is_smart(self) -> bool:
        """Whether rules say what is in it."""
        return self.rules is not None

    @property
    def owner(self) -> UserKey:
        """Whose it is."""
        return UserKey(self.owner_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistItem:
    """One place in a playlist; the same track can have several."""

    id: PlaylistItemId
    playlist_id: PlaylistId
    playable: str
    """Kind and id of what stands there."""
    order_key: str
    duration_ms: int
    """As when it was added; 0 where nobody knew."""
    added_by: UserId
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborator:
    """Somebody whom the owner let in."""

    playlist_id: PlaylistId
    user_id: UserId
    role: CollaboratorRole
    joined_at: datetime

    @property
    def user(self) -> UserKey:
        """Who it is."""
        return UserKey(self.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An offer to work on a playlist: to one account, or to whoever has the link."""

    id: InvitationId
    playlist_id: PlaylistId
    role: CollaboratorRole
    user_id: UserId | None
    """Who is asked; None for a link."""
    token_hash: str | None
    """Of the link's secret; None for an offer to one account."""
    uses_left: int
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistChange:
    """An entry of a playlist's change log."""

    id: PlaylistChangeId
    playlist_id: PlaylistId
    version: int
    """The playlist's version after it."""
    user_id: UserId
    kind: PlaylistChangeKind
    playables: list[str]
    """What was added, moved or removed."""
    details: dict[str, Any]
    """What it takes to undo it."""
    at: datetime

    @property
    def user(self) -> UserKey:
        """Who did it."""
        return UserKey(self.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistFollower:
    """Somebody who keeps another's playlist among their own."""

    playlist_id: PlaylistId
    user_id: UserId
    followed_at: datetime
