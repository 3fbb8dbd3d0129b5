"""Numbers of people who took part: those that exist, and any that was mistyped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.contributors import (
    checked_ipi,
    checked_isni,
    ipi_check_digits,
    isni_check_character,
)
from errors import BadIdentifier

DIGITS = st.text("0123456789", min_size=15, max_size=15)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("00045620792", "00045620792"),
        ("14107338", "00014107338"),
        ("000.456.207-92", "00045620792"),
    ],
)
def test_a_real_ipi_is_kept_with_its_zeros(given_text: str, kept: str) -> None:
    assert checked_ipi(given_text) == kept


@pytest.mark.parametrize("text", ["0000 0001 2103 2683", "0000000121500 90x"])
def test_a_real_isni_is_kept_without_blanks(text: str) -> None:
    assert checked_isni(text) == text.replace(" ", "").upper()


@given(digits=DIGITS, place=st.integers(0, 14), step=st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, place: int, step: int) -> None:
    wrong = str((int(digits[place]) + step) % 10)
    mistyped = digits[:place] + wrong + digits[place + 1 :]

    assert isni_check_character(digits) != isni_check_character(mistyped)
    if place < 9:
        assert ipi_check_digits(digits[:9]) != ipi_check_digits(mistyped[:9])


@pytest.mark.parametrize("text", ["", "1", "abc", "0" * 40, "0004562079X"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadIdentifier):
        checked_isni(text)
    if text not in {"", "1"}:
        with pytest.raises(BadIdentifier):
            checked_ipi(text)
