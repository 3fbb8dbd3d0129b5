"""The nft subgraph put together."""

from strawberry.federation import Schema

from domain.ids import JobKey, PlayableKey, UserKey
from domain.nft import records
from schema.definition import SubgraphDefinition
from schema.scalars import CONFIG
from subgraphs.nft.mutations import Mutation
from subgraphs.nft.queries import Query
from subgraphs.nft.stubs import Job, User
from subgraphs.nft.types import Playable, Token

NFT = SubgraphDefinition(
    name="nft",
    schema=Schema(
        query=Query,
        mutation=Mutation,
        types=[Job, Playable, Token, User],
        config=CONFIG,
        federation_version="2.9",
    ),
    records={
        records.Royalty: "RoyaltyInfo",
        records.Token: "Token",
        JobKey: "Job",
        PlayableKey: "Playable",
        UserKey: "User",
    },
)
