"""Entities of other domains, mentioned by key."""

import strawberry

from schema.global_id import global_id
from schema.keys import STUB_KEY


@strawberry.federation.type(keys=[STUB_KEY])
class User:
    """An account of the users domain."""

    id: strawberry.ID = global_id()


@strawberry.federation.type(keys=[STUB_KEY])
class Job:
    """A piece of background work."""

    id: strawberry.ID = global_id()
