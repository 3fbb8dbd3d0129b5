"""Identifiers: known ones are taken in any spelling, and each mistyped digit is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.identifiers import (
    Identifier,
    IdentifierKind,
    checked_identifier,
    checked_isrc,
    checked_iswc,
    checked_music_brainz_id,
    checked_upc,
    gtin_check_digit,
    iswc_check_digit,
)
from errors import BadIdentifier, BadInput

MBID = "b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d"


@pytest.mark.parametrize(
    ("check", "text", "kept"),
    [
        (checked_isrc, "GB-AYE-06-01498", "GBAYE0601498"),
        (checked_isrc, " isrc: gbaye0601498 ", "GBAYE0601498"),
        (checked_isrc, "US-S1Z-99-00001", "USS1Z9900001"),
        (checked_iswc, "T-034.524.680-1", "T0345246801"),
        (checked_iswc, "ISWC T-000.000.001-0", "T0000000010"),
        (checked_iswc, "T0345246801", "T0345246801"),
        (checked_upc, "0 36000 29145 2", "036000291452"),
        (checked_upc, "0036000291452", "036000291452"),
        (checked_upc, "4006381333931", "4006381333931"),
    ],
)
def test_known_identifiers_are_kept_in_one_form(check, text, kept) -> None:
    assert check(text) == kept


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (checked_isrc, "GBAYE060149"),
        (checked_isrc, "GBAYE06014988"),
        (checked_isrc, "1BAYE0601498"),
        (checked_isrc, "ＧBAYE0601498"),
        (checked_isrc, "GBAYE06014٩8"),
        (checked_isrc, "x" * 10_000),
        (checked_isrc, ""),
        (checked_iswc, "T-034.524.680-2"),
        (checked_iswc, "0345246801"),
        (checked_upc, "036000291453"),
        (checked_upc, "12345670"),
        (checked_upc, "\x00"),
    ],
)
def test_what_is_none_is_refused_with_its_field(check, text) -> None:
    with pytest.raises(BadIdentifier) as refusal:
        check(text, field="theField")

    assert (refusal.value.code, refusal.value.details) == ("BAD_IDENTIFIER", {"field": "theField"})


def test_a_wrong_check_digit_is_told_with_the_right_one() -> None:
    with pytest.raises(BadIdentifier, match="upc ends with 3, but its check digit is 2"):
        checked_upc("036000291453")


@pytest.mark.parametrize(
    "text", ["", "x", f"{MBID}0", "0" * 36, MBID.replace("-", ""), f"\n{MBID}x"]
)
def test_what_is_no_music_brainz_id_is_refused(text) -> None:
    with pytest.raises(BadIdentifier):
        checked_music_brainz_id(text, field="musicBrainzId")


@given(st.from_regex(r"[0-9]{11,12}", fullmatch=True), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_of_a_upc_is_always_noticed(digits: str, place: int, by: int) -> None:
    code = digits + gtin_check_digit(digits)
    assert checked_upc(code).lstrip("0") == code.lstrip("0")

    with pytest.raises(BadIdentifier):
        checked_upc(mistyped(code, place, by))


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_every_iswc_with_its_check_digit_is_taken_and_no_other(digits: str) -> None:
    right = iswc_check_digit(digits)
    assert checked_iswc(f"T{digits}{right}") == f"T{digits}{right}"

    for other in sorted(set("0123456789") - {right}):
        with pytest.raises(BadIdentifier):
            checked_iswc(f"T{digits}{other}")


@given(st.text(max_size=40))
def test_any_text_is_kept_in_one_form_or_refused(text: str) -> None:
    for check in (checked_isrc, checked_iswc, checked_upc):
        try:
            kept = check(text)
        except BadIdentifier:
            continue
        assert check(kept) == kept


def test_one_identifier_is_asked_for_at_a_time() -> None:
    assert checked_identifier(isrc="gb-aye-06-01498") == Identifier(
        kind=IdentifierKind.ISRC, value="GBAYE0601498"
    )
    assert checked_identifier(music_brainz_id=MBID.upper()).value == MBID
    for given_names in ({}, {"isrc": "GBAYE0601498", "upc": "036000291452"}):
        with pytest.raises(BadInput):
            checked_identifier(**given_names)


def mistyped(code: str, place: int, by: int) -> str:
    place %= len(code)
    other = str((int(code[place]) + by) % 10)
    return code[:place] + other + code[place + 1 :]
