"""Changes of the public catalogue, as those who keep a copy follow them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogChange:
    """The newest change of something that is public, or was."""

    kind: str
    """The name of its type: Artist, Album, Track, Channel or Video."""
    key: str
    sequence: int
    """Its place among all changes: grows with each one, in the order in which they are seen."""
    is_gone: bool
    """A tombstone: it was deleted, or is hidden for now."""
    changed_at: datetime
