"""Where something may be heard: each country is on one side, and nobody is told a wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.availability import UnavailableReason, why_unavailable
from domain.media.records import PlayableState
from domain.media.territories import (
    COUNTRIES,
    Territories,
    checked_territories,
    country_or_none,
    parse_territories,
)
from errors import BadInput
from tests.factories.media import a_track, an_album

codes = st.sets(st.sampled_from(sorted(COUNTRIES)), max_size=20).map(sorted)


@given(codes, st.sampled_from(sorted(COUNTRIES)), st.booleans())
def test_territories_hold_where_they_say(countries, country, is_included) -> None:
    lists = {"includes" if is_included else "excludes": countries}
    text = checked_territories(Territories(**lists), field="territories")

    kept = parse_territories(text)

    assert kept.holds(country) is (not countries or (country in countries) is is_included)
    assert checked_territories(kept, field="territories") == text


@pytest.mark.parametrize(
    "territories",
    [
        Territories(includes=["XX"]),
        Territories(excludes=["Germany"]),
        Territories(includes=["DE"], excludes=["US"]),
        Territories(includes=[""]),
        Territories(includes=["x" * 10_000]),
    ],
)
def test_what_is_no_territory_is_refused(territories) -> None:
    with pytest.raises(BadInput) as refusal:
        checked_territories(territories, field="territories")
    assert refusal.value.details == {"field": "territories"}


@pytest.mark.parametrize(
    ("told", "country"),
    [("de", "DE"), (" US ", "US"), ("XX", None), ("T1", None), ("", None), (None, None)],
)
def test_a_proxys_word_is_a_country_or_nothing(told, country) -> None:
    assert country_or_none(told) == country


@pytest.mark.parametrize(
    ("_case", "own", "of_album", "country", "is_own", "reason"),
    [
        ("everywhere, nobody knows where", "", "", None, False, None),
        ("included", "+AT DE", "", "DE", False, None),
        ("not included", "+AT DE", "", "US", False, UnavailableReason.TERRITORY),
        ("excluded", "-US", "", "US", False, UnavailableReason.TERRITORY),
        ("not excluded", "-US", "", "DE", False, None),
        ("unknown, where some are excluded", "-US", "", None, False, "COUNTRY_UNKNOWN"),
        ("the album's hold as well", "+DE", "-DE", "DE", False, UnavailableReason.TERRITORY),
        ("the owner hears it anywhere", "+DE", "-DE", "DE", True, None),
        ("the owner, wherever that is", "+DE", "", None, True, None),
    ],
)
def test_what_is_available_where(_case, own, of_album, country, is_own, reason) -> None:
    track, album = a_track(territories=own), an_album(territories=of_album)

    assert why_unavailable(track, album, country=country, is_own=is_own) == reason


def test_nobody_plays_what_is_not_ready() -> None:
    track = a_track(state=PlayableState.PROCESSING)

    for is_own in (True, False):
        found = why_unavailable(track, None, country="DE", is_own=is_own)
        assert found is UnavailableReason.NOT_READY
