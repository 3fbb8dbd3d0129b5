"""What channels and videos may say of themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media import video_rules
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
