"""Everything that can have happened; the names are kept, a change of shape is a new version."""

from datetime import datetime

from domain.ids import (
    AlbumId,
    ArtistId,
    ChannelId,
    CommentId,
    JobId,
    NotificationId,
    PlayableKind,
    PlaybackSessionId,
    PlayId,
    PlaylistId,
    TrackId,
    UserId,
    VideoId,
)
from domain.messages import channels
from domain.messages.envelope import Event


class UserRegistered(Event, frozen=True, kw_only=True):
    """An account was made."""

    name = "users.user_registered.v1"
    user_id: UserId
    username: str


class ProfileChanged(Event, frozen=True, kw_only=True):
    """An account calls itself something else, or says something else of itself."""

    name = "users.profile_changed.v1"
    makes_old = True
    user_id: UserId


class TrackChanged(Event, frozen=True, kw_only=True):
    """A track was made or changed: the whole of what other domains may keep as a projection.

    Sent at creation, when it becomes READY, when it is edited, published, hidden or deleted.
    """

    name = "media.track_changed.v1"
    makes_old = True
    track_id: TrackId
    artist_id: ArtistId
    album_id: AlbumId
    owner_id: UserId
    title: str
    state: str
    """AWAITING_FILE, UPLOADED, PROCESSING, READY or FAILED; DELETED once it is deleted."""
    is_public: bool
    """Published and READY: anyone may see it."""
    duration_ms: int | None
    source_key: str | None
    """Object key of the original file, set once it is there."""
    version: int
    """Grows with each change; an older version never overwrites a newer one."""


class VideoChanged(Event, frozen=True, kw_only=True):
    """A video was made or changed: the whole of what other domains may keep as a projection."""

    name = "media.video_changed.v1"
    makes_old = True
    video_id: VideoId
    channel_id: ChannelId
    owner_id: UserId
    title: str
    state: str
    """AWAITING_FILE, UPLOADED, PROCESSING, READY or FAILED."""
    is_public: bool
    """Published and READY: anyone may see it."""
    duration_ms: int | None
    source_key: str | None
    """Object key of the original file, set once it is there."""
    version: int
    """Grows with each change; an older version never overwrites a newer one."""


class ChannelChanged(Event, frozen=True, kw_only=True):
    """A channel was made or changed."""

    name = "media.channel_changed.v1"
    makes_old = True
    channel_id: ChannelId
    owner_id: UserId
    title: str
    """What it is called."""
    handle: str
    version: int
    """Grows with each change; an older version never overwrites a newer one."""


class AlbumChanged(Event, frozen=True, kw_only=True):
    """An album was made or changed: its title, whose it is, and whether anyone may see it."""

    name = "media.album_changed.v1"
    makes_old = True
    album_id: AlbumId
    artist_id: ArtistId
    owner_id: UserId
    title: str
    is_public: bool
    is_deleted: bool
    version: int
    """Grows with each change; an older version never overwrites a newer one."""


class ArtistChanged(Event, frozen=True, kw_only=True):
    """An artist was made or changed: their name, and whether anyone may see them."""

    name = "media.artist_changed.v1"
    makes_old = True
    artist_id: ArtistId
    owner_id: UserId
    artist_name: str
    is_public: bool
    is_deleted: bool
    version: int
    """Grows with each change; an older version never overwrites a newer one."""


class AlbumReleased(Event, frozen=True, kw_only=True):
    """An album's first track can be heard by anyone; sent once in the album's life."""

    name = "media.album_released.v1"
    makes_old = True
    album_id: AlbumId
    artist_id: ArtistId
    title: str
    artist_name: str


class PlayCounted(Event, frozen=True, kw_only=True):
    """A play counts: enough of it was heard; once for each time that it was begun."""

    name = "media.play_counted.v1"
    play_id: PlayId
    session_id: PlaybackSessionId
    kind: PlayableKind = PlayableKind.TRACK
    """What was played; only tracks earn royalties."""
    track_id: TrackId
    """Its id, whatever its kind."""
    artist_id: ArtistId | None
    """None for what has no artist."""
    owner_id: UserId
    user_id: UserId
    listened_ms: int
    played_at: datetime
    is_private: bool
    """True: no history, no training."""


class PlaybackMoved(Event, frozen=True, kw_only=True):
    """A playback session moved; fast and ephemeral, the state stands in the database."""

    name = "media.playback_moved.v1"
    session_id: PlaybackSessionId
    user_id: UserId
    sequence: int

    @property
    def channel(self) -> str:
        """The listener's own channel."""
        return channels.playback(self.user_id)


class PlaylistChanged(Event, frozen=True, kw_only=True):
    """Somebody changed a playlist, or removed it; who and what stands in its change log."""

    name = "media.playlist_changed.v1"
    playlist_id: PlaylistId
    version: int

    @property
    def channel(self) -> str:
        """The playlist's own channel."""
        return channels.playlist(self.playlist_id)


class ArtistFollowed(Event, frozen=True, kw_only=True):
    """Somebody follows an artist from now on."""

    name = "social.artist_followed.v1"
    makes_old = True
    user_id: UserId
    artist_id: ArtistId
    at: datetime


class ArtistUnfollowed(Event, frozen=True, kw_only=True):
    """Somebody no longer follows an artist."""

    name = "social.artist_unfollowed.v1"
    makes_old = True
    user_id: UserId
    artist_id: ArtistId


class PlayableLiked(Event, frozen=True, kw_only=True):
    """Somebody likes something, or (is_liked False) took it back."""

    name = "social.playable_liked.v1"
    makes_old = True
    user_id: UserId
    kind: PlayableKind
    playable_id: str
    is_liked: bool
    at: datetime


class CommentsChanged(Event, frozen=True, kw_only=True):
    """A comment was written, edited or deleted."""

    name = "social.comments_changed.v1"
    makes_old = True
    comment_id: CommentId
    playable: str
    """Kind and id of what it is about."""


class PlayableKept(Event, frozen=True, kw_only=True):
    """Social has taken over media's newest word on something: who may see what is said of it."""

    name = "social.playable_kept.v1"
    makes_old = True
    playable: str
    """Its kind and id."""


class NotificationCreated(Event, frozen=True, kw_only=True):
    """An account has something new to read."""

    name = "social.notification_created.v1"
    notification_id: NotificationId
    user_id: UserId

    @property
    def channel(self) -> str:
        """The account's own channel."""
        return channels.notifications(self.user_id)


class JobProgressed(Event, frozen=True, kw_only=True):
    """A job moved on: the row's state and progress changed."""

    name = "jobs.job_progressed.v1"
    job_id: JobId
    state: str
    progress: float
    """0 to 1."""
    step: str | None = None
    """What is at work, where the work has steps."""

    @property
    def channel(self) -> str:
        """The job's own channel."""
        return channels.job(self.job_id)
