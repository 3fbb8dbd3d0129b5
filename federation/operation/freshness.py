"""How long what was read stays good, and for whom."""

import re
from enum import IntEnum
from typing import NamedTuple


class Sharing(IntEnum):
    """Who may be given the same answer; the smaller is the stricter."""

    VIEWER = 0
    """Whoever asked, and nobody else."""
    STRANGERS = 1
    """All of whom nobody knows who they are."""
    EVERYONE = 2
    """Whoever asks."""


class Freshness(NamedTuple):
    """How long a value may be kept, and for whom."""

    max_age: int
    """Seconds; 0 for not at all."""
    sharing: Sharing

    def restricted(self, other: "Freshness") -> "Freshness":
        """The stricter of both."""
        return Freshness(min(self.max_age, other.max_age), min(self.sharing, other.sharing))


NOT_KEPT = Freshness(0, Sharing.VIEWER)
_HEADER_CHARACTERS_MAX = 1_000
_SECONDS = re.compile(r"\d{1,10}")


def read_cache_control(text: str) -> Freshness:
    """What a `Cache-Control` header of an answer allows a cache that many share (RFC 9111, 5.2.2).

    One that does not say for how long, or that is no such header, allows nothing.
    """
    directives: dict[str, str] = {}
    for each in text[:_HEADER_CHARACTERS_MAX].lower().split(","):
        name, _, value = each.strip().partition("=")
        directives.setdefault(name.strip(), value.strip().strip('"'))
    if not directives.keys().isdisjoint(("no-store", "no-cache", "private")):
        return NOT_KEPT
    age = directives.get("s-maxage", directives.get("max-age", ""))
    if _SECONDS.fullmatch(age) is None:
        return NOT_KEPT
    is_public = "public" in directives or "s-maxage" in directives
    return Freshness(int(age), Sharing.EVERYONE if is_public else Sharing.STRANGERS)
