"""The people subgraph: who is in which club."""

from collections.abc import Sequence

import strawberry

from bench import data
from bench.data import LIBRARY


@strawberry.federation.type(keys=["id"])
class Person:
    """A member of a club."""

    id: strawberry.ID
    name: str
    handle: str
    city: str

    @staticmethod
    async def resolve_references(ids: Sequence[str], _ctx: object) -> list[data.Person]:
        """Answer other subgraphs' mentions."""
        return [LIBRARY.people[key] for key in ids]


@strawberry.type
class Query:
    """Ways to people."""

    @strawberry.field(graphql_type=list[Person])
    @staticmethod
    def people(club: int) -> list[data.Person]:
        """The people of a club."""
        return LIBRARY.people_of(club)

    @strawberry.field(graphql_type=Person | None)
    @staticmethod
    def person(id: strawberry.ID) -> data.Person:  # noqa: A002
        """One person."""
        return LIBRARY.people[id]


SCHEMA = strawberry.federation.Schema(query=Query, types=[Person], federation_version="2.9")
