"""The royalties subgraph put together."""

from strawberry.federation import Schema

from domain.ids import PlayableKey, UserKey
from schema.definition import SubgraphDefinition
from schema.scalars import CONFIG
from subgraphs.royalties.mutations import Mutation
from subgraphs.royalties.queries import Query
from subgraphs.royalties.stubs import Playable
from subgraphs.royalties.types import User

ROYALTIES = SubgraphDefinition(
    name="royalties",
    schema=Schema(
        query=Query,
        mutation=Mutation,
        types=[Playable, User],
        config=CONFIG,
        federation_version="2.9",
    ),
    records={PlayableKey: "Playable", UserKey: "User"},
)
