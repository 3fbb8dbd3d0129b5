"""How far the addresses of a stream open it."""

from dataclasses import replace

import pytest

from domain.media.entitlements import ENTITLEMENTS, ListenerPlan, UsualPlans
from domain.media.streams import StreamQuality
from domain.viewer import ANONYMOUS
from resolvers.media.streaming import stream_of
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_track

USUAL = UsualPlans(account=ListenerPlan.PREMIUM, stranger=ListenerPlan.FREE)


@pytest.mark.parametrize(
    ("_case", "viewer", "cap", "given"),
    [
        ("nobody known", ANONYMOUS, ".low", StreamQuality.LOW),
        ("a listener", BEN, ".high", StreamQuality.HIGH),
        ("its owner", ANNA, "", StreamQuality.HIGH),
        ("an admin", ADMIN, "", StreamQuality.HIGH),
    ],
)
def test_a_stream_is_signed_up_to_what_the_viewers_plan_allows(
    _case, viewer, cap, given, as_viewer, monkeypatch
) -> None:
    low = replace(ENTITLEMENTS[ListenerPlan.FREE], quality_max=StreamQuality.LOW)
    monkeypatch.setitem(ENTITLEMENTS, ListenerPlan.FREE, low)
    ctx = as_viewer(viewer)
    ctx = replace(ctx, limits=replace(ctx.limits, usual_plans=USUAL))

    stream = stream_of(ctx, a_track(), StreamQuality.LOSSLESS)

    assert stream is not None
    assert f"{cap}.signed/" in stream.url
    assert f"{cap}.signed/" in stream.adaptive_url
    assert stream.url.endswith(f"/{given.value}/index.m3u8")
    assert (stream.quality, stream.lossless_url) == (given, None)
