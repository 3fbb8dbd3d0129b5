"""The people subgraph: who is in which club."""

import strawberry
from strawberry.federation import Schema

from bench import data
from bench.data import LIBRARY
from bench.schemas.context import Extensions, Info


@strawberry.federation.type(keys=["id"])
class Person:
    """A member of a club."""

    id: strawberry.ID
    name: str
    handle: str
    city: str

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Person":  # noqa: A002
        """Answer another subgraph's mention."""
        found = await info.context.person_by_id.load(id)
        return cls(id=id, name=found.name, handle=found.handle, city=found.city)


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
    async def person(info: Info, id: strawberry.ID) -> data.Person:  # noqa: A002
        """One person."""
        return await info.context.person_by_id.load(id)


def build_schema(extensions: Extensions) -> Schema:
    """Put it together."""
    return Schema(query=Query, types=[Person], extensions=extensions, federation_version="2.9")
