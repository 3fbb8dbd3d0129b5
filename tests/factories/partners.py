"""Partners' plans for tests."""

from datetime import UTC, datetime

from domain.users.plans import PartnerPlan


def a_plan(name: str = "basic", **changes: object) -> PartnerPlan:
    """A plan that limits nothing but what is said."""
    values: dict[str, object] = {
        "name": name,
        "rate_requests": None,
        "rate_seconds": 60,
        "daily_requests": None,
        "monthly_requests": None,
        "cost_max": None,
        "concurrent_max": None,
        "is_sandbox": False,
        "changed_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return PartnerPlan(**{**values, **changes})  # type: ignore[arg-type]
