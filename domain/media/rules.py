"""What a track must look like, and how its state moves."""

from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import TypeVar

from domain.media.records import Playable, PlayableState
from domain.text import checked_text
from errors import BadInput, Conflict, TooLarge, TrackNotReady

TITLE_CHARS_MAX = 300
FILE_NAME_CHARS_MAX = 255
NUMBER_MAX = 9_999
AWAITED_MAX = 1_000
"""Drafts of one creator that wait for their files."""
UNKNOWN_ARTIST = "Unknown Artist"

PlayableT = TypeVar("PlayableT", bound=Playable)


def checked_size(size_bytes: int, *, bytes_max: int) -> int:
    """How many bytes a file claims to have.

    Raises:
        BadInput: a file has at least one byte.
        TooLarge: it has more than may be uploaded.
    """
    if size_bytes < 1:
        raise BadInput("A file has at least one byte.", field="sizeBytes")
    if size_bytes > bytes_max:
        raise TooLarge(
            f"A file may have {bytes_max} bytes; this one has {size_bytes}.", field="sizeBytes"
        )
    return size_bytes


def checked_title(text: str, *, field: str) -> str:
    """A title or name of allowed length; raises BadInput."""
    return checked_text(text, field=field, chars_min=1, chars_max=TITLE_CHARS_MAX)


def checked_file_name(text: str) -> str:
    """A file's name without folders; raises BadInput."""
    name = checked_text(text, field="fileName", chars_min=1, chars_max=FILE_NAME_CHARS_MAX)
    return PurePath(name.replace("\\", "/")).name or name


def checked_number(number: int | None, *, field: str) -> int | None:
    """A track's or disc's number; raises BadInput."""
    if number is not None and not 1 <= number <= NUMBER_MAX:
        raise BadInput(f"{field} is from 1 to {NUMBER_MAX}.", field=field)
    return number


def publish(playable: PlayableT, *, now: datetime) -> PlayableT:
    """Let it go: public at once when READY, else as soon as it is. Twice is once.

    Raises:
        TrackNotReady: its processing failed.
    """
    if playable.state is PlayableState.FAILED:
        raise TrackNotReady("Processing failed; retry it or upload another file.", field="id")
    if playable.published_at is not None:
        return playable
    return replace(playable, published_at=now, release_at=None)


def unpublish(playable: PlayableT) -> PlayableT:
    """Take it back: nobody but its owner sees it until it is published anew. Twice is once.

    What was planned does not let it go again.
    """
    return replace(playable, published_at=None, release_at=None)


def receive(
    playable: PlayableT,
    *,
    source_key: str,
    source_hash: str,
    source_bytes: int,
    source_type: str | None = None,
) -> PlayableT:
    """Its file is there; the same file twice changes nothing.

    Raises:
        Conflict: it has another file already.
    """
    if playable.state in {PlayableState.AWAITING_FILE, PlayableState.FAILED}:
        return replace(
            playable,
            state=PlayableState.UPLOADED,
            source_key=source_key,
            source_hash=source_hash,
            source_bytes=source_bytes,
            source_type=source_type,
            failure_code=None,
            failure=None,
        )
    if playable.source_hash != source_hash:
        raise Conflict(f"This {_noun(playable)} has its file already; upload a new one.")
    return playable


def require_awaiting(playable: PlayableT) -> PlayableT:
    """It, if a file may still be sent for it.

    Raises:
        Conflict: it has its file already.
    """
    if playable.state not in {PlayableState.AWAITING_FILE, PlayableState.FAILED}:
        raise Conflict(f"This {_noun(playable)} has its file already; upload a new one.")
    return playable


def refuse(playable: PlayableT, *, code: str, reason: str) -> PlayableT:
    """The file that a draft waited for cannot be taken; anything else is left as it is."""
    if playable.state is not PlayableState.AWAITING_FILE:
        return playable
    return replace(playable, state=PlayableState.FAILED, failure_code=code, failure=reason)


def retry(playable: PlayableT) -> PlayableT:
    """Process what failed anew; what is not through yet is left as it is.

    Raises:
        Conflict: it is READY, or there is no file to process.
    """
    if playable.state is PlayableState.READY or playable.source_key is None:
        raise Conflict(
            f"Only a {_noun(playable)} whose processing failed can be retried.", field="id"
        )
    if playable.state is not PlayableState.FAILED:
        return playable
    return replace(playable, state=PlayableState.UPLOADED, failure_code=None, failure=None)


def _noun(playable: Playable) -> str:
    return playable.kind.value.lower()
