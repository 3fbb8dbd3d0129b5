"""What the front knows of a request before anyone has asked who sent it."""

import pytest

from web.wire.client_request import (
    is_from_elsewhere,
    make_request_id,
    read_client_request,
    read_headers,
)


@pytest.mark.parametrize("origin", ["http://[", "http://]", "null", "", "http://tutti.test.evil"])
def test_an_origin_that_is_none_of_ours_is_from_elsewhere(origin) -> None:
    assert is_from_elsewhere({"origin": origin, "host": "tutti.test"}, frozenset())


def test_of_a_repeated_header_the_first_counts_and_wishes_add_up() -> None:
    sent = [(b"host", b"a"), (b"accept", b"x/y"), (b"host", b"b"), (b"accept", b"z/*")]

    assert read_headers({"headers": sent}) == {"host": "a", "accept": "x/y, z/*"}


def test_request_ids_differ() -> None:
    ids = {make_request_id() for _ in range(100)}

    assert len(ids) == 100
    assert {len(each) for each in ids} == {32}


@pytest.mark.parametrize(
    ("header", "explain", "tells_cost"),
    [
        (None, False, False),
        ("plan", True, False),
        (" Cost", False, True),
        ("plan, cost", True, True),
        ("planets", False, False),
    ],
)
def test_a_client_says_what_it_wants_explained(
    header: str | None, explain: bool, tells_cost: bool
) -> None:
    headers = {} if header is None else {"tutti-explain": header}

    client = read_client_request({}, headers, transport="http", allowed_origins=frozenset())

    assert (client.explain, client.tells_cost) == (explain, tells_cost)
