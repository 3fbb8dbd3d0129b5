"""Keys between keys: always in order, never without room for long."""

from hypothesis import given
from hypothesis import strategies as st

from domain.media.playlists.order_keys import KEY_CHARS_MAX, WHOLE_DIGITS, fresh_keys, keys_between

MOVES = st.lists(st.tuples(st.integers(0, 2**16), st.integers(1, 5)), max_size=60)


def put(keys: list[str], place: int, count: int) -> list[str]:
    """The keys with so many more at a place."""
    before = keys[place - 1] if place > 0 else None
    after = keys[place] if place < len(keys) else None
    made = keys_between(before, after, count)
    assert made is not None
    return [*keys[:place], *made, *keys[place:]]


@given(MOVES)
def test_whatever_is_put_wherever_all_keys_stay_in_order_and_apart(moves) -> None:
    keys: list[str] = []
    for place, count in moves:
        keys = put(keys, place % (len(keys) + 1), count)

    assert keys == sorted(set(keys))
    assert all(WHOLE_DIGITS <= len(key) <= KEY_CHARS_MAX for key in keys)
    assert not any(key[WHOLE_DIGITS:].endswith("0") for key in keys)


def test_what_is_appended_or_put_first_gets_no_longer_keys() -> None:
    keys = fresh_keys(1)
    for _ in range(5_000):
        keys = put(put(keys, len(keys), 1), 0, 1)

    assert {len(key) for key in keys} == {WHOLE_DIGITS}
    assert keys == sorted(set(keys))


def test_hundreds_fit_into_one_gap_before_all_keys_are_renewed() -> None:
    first, last = fresh_keys(2)
    count = 0
    while (made := keys_between(first, last, 1)) is not None:
        (last,) = made
        count += 1

    assert count > 250


def test_there_is_no_room_between_the_same_keys_or_past_the_ends() -> None:
    assert keys_between("i00000", "i00000", 1) is None
    assert keys_between("zzzzzz", None, 1) is None
    assert keys_between(None, "000000", 1) is None


def test_a_list_gets_short_keys_of_its_length() -> None:
    keys = fresh_keys(10_000)

    assert keys == sorted(set(keys))
    assert {len(key) for key in keys} == {WHOLE_DIGITS}
    assert fresh_keys(0) == []
