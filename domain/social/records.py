"""Records of the social domain."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import (
    AlbumId,
    AlbumKey,
    ArtistId,
    ArtistKey,
    CommentId,
    NotificationId,
    PlayableKey,
    UserId,
    UserKey,
)

COMMENT_CHARS_MAX = 2_000


class NotificationKind(StrEnum):
    """What a notification tells of."""

    NEW_RELEASE = "NEW_RELEASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlayable:
    """What social keeps of something playable: enough to decide who may like it."""

    playable: str
    artist_id: ArtistId | None
    """Whose music it is; None for a video."""
    owner_id: UserId
    is_public: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayableStats:
    """What anyone may be told of something playable, and who may be told."""

    playable: str
    owner_id: UserId
    """Empty for what social has not heard of."""
    is_public: bool
    """True also for what social has not heard of: nobody can have said anything about it."""
    like_count: int
    comment_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Somebody follows an artist."""

    user_id: UserId
    artist_id: ArtistId
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """Somebody likes something playable."""

    user_id: UserId
    playable: str
    created_at: datetime

    @property
    def key(self) -> PlayableKey:
        """What is liked."""
        return PlayableKey.parse(self.playable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody wrote under something playable."""

    id: CommentId
    playable: str
    author_id: UserId
    body: str
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None

    @property
    def author(self) -> UserKey:
        """Who wrote it."""
        return UserKey(self.author_id)

    @property
    def subject(self) -> PlayableKey:
        """What it is about."""
        return PlayableKey.parse(self.playable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Something an account is told, once."""

    id: NotificationId
    user_id: UserId
    kind: NotificationKind
    artist_id: ArtistId
    album_id: AlbumId
    text: str
    created_at: datetime
    read_at: datetime | None

    @property
    def artist(self) -> ArtistKey:
        """Whose news it is."""
        return ArtistKey(self.artist_id)

    @property
    def album(self) -> AlbumKey:
        """What was released."""
        return AlbumKey(self.album_id)
