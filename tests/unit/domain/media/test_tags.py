"""Tags are kept once, whatever their case and accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media import labels
from domain.media.search_text import text_key
from errors import BadInput


def test_tags_are_kept_once_in_their_order() -> None:
    tags = ["Live", " jazz ", "#live", "Jázz", "piano"]

    assert labels.checked_tags(tags) == ["Live", "jazz", "piano"]


@given(st.lists(st.text(min_size=1, max_size=10), max_size=12))
def test_no_two_tags_are_the_same_word(tags) -> None:
    try:
        kept = labels.checked_tags(tags)
    except BadInput:
        return
    assert len({text_key(each) for each in kept}) == len(kept)
    assert labels.checked_tags(kept) == kept


@pytest.mark.parametrize("tags", [["x"] * 31, [""], ["  # "], ["x" * 61], ["a\x00"]])
def test_tags_out_of_bounds_are_refused(tags) -> None:
    with pytest.raises(BadInput) as refusal:
        labels.checked_tags(tags)

    assert refusal.value.details == {"field": "tags"}
