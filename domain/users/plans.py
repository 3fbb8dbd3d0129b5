"""Plans: how much a partner may ask for, at once, in a day and in a month."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from errors import BadInput

PLANS_MAX = 200
REQUESTS_MAX = 10**12
RATE_SECONDS_MAX = 3_600
CONCURRENT_MAX = 10_000
COST_MAX = 10**9
BLOCKS_PER_QUOTA = 1_000
BLOCK_MAX = 1_000
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class QuotaPeriod(StrEnum):
    """For how long requests are counted together."""

    DAY = "day"
    MONTH = "month"

    def begin(self, instant: datetime) -> datetime:
        """When the period of an instant began (UTC)."""
        midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight if self is QuotaPeriod.DAY else midnight.replace(day=1)

    def end(self, begin: datetime) -> datetime:
        """When a period that began then is over."""
        if self is QuotaPeriod.DAY:
            return begin + timedelta(days=1)
        return (begin + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPlan:
    """What a plan allows; None for as much as anybody may."""

    name: str
    rate_requests: int | None
    """Requests at once; they come back within `rate_seconds`."""
    rate_seconds: int
    daily_requests: int | None
    monthly_requests: int | None
    cost_max: int | None
    """Estimated cost of one operation."""
    concurrent_max: int | None
    """Operations and subscriptions that run at the same time in one gateway process."""
    is_sandbox: bool
    """It is for sandbox keys, and for no others."""
    changed_at: datetime

    @property
    def quotas(self) -> dict[QuotaPeriod, int]:
        """Requests of each period that is limited; the shorter first."""
        limits = {
            QuotaPeriod.DAY: self.daily_requests,
            QuotaPeriod.MONTH: self.monthly_requests,
        }
        return {period: limit for period, limit in limits.items() if limit is not None}


def block_of(limit: int) -> int:
    """Requests of a quota that a gateway takes out at once.

    So many a crash costs the partner, and so many another gateway may hold when the last are
    asked for: a thousandth, or one.
    """
    return min(max(1, limit // BLOCKS_PER_QUOTA), BLOCK_MAX)


def checked_plan(plan: PartnerPlan) -> PartnerPlan:
    """A plan whose values are within their bounds.

    Raises:
        BadInput: one is not; `field` says which.
    """
    if NAME.fullmatch(plan.name) is None:
        raise BadInput("A plan's name has 1 to 32 of a-z, 0-9 and -.", field="name")
    bounds = {
        "rate_requests": REQUESTS_MAX,
        "rate_seconds": RATE_SECONDS_MAX,
        "daily_requests": REQUESTS_MAX,
        "monthly_requests": REQUESTS_MAX,
        "cost_max": COST_MAX,
        "concurrent_max": CONCURRENT_MAX,
    }
    for field, most in bounds.items():
        value = getattr(plan, field)
        if value is not None and not 1 <= value <= most:
            raise BadInput(f"`{field}` is 1 to {most}, or left out.", field=field)
    return plan
