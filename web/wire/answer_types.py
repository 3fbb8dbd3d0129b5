"""In which media type, and which wire format, a client is answered."""

from functools import lru_cache

from msgspec import Struct

from web.wire.media_types import (
    CACHED_MAX,
    EVENT_STREAM,
    GRAPHQL_RESPONSE,
    HTML,
    JSON,
    MULTIPART,
    MediaType,
    choose_media_type,
    parse_media_type,
    weight_of,
)

OFFERS = (JSON, GRAPHQL_RESPONSE, EVENT_STREAM)
OFFERS_OF_PAGE = (*OFFERS, HTML)

DEFER_2022 = "deferSpec=20220824"
"""Items that name their label and whole path (Apollo's and Relay's clients of today)."""
INCREMENTAL = "incrementalSpec=v0.2"
"""`pending`, `incremental` and `completed`, by id (specs.apollo.dev/incremental/v0.2)."""
SUBSCRIPTION = "subscriptionSpec=1.0"
"""Each event in a `payload`, and empty parts as heartbeats (Apollo's multipart protocol)."""


class StreamType(Struct, frozen=True):
    """A media type that carries many answers, with the wire format of what is in it."""

    media_type: str
    format: str


class AnswerTypes(Struct, frozen=True, kw_only=True):
    """How the same client is answered, by what its operation gives."""

    single: str | None
    """The media type of one answer; None where the client accepts none of ours."""
    deferred: StreamType | None
    """For an operation that defers; None where the client would rather wait for all of it."""
    subscribed: StreamType | None
    """For a subscription; None where the client reads no stream."""

    @property
    def has_any(self) -> bool:
        """Whether there is anything that the client reads."""
        return not (self.single is None and self.deferred is None and self.subscribed is None)


@lru_cache(maxsize=CACHED_MAX)
def read_accept(accept: str, *, is_page: bool) -> AnswerTypes:
    """Read an Accept header; streams are for those who name them, no wildcard asks for one.

    Highest weight first, then the client's order. What is deferred is streamed only to a
    client that likes the stream as well as any single answer.
    """
    single = choose_media_type(accept, OFFERS_OF_PAGE if is_page else OFFERS)
    wanted = [parse_media_type(part) for part in accept.split(",")]
    wanted = sorted((each for each in wanted if each.weight > 0.0), key=lambda each: -each.weight)
    least = 0.0 if single is None else weight_of(single, accept)
    deferred = [_deferred_by(each) for each in wanted if each.weight >= least]
    subscribed = [_subscribed_by(each) for each in wanted]
    if single == EVENT_STREAM:
        deferred.append(StreamType(EVENT_STREAM, DEFER_2022))
        subscribed.append(StreamType(EVENT_STREAM, ""))
    return AnswerTypes(
        single=single,
        deferred=next((each for each in deferred if each is not None), None),
        subscribed=next((each for each in subscribed if each is not None), None),
    )


def _deferred_by(wanted: MediaType) -> StreamType | None:
    """The format for what is deferred; the older one where none is named: all read that."""
    if wanted.name not in (MULTIPART, EVENT_STREAM) or "subscriptionspec" in wanted.parameters:
        return None
    if "incrementalspec" in wanted.parameters:
        is_known = wanted.parameters["incrementalspec"] == "v0.2"
        return StreamType(wanted.name, INCREMENTAL) if is_known else None
    is_known = wanted.parameters.get("deferspec", "20220824") == "20220824"
    return StreamType(wanted.name, DEFER_2022) if is_known else None


def _subscribed_by(wanted: MediaType) -> StreamType | None:
    if wanted.name == EVENT_STREAM:
        return StreamType(EVENT_STREAM, "")
    if wanted.name != MULTIPART or {"deferspec", "incrementalspec"} & wanted.parameters.keys():
        return None
    is_known = wanted.parameters.get("subscriptionspec", "1.0") == "1.0"
    return StreamType(MULTIPART, SUBSCRIPTION) if is_known else None
