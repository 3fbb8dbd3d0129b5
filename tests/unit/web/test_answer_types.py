"""In which media type and wire format a client is answered."""

import pytest

from web.wire.answer_types import DEFER_2022, INCREMENTAL, SUBSCRIPTION, StreamType, read_accept
from web.wire.media_types import EVENT_STREAM, GRAPHQL_RESPONSE, JSON, MULTIPART

OLD = StreamType(MULTIPART, DEFER_2022)
NEW = StreamType(MULTIPART, INCREMENTAL)
EVENTS = StreamType(EVENT_STREAM, DEFER_2022)
APOLLO = f"{GRAPHQL_RESPONSE}, {JSON};q=0.9"
URQL = f"{GRAPHQL_RESPONSE}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed"


@pytest.mark.parametrize(
    ("_case", "accept", "single", "deferred"),
    [
        ("nothing", "", JSON, None),
        ("anything", "*/*", JSON, None),
        (
            "Apollo's older format",
            f"multipart/mixed;deferSpec=20220824,{APOLLO}",
            GRAPHQL_RESPONSE,
            OLD,
        ),
        (
            "Apollo's newer format",
            f"multipart/mixed;incrementalSpec=v0.2,{APOLLO}",
            GRAPHQL_RESPONSE,
            NEW,
        ),
        ("quoted", f'multipart/mixed; deferSpec="20220824", {JSON}', JSON, OLD),
        ("urql", URQL, GRAPHQL_RESPONSE, EVENTS),
        ("parts without a format", f"multipart/mixed, {JSON}", JSON, OLD),
        ("parts alone", "multipart/mixed;deferSpec=20220824", None, OLD),
        (
            "both, one preferred",
            "multipart/mixed;deferSpec=20220824;q=0.9, multipart/mixed;incrementalSpec=v0.2",
            None,
            NEW,
        ),
        ("a date that nobody knows", f"multipart/mixed;deferSpec=20300101, {JSON}", JSON, None),
        ("a version that nobody knows", f"multipart/mixed;incrementalSpec=v9, {JSON}", JSON, None),
        ("rather all at once", f"multipart/mixed;q=0.1, {JSON}", JSON, None),
        ("rather all at once, of any type", "multipart/mixed;q=0.1, */*", JSON, None),
        ("never in parts", f"multipart/mixed;q=0, {JSON};q=0.1", JSON, None),
        ("any parts", f"multipart/*, {JSON}", JSON, None),
        ("subscriptions only", f"multipart/mixed;subscriptionSpec=1.0, {JSON}", JSON, None),
        ("events", "text/event-stream", EVENT_STREAM, EVENTS),
        (
            "events in the newer format",
            "text/event-stream;incrementalSpec=v0.2",
            EVENT_STREAM,
            StreamType(EVENT_STREAM, INCREMENTAL),
        ),
        ("any text", "text/*", EVENT_STREAM, EVENTS),
        ("a picture", "image/png", None, None),
    ],
)
def test_what_is_deferred_comes_as_the_client_reads_it(_case, accept, single, deferred) -> None:
    types = read_accept(accept, is_page=False)

    assert (types.single, types.deferred) == (single, deferred)


@pytest.mark.parametrize(
    ("_case", "accept", "expected"),
    [
        ("nothing", "", None),
        ("anything", "*/*", None),
        ("JSON", JSON, None),
        ("Apollo", f"multipart/mixed;boundary=graphql;subscriptionSpec=1.0,{APOLLO}", SUBSCRIPTION),
        ("quoted", 'multipart/mixed;subscriptionSpec="1.0"', SUBSCRIPTION),
        ("parts without a format", f"multipart/mixed, {JSON}", SUBSCRIPTION),
        ("a version that nobody knows", "multipart/mixed;subscriptionSpec=2.0", None),
        ("parts for what is deferred", "multipart/mixed;deferSpec=20220824", None),
        ("events, though JSON is as good", URQL, ""),
        ("events, though JSON is better", f"{JSON}, text/event-stream;q=0.1", ""),
        ("events first", "text/event-stream, multipart/mixed", ""),
        ("events never", "text/event-stream;q=0, multipart/mixed;q=0.5", SUBSCRIPTION),
    ],
)
def test_a_subscription_comes_by_the_stream_that_the_client_names(_case, accept, expected) -> None:
    subscribed = read_accept(accept, is_page=False).subscribed

    assert (None if subscribed is None else subscribed.format) == expected
