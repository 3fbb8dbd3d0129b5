"""How things are sorted: genres that creators propose, categories that moderators make, tags.

    proposeGenre ─▶ PROPOSED ─┬─▶ APPROVED
                              ├─▶ REJECTED (reason)
                              └─▶ MERGED into another that is APPROVED

A track says its genre in words, as its file or owner does; the genre that is called so (or was
merged into another) is found by the words, so that nothing has to be written anew when one is
approved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ids import CategoryId, GenreId, UserId
from domain.media.search_text import text_key
from domain.text import checked_text
from errors import BadInput, Conflict, TooLarge

NAME_CHARS_MAX: Final = 60
REASON_CHARS_MAX: Final = 500
DESCRIPTION_CHARS_MAX: Final = 500
TAGS_MAX: Final = 30
CATEGORIES_MAX: Final = 5
"""Of one thing."""


class GenreState(StrEnum):
    """What became of a proposal."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    MERGED = "MERGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Genre:
    """A kind of music that has a name."""

    id: GenreId
    name: str
    name_key: str
    """The name as `text_key` folds it; no two genres have the same."""
    parent_id: GenreId | None
    """The wider genre that it belongs to."""
    state: GenreState
    merged_into_id: GenreId | None
    proposed_by: UserId
    decided_by: UserId | None
    decided_at: datetime | None
    reason: str
    """Why it was rejected or merged, for whoever proposed it."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A shelf that moderators put things on."""

    id: CategoryId
    name: str
    name_key: str
    description: str
    created_at: datetime


def checked_name(name: str, *, field: str = "name") -> tuple[str, str]:
    """A name and its key; raises BadInput where it has no letter or digit."""
    text = checked_text(name, field=field, chars_min=1, chars_max=NAME_CHARS_MAX)
    if not any(char.isalnum() for char in text):
        raise BadInput(f"{field} has a letter or a digit.", field=field)
    return text, text_key(text)


def checked_tags(tags: Sequence[str]) -> list[str]:
    """Tags as they are kept: trimmed, each once, whatever its case and accents.

    Raises:
        BadInput: there are too many, or one is too long or says nothing.
    """
    if len(tags) > TAGS_MAX:
        raise BadInput(f"At most {TAGS_MAX} tags; these are {len(tags)}.", field="tags")
    kept: dict[str, str] = {}
    for tag in tags:
        text, key = checked_name(tag.lstrip(" #"), field="tags")
        kept.setdefault(key, text)
    return list(kept.values())


def tag_keys(tags: Iterable[str]) -> list[str]:
    """What tags are found by: folded, each once."""
    return list(dict.fromkeys(map(text_key, tags)))


def checked_categories(categories: Iterable[CategoryId]) -> list[CategoryId]:
    """Categories of one thing, each once; raises TooLarge."""
    kept = list(dict.fromkeys(categories))
    if len(kept) > CATEGORIES_MAX:
        raise TooLarge(f"At most {CATEGORIES_MAX} categories.", field="categoryIds")
    return kept


def approve(genre: Genre, *, by: UserId, now: datetime) -> Genre:
    """Let a genre in; what was rejected may be taken up again. Twice is once."""
    if genre.state is GenreState.APPROVED:
        return genre
    return _decided(genre, GenreState.APPROVED, by=by, now=now, reason="")


def reject(genre: Genre, *, by: UserId, now: datetime, reason: str) -> Genre:
    """Keep a genre out.

    Raises:
        Conflict: it is in use.
        BadInput: the reason is missing, or too long.
    """
    text = _checked_reason(reason)
    if genre.state is GenreState.REJECTED:
        return genre
    if genre.state is not GenreState.PROPOSED:
        raise Conflict("This genre is in use; merge it into another.", field="genreId")
    return _decided(genre, GenreState.REJECTED, by=by, now=now, reason=text)


def merge(genre: Genre, into: Genre, *, by: UserId, now: datetime, reason: str) -> Genre:
    """Let a genre be another name of one that is approved. Twice is once.

    Raises:
        Conflict: the other is not approved, or is itself.
    """
    if genre.state is GenreState.MERGED and genre.merged_into_id == into.id:
        return genre
    if into.state is not GenreState.APPROVED or into.id == genre.id:
        raise Conflict("Merge it into another genre that is approved.", field="intoId")
    text = checked_text(reason, field="reason", chars_max=REASON_CHARS_MAX)
    merged = _decided(genre, GenreState.MERGED, by=by, now=now, reason=text)
    return replace(merged, merged_into_id=into.id)


def _checked_reason(reason: str) -> str:
    return checked_text(reason, field="reason", chars_min=1, chars_max=REASON_CHARS_MAX)


def _decided(genre: Genre, state: GenreState, *, by: UserId, now: datetime, reason: str) -> Genre:
    return replace(
        genre,
        state=state,
        merged_into_id=None,
        decided_by=by,
        decided_at=now,
        reason=reason,
    )
