"""Buckets of one process, in a table that never grows beyond its bound.

Of a bucket only one number is kept: when it will be full again (the generic cell rate algorithm).
One that is full already is as good as absent, so what nobody took of for long is simply dropped.
"""

import time
from collections.abc import Callable, Sequence

from domain.rate_limits import Quota, Standing, Want, tightest

BUCKETS_MAX = 200_000
ROUNDING_SECONDS = 1e-6
"""Instants and their differences do not add up exactly."""


class MemoryBuckets:
    """Buckets by quota and owner.

    There are two generations: when the younger has half of all that may be kept, the older is
    dropped and it takes its place. A bucket that is used stays; nothing is ever searched.
    """

    def __init__(
        self, *, buckets_max: int = BUCKETS_MAX, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._half = max(1, buckets_max // 2)
        self._now = now
        self._young: dict[tuple[str, str], float] = {}
        self._old: dict[tuple[str, str], float] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    async def take(self, wants: Sequence[Want]) -> Standing:
        """Take one token of each, or none of any; as `Buckets`."""
        now = self._now()
        full_at = [self._full_at(want, now) + want.quota.interval for want in wants]
        for want, full in zip(wants, full_at, strict=True):
            if full - now > want.quota.seconds + ROUNDING_SECONDS:
                return _refused(want.quota, full - now)
        for want, full in zip(wants, full_at, strict=True):
            self._keep((want.quota.name, want.who), full)
        return tightest(
            [_taken(want.quota, full - now) for want, full in zip(wants, full_at, strict=True)]
        )

    async def forget(self, quota: Quota, who: str) -> None:
        """Fill one up again."""
        for generation in (self._young, self._old):
            generation.pop((quota.name, who), None)

    async def close(self) -> None:
        """Nothing is held."""

    def take_one(self, quota: Quota, who: str) -> Standing | None:
        """Take one token at once; tells only of a refusal."""
        now, key = self._now(), (quota.name, who)
        full = self._young.get(key)
        if full is None:
            full = self._old.get(key, now)
        full = max(now, full) + quota.interval
        if full - now > quota.seconds + ROUNDING_SECONDS:
            return _refused(quota, full - now)
        self._keep(key, full)
        return None

    def _full_at(self, want: Want, now: float) -> float:
        key = want.quota.name, want.who
        return max(now, self._young.get(key) or self._old.get(key, now))

    def _keep(self, key: tuple[str, str], full_at: float) -> None:
        self._young[key] = full_at
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}


def _refused(quota: Quota, seconds_to_full: float) -> Standing:
    return Standing(quota, 0, seconds_to_full - quota.seconds, is_refused=True)


def _taken(quota: Quota, seconds_to_full: float) -> Standing:
    remaining = int((quota.seconds - seconds_to_full) / quota.interval + ROUNDING_SECONDS)
    return Standing(quota, remaining, seconds_to_full, is_refused=False)
