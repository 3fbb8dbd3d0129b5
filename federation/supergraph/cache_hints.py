"""What `@cacheControl` says of a supergraph, in the meaning that Apollo gave the directive."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheHint:
    """One `@cacheControl`."""

    max_age: int | None = None
    """Seconds; None where it does not say."""
    is_private: bool = False
    """`scope: PRIVATE`: the value depends on who asks."""
    is_public: bool = False
    """`scope: PUBLIC`, written out: the value is the same for whoever asks."""
    inherits: bool = False
    """`inheritMaxAge`: as long as the object around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheHints:
    """All of them; what is not listed has none."""

    types: Mapping[str, CacheHint] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], CacheHint] = field(default_factory=dict)
    """(type, field) → hint."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.types or self.fields)
