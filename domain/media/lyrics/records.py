"""Records of lyrics: words in lines, with the times at which they are sung."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.ids import TrackId, UserId


class LyricsFormat(StrEnum):
    """How lyrics are written down."""

    PLAIN = "PLAIN"
    """Lines without times; a blank one parts two verses."""
    LRC = "LRC"
    """Lines with times, words too in the enhanced form."""
    TTML = "TTML"
    """Timed text (W3C), with agents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word, or a part of one, and the space behind it."""

    start_ms: int
    end_ms: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line; without times where nobody wrote them down."""

    start_ms: int | None = None
    end_ms: int | None = None
    """None: until the next one, or nobody knows."""
    text: str
    agent: str | None = None
    """The id of who sings it."""
    words: tuple[Word, ...] = ()
    """None, or all of the line's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who sings."""

    id: str
    kind: str
    """person, group, character, organization or other."""
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LyricsText:
    """What a file of lyrics holds."""

    lines: tuple[Line, ...]
    agents: tuple[Agent, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    """Such as `ar`, `ti`, `al`, `by`: as the file says."""

    @property
    def is_synced(self) -> bool:
        """Whether its lines have times."""
        return any(line.start_ms is not None for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lyrics:
    """A track's lyrics in one language."""

    track_id: TrackId
    language: str
    """BCP 47; `und` where nobody said."""
    is_translation: bool
    content: LyricsText
    updated_by: UserId
    updated_at: datetime
