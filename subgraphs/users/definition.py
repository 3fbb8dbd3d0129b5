"""The users subgraph put together."""

from strawberry.federation import Schema

from domain.users import records
from schema.definition import SubgraphDefinition
from schema.scalars import CONFIG
from subgraphs.users.mutations import Mutation
from subgraphs.users.queries import Query
from subgraphs.users.types import User

USERS = SubgraphDefinition(
    name="users",
    schema=Schema(
        query=Query, mutation=Mutation, types=[User], config=CONFIG, federation_version="2.9"
    ),
    records={records.User: "User"},
)
