"""How plays become money, and money is shared, exactly."""

import re
from collections.abc import Mapping
from datetime import datetime

from domain.ids import UserId
from domain.money import BASIS_POINTS
from domain.royalties.records import Share
from errors import BadInput, SplitNotWhole

MINOR_UNITS_PER_MILLE = 400
"""What 1,000 plays earn, in minor units."""

SHARES_MAX = 50
PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def accrued_by(plays: int) -> int:
    """Minor units that a track has earned with its first `plays` plays.

    Only whole units are posted; the fraction waits for the next play, so nothing is lost.
    """
    return plays * MINOR_UNITS_PER_MILLE // 1_000


def period_of(instant: datetime) -> str:
    """The calendar month (UTC) as YYYY-MM."""
    return f"{instant:%Y-%m}"


def checked_period(text: str) -> str:
    """A period as it must be written; raises BadInput."""
    if not PERIOD.fullmatch(text):
        raise BadInput("A period is a month, written like 2026-01.", field="period")
    return text


def checked_shares(shares: list[Share]) -> tuple[Share, ...]:
    """Shares that make a whole.

    Raises:
        BadInput: none, too many, one payee twice, or a share that is not positive.
        SplitNotWhole: they do not sum to 10,000 basis points.
    """
    if not 1 <= len(shares) <= SHARES_MAX:
        raise BadInput(f"A split has 1 to {SHARES_MAX} shares.", field="shares")
    if len({share.payee_id for share in shares}) != len(shares):
        raise BadInput("Each payee stands once in a split.", field="shares")
    if any(share.basis_points < 1 for share in shares):
        raise BadInput("A share has at least one basis point.", field="shares")
    total = sum(share.basis_points for share in shares)
    if total != BASIS_POINTS:
        raise SplitNotWhole(
            f"Shares must sum to {BASIS_POINTS} basis points, not {total}.", field="shares"
        )
    return tuple(shares)


def share_accrual(
    amount: int, weights: Mapping[UserId, int], credited: Mapping[UserId, int]
) -> dict[UserId, int]:
    """Divide newly accrued units; the parts sum to `amount` exactly.

    Each payee takes the floor of their share; what is left goes to those whom the running
    total owes most (largest remainder over everything credited so far), ties to the earlier
    payee. So many small accruals favour nobody.
    """
    assert amount >= 0, amount
    assert sum(weights.values()) == BASIS_POINTS, weights

    total = amount + sum(credited.get(payee, 0) for payee in weights)
    parts = {payee: amount * points // BASIS_POINTS for payee, points in weights.items()}
    left = amount - sum(parts.values())

    def owed(payee: UserId) -> int:
        received = credited.get(payee, 0) + parts[payee]
        return total * weights[payee] - received * BASIS_POINTS

    for payee in sorted(weights, key=lambda each: -owed(each))[:left]:
        parts[payee] += 1

    assert sum(parts.values()) == amount
    return parts
