"""The ai subgraph put together."""

from strawberry.federation import Schema

from domain.ai import records
from domain.ids import JobKey, PlayableKey
from schema.definition import SubgraphDefinition
from schema.scalars import CONFIG
from subgraphs.ai.mutations import Mutation
from subgraphs.ai.queries import Query
from subgraphs.ai.stubs import Job
from subgraphs.ai.types import Playable

AI = SubgraphDefinition(
    name="ai",
    schema=Schema(
        query=Query,
        mutation=Mutation,
        types=[Job, Playable],
        config=CONFIG,
        federation_version="2.9",
    ),
    records={
        records.AudioAnalysis: "AudioAnalysis",
        records.Neighbour: "SimilarPlayable",
        JobKey: "Job",
        PlayableKey: "Playable",
    },
)
