"""Records of what a listener keeps of something playable: where they are, marks, and speed."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import BookmarkId, PlayableKey, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a listener is in something, whichever device they heard it on."""

    user_id: UserId
    playable: str
    position_ms: int
    is_completed: bool
    is_continued: bool
    """Whether it is offered to be continued."""
    updated_at: datetime

    @property
    def key(self) -> PlayableKey:
        """What it is about."""
        return PlayableKey.parse(self.playable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """A place in something, with a note."""

    id: BookmarkId
    user_id: UserId
    playable: str
    operation_id: str
    """What the client called its making, so that a repetition makes no second one."""
    position_ms: int
    note: str
    created_at: datetime
    updated_at: datetime

    @property
    def key(self) -> PlayableKey:
        """What it is in."""
        return PlayableKey.parse(self.playable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How fast a listener wants something, or all of a kind."""

    user_id: UserId
    subject: str
    """A kind, or kind and id."""
    percent: int
    updated_at: datetime
