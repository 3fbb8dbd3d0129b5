"""Words that are spelled nearly alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.spelling import (
    distance,
    distance_to_beginning,
    nearest,
    pieces_learned,
    pieces_of,
)

WORDS = st.text("abcdefg", min_size=3, max_size=7)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("love", "love", 0),
        ("lvoe", "love", 1),
        ("lov", "love", 1),
        ("metalika", "metallica", 2),
        ("abc", "xyz", 3),
        ("", "ab", 2),
    ],
)
def test_edits_are_counted_up_to_a_bound(one, other, edits) -> None:
    assert distance(one, other, distance_max=2) == edits
    assert distance(other, one, distance_max=2) == edits


@given(WORDS, st.integers(0, 20), st.sampled_from("abcdefgh"), st.integers(0, 3))
def test_words_one_edit_apart_share_a_piece(word, place, letter, edit) -> None:
    place %= len(word)
    changed = {
        0: word[:place] + word[place + 1 :],
        1: word[:place] + letter + word[place:],
        2: word[:place] + letter + word[place + 1 :],
        3: word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
    }[edit]

    assert distance(word, changed, distance_max=1) <= 1
    if len(changed) >= 3:
        assert pieces_of(word) & pieces_of(changed)


@pytest.mark.parametrize(
    ("_case", "word", "meant"),
    [
        ("the one edit away", "beatels", "beatles"),
        ("the more common of two", "hearz", "heart"),
        ("known as it is", "heart", None),
        ("too short", "hea", None),
        ("a number", "heart5", None),
        ("far from all", "qwertzuiop", None),
    ],
)
def test_the_nearest_and_most_common_was_meant(_case, word, meant) -> None:
    known = [("beatles", 5), ("heart", 9), ("hears", 2), ("hearty", 1)]

    assert nearest(word, known) == meant


def test_a_beginning_may_be_misspelled() -> None:
    assert distance_to_beginning("baetl", "beatles", distance_max=1) == 1
    assert distance_to_beginning("beat", "beatles", distance_max=1) == 0
    assert distance_to_beginning("stone", "beatles", distance_max=1) == 2


def test_pieces_are_learned_once_when_a_word_is_new_and_when_it_becomes_common() -> None:
    new = pieces_learned("metallica", 0, 1)
    common = pieces_learned("metallica", 2, 3)

    assert "metall" in new
    assert "met" not in new
    assert {"meta*", "met*"} <= common
    assert pieces_learned("metallica", 1, 2) == pieces_learned("metallica", 3, 9) == set()
    assert pieces_learned("東京", 0, 9) == set()
