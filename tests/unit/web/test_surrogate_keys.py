"""Names by which caches in front of us forget answers."""

from web.wire.surrogate_keys import BYTES_MAX, surrogate_keys


def test_an_answer_is_named_by_its_types_and_by_the_ids_that_it_shows() -> None:
    data = {"a": {"id": "one", "b": [{"id": "two"}, {"id": "one"}, None, [{"id": "three"}]]}}

    assert set(surrogate_keys(("Track", "Query.a"), data).split(" ")) == {
        "Track",
        "Query.a",
        "one",
        "two",
        "three",
    }


def test_only_what_can_stand_in_a_header_is_a_name() -> None:
    ids = ["a b", "a,b", "a\r\nset-cookie: x", "ä", "", "x" * 201, 5, None, {"id": "inner"}]

    assert surrogate_keys(("T",), [{"id": each} for each in ids]) == "T inner"


def test_ids_that_are_too_many_are_not_named_and_types_still_are() -> None:
    data = [{"id": f"{number:0100}"} for number in range(1_000)]
    few = data[: BYTES_MAX // 101 - 1]

    assert surrogate_keys(("Track", "Artist"), data) == "Track Artist"
    assert len(surrogate_keys(("Track", "Artist"), few)) <= BYTES_MAX
    assert len(surrogate_keys(("Track", "Artist"), few).split(" ")) == 2 + len(few)


def test_types_that_are_too_many_are_not_named_at_all() -> None:
    assert surrogate_keys([f"Type{number:010}" for number in range(100)], {"id": "one"}) == ""
