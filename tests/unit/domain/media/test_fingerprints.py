"""How alike fingerprints are, wherever they overlap."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from domain.media.fingerprints import ITEMS_MIN, Fingerprint, similarity, words_of

ITEMS = st.lists(st.integers(0, 2**32 - 1), min_size=ITEMS_MIN, max_size=120, unique=True)


def a_fingerprint(items: list[int]) -> Fingerprint:
    return Fingerprint(items=array("I", items).tobytes())


@given(ITEMS)
def test_everything_is_the_same_as_itself(items: list[int]) -> None:
    assert similarity(a_fingerprint(items), a_fingerprint(items)) == 1.0


@given(ITEMS, ITEMS)
def test_likeness_has_no_direction_and_is_a_share(one: list[int], other: list[int]) -> None:
    left, right = a_fingerprint(one), a_fingerprint(other)

    assert 0.0 <= similarity(left, right) <= 1.0


@given(ITEMS, st.lists(st.integers(0, 2**32 - 1), max_size=30))
def test_what_is_put_before_it_changes_nothing(items: list[int], before: list[int]) -> None:
    assert similarity(a_fingerprint(items), a_fingerprint(before + items)) > 0.99


def test_too_little_in_common_is_nothing() -> None:
    short = a_fingerprint([7 << 20 | n << 9 for n in range(ITEMS_MIN - 1)])

    assert similarity(short, short) == 0.0


@given(ITEMS)
def test_words_are_the_same_wherever_a_sound_stands(items: list[int]) -> None:
    assert words_of(a_fingerprint(items)) == words_of(a_fingerprint(list(reversed(items))))
