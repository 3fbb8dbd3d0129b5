"""Token buckets: so many tries in a time, and then one by one as they come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import NamedTuple, Protocol

from errors import RateLimited


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many tokens a bucket holds, and how long it takes to fill."""

    name: str
    tokens: int
    seconds: int

    def __post_init__(self) -> None:
        """Check that the bucket can be used at all."""
        assert self.tokens > 0, "a bucket that holds nothing serves nobody"
        assert self.seconds > 0, "it takes time to fill"

    @cached_property
    def interval(self) -> float:
        """Seconds until the next token comes."""
        return self.seconds / self.tokens


class Want(NamedTuple):
    """One token, of the bucket that `who` has of a kind."""

    quota: Quota
    who: str


class Standing(NamedTuple):
    """How a bucket stands after somebody took of it, or was refused."""

    quota: Quota
    remaining: int
    seconds: float
    """Until the next token comes where it was refused, else until the bucket is full."""
    is_refused: bool

    def refusal(self) -> RateLimited:
        """What to tell who was refused."""
        quota = self.quota
        seconds = retry_after(self)
        return RateLimited(
            f"Too many tries: {quota.tokens} in {quota.seconds} seconds is the limit for each "
            f"{quota.name}. Come back in {seconds} s.",
            limit=quota.tokens,
            window_seconds=quota.seconds,
            retry_after_seconds=seconds,
        )


class Buckets(Protocol):
    """All buckets of a process, or of all processes."""

    async def take(self, wants: Sequence[Want]) -> Standing:
        """Take one token of each, or none of any; tells of the one that refuses or has least."""
        ...

    async def forget(self, quota: Quota, who: str) -> None:
        """Fill one up again."""
        ...


async def require_token(buckets: Buckets, quota: Quota, who: str) -> None:
    """Take one token.

    Raises:
        RateLimited: there is none.
    """
    standing = await buckets.take((Want(quota, who),))
    if standing.is_refused:
        raise standing.refusal()


def retry_after(standing: Standing) -> int:
    """Whole seconds after which it is worth trying again."""
    return max(1, ceil(standing.seconds))


def tightest(standings: Sequence[Standing]) -> Standing:
    """The one that has the smallest part left of what it holds."""
    return min(standings, key=lambda each: each.remaining / each.quota.tokens)
