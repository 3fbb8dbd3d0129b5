"""What channels and videos may say of themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media import video_rules
from domain.media.search_text import text_key
from errors import BadInput


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("anna", "anna"),
        ("@Anna.Music", "anna.music"),
        ("  a-b_c.9 ", "a-b_c.9"),
        ("a" * 30, "a" * 30),
    ],
)
def test_a_handle_is_kept_in_lower_case_without_its_sign(text, handle) -> None:
    assert video_rules.checked_handle(text) == handle


@pytest.mark.parametrize(
    "text", ["", "ab", "a" * 31, "-anna", "anna.", "än na", "a/b", "a b c", "@"]
)
def test_a_text_that_is_no_handle_is_refused(text) -> None:
    with pytest.raises(BadInput) as refusal:
        video_rules.checked_handle(text)

    assert refusal.value.details == {"field": "handle"}


@given(st.text(max_size=40))
def test_a_handle_taken_in_twice_is_the_same(text) -> None:
    try:
        handle = video_rules.checked_handle(text)
    except BadInput:
        return
    assert video_rules.checked_handle(handle) == handle


def test_tags_are_kept_once_in_their_order() -> None:
    tags = ["Live", " jazz ", "#live", "Jázz", "piano"]

    assert video_rules.checked_tags(tags) == ["Live", "jazz", "piano"]


@given(st.lists(st.text(min_size=1, max_size=10), max_size=12))
def test_no_two_tags_are_the_same_word(tags) -> None:
    try:
        kept = video_rules.checked_tags(tags)
    except BadInput:
        return
    assert len({text_key(each) for each in kept}) == len(kept)
    assert video_rules.checked_tags(kept) == kept


@pytest.mark.parametrize("tags", [["x"] * 31, [""], ["  # "], ["x" * 51], ["a\x00"]])
def test_tags_out_of_bounds_are_refused(tags) -> None:
    with pytest.raises(BadInput) as refusal:
        video_rules.checked_tags(tags)

    assert refusal.value.details == {"field": "tags"}


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        *(("EN", "en"), ("pt-br", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419")),
        *(("", None), (" de ", "de")),
    ],
)
def test_a_language_is_written_as_the_standard_has_it(text, tag) -> None:
    assert video_rules.checked_language(text) == tag


@pytest.mark.parametrize("text", ["english", "e", "en_US", "en-", "en-x-private", "12"])
def test_what_is_no_language_is_refused(text) -> None:
    with pytest.raises(BadInput):
        video_rules.checked_language(text)
