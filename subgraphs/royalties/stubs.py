"""Entities of other domains: mentioned by key, or added to."""

from collections.abc import Sequence

import strawberry

from domain.ids import PlayableKey, TrackId
from domain.royalties import records as royalties
from resolvers.context import RequestContext
from resolvers.royalties import splits
from schema.batched import batched, references
from schema.global_id import global_id
from schema.playable_ids import parse_playable_id
from subgraphs.royalties.types import Split


@strawberry.federation.interface_object(keys=["id"])
class Playable:
    """Anything that can be played, with who shares what it earns."""

    id: strawberry.ID = global_id()

    @strawberry.field(
        graphql_type=Split | None,
        description="Who shares the royalties; only the owner and the payees see it.",
    )
    @batched
    async def split(
        parents: Sequence[PlayableKey], ctx: RequestContext
    ) -> list[royalties.Split | None]:
        """The split in force for each."""
        keys = [TrackId(playable.id) for playable in parents]
        return await splits.find_visible_splits(ctx, keys)

    @references(parse_playable_id)
    async def resolve_references(
        keys: Sequence[PlayableKey], _ctx: RequestContext
    ) -> Sequence[PlayableKey]:
        """Answer other subgraphs' mentions of what can be played."""
        return keys
