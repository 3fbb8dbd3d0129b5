"""When something is let go: at once, at an instant to come, or not at all any more."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from domain.media.records import Album, Playable, PlayableState
from domain.media.rules import publish
from errors import BadInput, Conflict, TrackNotReady

PLANNED_AHEAD_MAX: Final = timedelta(days=5 * 366)

PlayableT = TypeVar("PlayableT", bound=Playable)


class ReleaseStatus(StrEnum):
    """How far the owner has let something go.

    DRAFT ──plan──► SCHEDULED ──its instant──► PUBLISHED ──take back──► DRAFT
    """

    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    PUBLISHED = "PUBLISHED"


def release_status(playable: Playable) -> ReleaseStatus:
    """Whether something is out, will be, or is neither."""
    if playable.published_at is not None:
        return ReleaseStatus.PUBLISHED
    return ReleaseStatus.DRAFT if playable.release_at is None else ReleaseStatus.SCHEDULED


def album_status(album: Album) -> ReleaseStatus:
    """The same of an album; what is out and planned again is out."""
    if album.is_public:
        return ReleaseStatus.PUBLISHED
    return ReleaseStatus.DRAFT if album.release_at is None else ReleaseStatus.SCHEDULED


def checked_instant(at: datetime | None, *, now: datetime) -> datetime | None:
    """An instant to come; None for at once, which an instant in the past is as well.

    Raises:
        BadInput: it lies too far ahead.
    """
    if at is None or at <= now:
        return None
    if at - now > PLANNED_AHEAD_MAX:
        raise BadInput("releaseAt lies five years ahead at most.", field="releaseAt")
    return at


def plan(playable: PlayableT, at: datetime) -> PlayableT:
    """Let it go by itself at an instant to come; another instant takes the place of the first.

    Raises:
        Conflict: it is out already.
        TrackNotReady: its processing failed.
    """
    if playable.published_at is not None:
        raise Conflict("It is published already; unpublish it first.", field="releaseAt")
    if playable.state is PlayableState.FAILED:
        raise TrackNotReady("Processing failed; retry it or upload another file.", field="id")
    return replace(playable, release_at=at)


def plan_album(album: Album, at: datetime) -> Album:
    """The same of an album: its tracks that are not out go with it.

    Raises:
        Conflict: it is out already.
    """
    if album.is_public:
        raise Conflict("It is published already; unpublish it first.", field="releaseAt")
    return replace(album, release_at=at)


def let_go(playable: PlayableT, *, now: datetime) -> PlayableT:
    """What is due: published at the instant that was planned; what failed stays a draft."""
    at = playable.release_at
    if at is None or at > now:
        return playable
    if playable.state is PlayableState.FAILED:
        return replace(playable, release_at=None)
    return publish(playable, now=at)


def withdraw(album: Album, *, now: datetime) -> Album:
    """Take an album back: nobody but its owner and team see it. Twice is once."""
    is_out = album.released_at is not None and album.withdrawn_at is None
    return replace(album, release_at=None, withdrawn_at=now if is_out else album.withdrawn_at)
