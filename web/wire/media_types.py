"""Media types: reading Content-Type, and choosing what an Accept header asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed"
HTML = "text/html"

HEADER_BYTES_MAX = 4_096
"""Bytes of a header that are looked at; callers cut, so that the caches stay small."""

CACHED_MAX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaType:
    """A media type with its parameters: names in lower case, values as they came."""

    name: str
    parameters: dict[str, str]

    @property
    def weight(self) -> float:
        """How much it is wanted: its `q`; 1 without one, 0 where it is no number."""
        try:
            weight = float(self.parameters.get("q", "1"))
        except ValueError:
            return 0.0
        return weight if 0.0 <= weight <= 1.0 else 0.0


@lru_cache(maxsize=CACHED_MAX)
def parse_media_type(text: str) -> MediaType:
    """Read `application/json; charset=utf-8`."""
    name, *rest = text.split(";")
    parameters = {}
    for part in rest:
        key, _, value = part.partition("=")
        parameters[key.strip().lower()] = value.strip().strip('"')
    return MediaType(name=name.strip().lower(), parameters=parameters)


@lru_cache(maxsize=CACHED_MAX)
def choose_media_type(accept: str, offers: tuple[str, ...]) -> str | None:
    """Choose the offer that the client prefers, or None when it accepts none.

    Highest weight first; among equals what the client named before what it only allowed
    by a wildcard, then the client's order, then ours. So an event stream is sent to those
    who prefer it, not to everyone who can read it.
    """
    if not accept.strip():
        return offers[0]
    ranges = [parse_media_type(part) for part in accept.split(",")]
    ranked = []
    for place, offer in enumerate(offers):
        match = _best_match(offer, ranges)
        if match is not None and match[0] > 0.0:
            weight, specificity, position = match
            ranked.append((-weight, -specificity, position, place, offer))
    return min(ranked)[-1] if ranked else None


def weight_of(offer: str, accept: str) -> float:
    """How much a client wants what it is offered; 1 where it wants anything."""
    if not accept.strip():
        return 1.0
    match = _best_match(offer, [parse_media_type(part) for part in accept.split(",")])
    return 0.0 if match is None else match[0]


def _best_match(offer: str, ranges: Sequence[MediaType]) -> tuple[float, int, int] | None:
    """Find the most specific range that covers an offer: weight, specificity, position."""
    patterns = ("*/*", f"{offer.partition('/')[0]}/*", offer)
    best: tuple[float, int, int] | None = None
    for position, wanted in enumerate(ranges):
        if wanted.name not in patterns:
            continue
        specificity = patterns.index(wanted.name)
        if best is None or specificity > best[1]:
            best = (wanted.weight, specificity, position)
    return best
