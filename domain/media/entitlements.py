"""What a listener's plan lets them have: how good it sounds, and how much they may take along."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.ids import UserId
from domain.media.streams import StreamQuality
from domain.viewer import Role, Viewer


class ListenerPlan(StrEnum):
    """Plans of listeners."""

    FREE = "free"
    PREMIUM = "premium"
    PRO = "pro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What a plan allows."""

    quality_max: StreamQuality
    downloads_max: int
    """Items kept offline at once, on all devices together."""
    devices_max: int
    """Devices that keep something offline."""
    download_days: int
    """After so many days without renewal a downloaded item is not played any more."""


ENTITLEMENTS: Final = {
    ListenerPlan.FREE: Entitlement(
        quality_max=StreamQuality.MEDIUM, downloads_max=0, devices_max=0, download_days=0
    ),
    ListenerPlan.PREMIUM: Entitlement(
        quality_max=StreamQuality.HIGH, downloads_max=1_000, devices_max=3, download_days=30
    ),
    ListenerPlan.PRO: Entitlement(
        quality_max=StreamQuality.LOSSLESS, downloads_max=10_000, devices_max=5, download_days=30
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualPlans:
    """The plans of those who have chosen none."""

    account: ListenerPlan = ListenerPlan.PRO
    stranger: ListenerPlan = ListenerPlan.PRO
    """Of who is not logged in."""


def entitlement_of(
    viewer: Viewer, usual: UsualPlans, *, owner_id: UserId | None = None
) -> Entitlement:
    """What a viewer may have of something; its owner and admins have all there is.

    The one place that asks for a viewer's plan: where listeners choose plans, it is looked up here.
    """
    is_owner = owner_id is not None and viewer.user_id == owner_id
    if is_owner or viewer.has_role(Role.ADMIN):
        return ENTITLEMENTS[ListenerPlan.PRO]
    return ENTITLEMENTS[usual.account if viewer.is_known else usual.stranger]
