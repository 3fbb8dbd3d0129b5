"""Money is exact for all inputs."""

from hypothesis import given
from hypothesis import strategies as st

from domain.royalties.rules import accrued_by, share_accrual

WEIGHTS = st.lists(st.integers(1, 500), min_size=1, max_size=12)


def basis_points(weights: list[int]) -> dict[str, int]:
    """Shares of about these weights that make a whole; the first takes what is left."""
    points = {f"p{place}": weight * 10_000 // sum(weights) for place, weight in enumerate(weights)}
    points["p0"] += 10_000 - sum(points.values())
    return points


@given(st.lists(st.integers(0, 7), max_size=200), WEIGHTS)
def test_many_small_accruals_favour_nobody(amounts, weights) -> None:
    shares = basis_points(weights)
    shares = {payee: points for payee, points in shares.items() if points}
    credited = dict.fromkeys(shares, 0)

    for amount in amounts:
        for payee, part in share_accrual(amount, shares, credited).items():
            assert part >= 0
            credited[payee] += part

    assert sum(credited.values()) == sum(amounts)
    for payee, points in shares.items():
        exact = sum(amounts) * points
        assert abs(credited[payee] * 10_000 - exact) <= 10_000 * len(shares)


@given(st.integers(0, 10**9))
def test_what_is_posted_play_by_play_is_what_all_plays_earned(plays) -> None:
    step = accrued_by(plays + 1) - accrued_by(plays)

    assert step in (0, 1)
    assert accrued_by(plays) * 1_000 <= plays * 400 < accrued_by(plays) * 1_000 + 1_000
