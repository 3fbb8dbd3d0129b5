"""For how long answers are good (`@cacheControl`, as Apollo's servers understand it).

Three tiers. What has an event for each of its changes is told to the gateways and forgotten there;
what has none is as old as its tier at worst. Without a scope an answer is shared by those who are
not logged in. PUBLIC is for what is the same for whoever asks: never for what a draft, a role or an
owner may change.
"""

from enum import Enum

import strawberry
from strawberry.federation.schema_directive import schema_directive
from strawberry.schema_directive import Location

SHORT = 5 * 60
MEDIUM = 60 * 60
LONG = 24 * 60 * 60
COUNTED = 60
"""For numbers that move all the time."""


@strawberry.enum(name="CacheControlScope", description="Who may be given the same answer.")
class Scope(Enum):
    """Who may be given the same answer."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


@schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE, Location.UNION],
    name="cacheControl",
    compose=True,
    import_url="https://tutti.example/caching/v1.0",
)
class CacheControl:
    """How long what stands here is good, and for whom; the strictest of an answer counts."""

    max_age: int | None = strawberry.UNSET
    scope: Scope | None = strawberry.UNSET
    inherit_max_age: bool | None = strawberry.UNSET


def good_for(seconds: int) -> CacheControl:
    """For so long, shared by those who are not logged in."""
    return CacheControl(max_age=seconds)


def same_for_all(seconds: int) -> CacheControl:
    """For so long, shared by everyone."""
    return CacheControl(max_age=seconds, scope=Scope.PUBLIC)


AS_AROUND = CacheControl(inherit_max_age=True)
"""As good as the object around it."""
OF_THE_VIEWER = CacheControl(scope=Scope.PRIVATE)
"""It depends on who asks."""
