"""Folding of text."""

import pytest

from domain.ids import TrackId
from domain.media.search_text import WORDS_MAX, album_key, query_words, text_key


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sigur Rós – ( )", ["sigur", "ros"]),
        ("Mötley Crüe", ["motley", "crue"]),
        ("Don't Stop", ["dont", "stop"]),
        ("AC/DC", ["ac", "dc"]),
        ("STRASSE Straße", ["strasse"]),
        ("Ænima", ["aenima"]),
        ("Ｆｕｌｌ　ｗｉｄｔｈ", ["full", "width"]),
        ("坂本龍一", ["坂本龍一"]),
        ("Ночь", ["ночь"]),
        ("हिन्दी", ["हनद"]),
        ('" OR NEAR(a b) * : -', ["or", "near", "a", "b"]),
        ("…!? 🎵", []),
        ("\x00a\x00", ["a"]),
    ],
)
def test_words_lose_case_accents_and_punctuation(text, words) -> None:
    assert query_words(text) == words


def test_a_search_has_a_bounded_number_of_bounded_words() -> None:
    words = query_words(" ".join(f"{number}" + "x" * 99 for number in range(99)))

    assert len(words) == WORDS_MAX
    assert {len(word) for word in words} == {40}


def test_names_without_letters_stay_apart() -> None:
    assert text_key("???") == "???"
    assert text_key("…") == "…"
    assert text_key("The  BEATLES!") == text_key("the beatles")


def test_a_single_is_an_album_of_its_own_but_albums_are_found_by_title() -> None:
    assert album_key(None, TrackId("track-1")) == "single:track-1"
    assert album_key("Homogénic", TrackId("track-1")) == "homogenic"
