"""What keeps answers for a while, and forgets them by what they are about."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class Lookup(NamedTuple):
    """What is looked for."""

    key: str
    tags: tuple[str, ...]
    """What a change of which makes it old; the same each time for the same key."""


class Found(NamedTuple):
    """What there is."""

    value: bytes | None
    """None for nothing that is still good."""
    stamp: bytes
    """How the tags stand now. What is read after this is kept with it, so that a purge that comes
    in between is not missed. Empty: do not keep anything."""


class Entry(NamedTuple):
    """What is to be kept."""

    key: str
    value: bytes
    stamp: bytes
    """As it was found before the value was read."""
    seconds: int


class CacheStore(Protocol):
    """Values by key. Nothing here ever raises: a cache that fails is an empty one."""

    async def find(self, lookups: Sequence[Lookup]) -> list[Found]:
        """Look for several at once; the answers are in their order."""
        ...

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Keep values; older ones make room for them, and one that is too large is not kept."""
        ...

    async def purge(self, tags: Iterable[str]) -> None:
        """Forget whatever has one of these tags."""
        ...

    async def purge_matching(self, pattern: str) -> None:
        """Forget whatever has a tag like this, where `*` stands for any text."""
        ...

    async def purge_all(self) -> None:
        """Forget everything."""
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...
