"""What a plan lets a listener have."""

from itertools import pairwise

import pytest

from domain.ids import UserId
from domain.media.entitlements import ENTITLEMENTS, ListenerPlan, UsualPlans, entitlement_of
from domain.media.streams import StreamQuality
from domain.viewer import ANONYMOUS, Role
from tests.conftest import ANNA, BEN, a_viewer

USUAL = UsualPlans(account=ListenerPlan.PREMIUM, stranger=ListenerPlan.FREE)


@pytest.mark.parametrize(
    ("_case", "viewer", "plan"),
    [
        ("nobody known", ANONYMOUS, ListenerPlan.FREE),
        ("a listener", BEN, ListenerPlan.PREMIUM),
        ("its owner", ANNA, ListenerPlan.PRO),
        ("an admin", a_viewer("root", Role.ADMIN), ListenerPlan.PRO),
        ("a moderator", a_viewer("mod", Role.MODERATOR), ListenerPlan.PREMIUM),
    ],
)
def test_each_has_what_their_plan_allows(_case, viewer, plan) -> None:
    owner_id = UserId(str(ANNA.user_id))

    assert entitlement_of(viewer, USUAL, owner_id=owner_id) == ENTITLEMENTS[plan]


def test_a_better_plan_allows_no_less() -> None:
    plans = [ENTITLEMENTS[plan] for plan in ListenerPlan]
    order = list(StreamQuality)

    for less, more in pairwise(plans):
        assert order.index(less.quality_max) <= order.index(more.quality_max)
        assert less.downloads_max <= more.downloads_max
        assert less.devices_max <= more.devices_max


def test_where_nothing_is_said_everybody_has_everything() -> None:
    assert entitlement_of(ANONYMOUS, UsualPlans()) == ENTITLEMENTS[ListenerPlan.PRO]
