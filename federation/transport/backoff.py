"""How long is waited before the next attempt."""

import random

from federation.transport.options import RetryLimits


def backoff_seconds(attempt: int, limits: RetryLimits) -> float:
    """A wait that doubles with each attempt, half of it left to chance.

    Those who failed together so do not come back together.
    """
    assert attempt >= 0, "attempts are counted from nought"
    longest = min(limits.first_seconds * 2.0 ** min(attempt, 30), limits.seconds_max)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  (nothing secret)
