"""Progressive overrides: who takes part at which percentage."""

import pytest

from federation.supergraph.override_labels import labels_within_percent

LABELS = ["percent(0)", "percent(5)", "percent(50.5)", "percent(100)", "rollout"]


def test_without_a_key_only_all_of_them_take_part():
    assert labels_within_percent(LABELS, None) == {"percent(100)"}


def test_one_key_is_always_on_the_same_side_and_stays_when_the_percentage_grows():
    for number in range(200):
        active = labels_within_percent(LABELS, f"user-{number}")

        assert active == labels_within_percent(LABELS, f"user-{number}")
        assert "percent(100)" in active
        assert not active & {"percent(0)", "rollout"}
        assert "percent(50.5)" in active or "percent(5)" not in active


@pytest.mark.parametrize(("label", "share"), [("percent(5)", 0.05), ("percent(50.5)", 0.505)])
def test_keys_spread_over_the_percentage(label: str, share: float):
    taking_part = sum(bool(labels_within_percent([label], str(each))) for each in range(10_000))

    assert taking_part / 10_000 == pytest.approx(share, abs=0.02)
