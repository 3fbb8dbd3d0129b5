"""What counts as a play, as completed, and as worth taking up again."""

import pytest

from domain.ids import PlayableKind
from domain.media.play_rules import is_at_end, is_completed, is_continued, play_counts

TRACK = PlayableKind.TRACK


@pytest.mark.parametrize(
    ("_case", "duration_ms", "listened_ms", "counts"),
    [
        ("30 s of a long track", 180_000, 30_000, True),
        ("a little less", 180_000, 29_999, False),
        ("half of a short track", 20_000, 10_000, True),
        ("less than half of it", 20_001, 10_000, False),
        ("30 s of a track of unknown length", None, 30_000, True),
        ("less of it", None, 29_999, False),
        ("a minute's half is 30 s", 60_000, 30_000, True),
    ],
)
def test_a_play_counts_after_30_s_or_half_the_track(
    _case, duration_ms, listened_ms, counts
) -> None:
    assert play_counts(TRACK, listened_ms, duration_ms) is counts


@pytest.mark.parametrize(
    ("_case", "duration_ms", "position_ms", "completed"),
    [
        ("95 % of an hour", 3_600_000, 3_420_000, True),
        ("94 % of an hour", 3_600_000, 3_384_000, False),
        ("the last 30 s of five minutes", 300_000, 270_000, True),
        ("31 s before the end of five minutes", 300_000, 269_000, False),
        ("the start of a short one", 20_000, 1_000, False),
        ("the second half of a short one", 40_000, 20_000, True),
        ("nobody knows how long it is", None, 3_600_000, False),
        ("it has no length", 0, 0, False),
    ],
)
def test_completed_is_95_percent_or_the_last_30_s(
    _case, duration_ms, position_ms, completed
) -> None:
    assert is_completed(TRACK, position_ms, duration_ms) is completed


@pytest.mark.parametrize(
    ("_case", "duration_ms", "position_ms", "continued"),
    [
        ("the middle of a long one", 3_600_000, 1_000_000, True),
        ("its start", 3_600_000, 0, False),
        ("its end", 3_600_000, 3_590_000, False),
        ("a song", 240_000, 100_000, False),
        ("nobody knows how long it is", None, 100_000, False),
    ],
)
def test_what_is_long_and_begun_is_offered_again(
    _case, duration_ms, position_ms, continued
) -> None:
    assert is_continued(TRACK, position_ms, duration_ms) is continued


def test_players_stop_a_little_before_the_last_sample() -> None:
    assert is_at_end(178_000, 180_000)
    assert not is_at_end(177_999, 180_000)
    assert not is_at_end(177_999, None)
