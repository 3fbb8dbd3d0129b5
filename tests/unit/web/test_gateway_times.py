"""How long a gateway of any supergraph waits: the front longest, a fetch least."""

import pytest

from web.general_gateway import GatewayOptions


@pytest.mark.parametrize(
    ("fetch_seconds_max", "operation_seconds_max"), [(3.0, 10.0), (0.5, 10.0), (60.0, 180.0)]
)
def test_an_operation_has_time_for_several_slow_fetches(
    fetch_seconds_max: float, operation_seconds_max: float
) -> None:
    options = GatewayOptions(fetch_seconds_max=fetch_seconds_max)

    assert options.operation_seconds_max == operation_seconds_max
