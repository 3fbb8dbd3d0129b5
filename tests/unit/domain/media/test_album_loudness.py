"""The loudness of many recordings as one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.loudness import add_up, bin_of, gain_db, integrated_lufs

BLOCKS = st.dictionaries(st.integers(-699, 30), st.integers(1, 10_000), max_size=40)


@pytest.mark.parametrize(
    ("_case", "blocks", "loudness"),
    [
        ("nothing was heard", {}, None),
        ("one loudness throughout", {-230: 100}, -23.0),
        ("the mean is of energies", {-200: 1, -230: 1}, -21.24),
        ("what is 10 LU below the mean does not count", {-200: 100, -450: 900}, -20.0),
    ],
)
def test_the_gates_are_those_of_the_standard(
    _case: str, blocks: dict[int, int], loudness: float | None
) -> None:
    found = integrated_lufs(blocks)

    assert (found is None) == (loudness is None)
    assert found is None or math.isclose(found, loudness or 0, abs_tol=0.01)


@given(BLOCKS)
def test_the_whole_is_never_louder_than_its_loudest_block(blocks: dict[int, int]) -> None:
    found = integrated_lufs(blocks)

    assert (found is None) == (not blocks)
    assert found is None or min(blocks) / 10 - 0.01 <= found <= max(blocks) / 10 + 0.01


@given(BLOCKS, st.integers(2, 5))
def test_an_album_of_the_same_track_is_as_loud_as_the_track(
    blocks: dict[int, int], times: int
) -> None:
    alone, together = integrated_lufs(blocks), integrated_lufs(add_up([blocks] * times))

    assert alone == together or math.isclose(alone or 0, together or 0, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("lufs", "place"), [(-23.04, -230), (-69.9, -699), (-70.0, None), (-120.7, None), (1.26, 13)]
)
def test_what_is_below_the_absolute_gate_has_no_bin(lufs: float, place: int | None) -> None:
    assert bin_of(lufs) == place


@pytest.mark.parametrize(
    ("lufs", "gain"), [(-14.0, -4.0), (-23.0, 5.0), (-70.0, None), (None, None)]
)
def test_players_turn_to_the_same_loudness(lufs: float | None, gain: float | None) -> None:
    assert gain_db(lufs) == gain
