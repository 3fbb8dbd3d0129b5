"""The type of playback sessions."""

from collections.abc import Sequence

import strawberry

from domain.ids import PlaybackSessionId
from domain.media import playback_records as playback_records
from domain.media import records as media
from domain.media.playback_records import PlaybackState
from resolvers.context import RequestContext
from resolvers.media import playback, tracks
from schema.batched import batched, references
from schema.costs import ListSize
from schema.ids import parse_id
from schema.scalars import DateTime
from subgraphs.media.nodes import Node
from subgraphs.media.types import Track

strawberry.enum(PlaybackState, description="What a session does now.")


@strawberry.federation.type(keys=["id"], description="One listener in front of one player.")
class PlaybackSession(Node):
    """Who plays what now; only the listener sees it."""

    state: PlaybackState
    position_ms: int = strawberry.field(description="Where in the track it stood at updatedAt.")
    listened_ms: int = strawberry.field(description="How much of this track was heard.")
    sequence: int = strawberry.field(description="Grows with each move.")
    is_private: bool
    started_at: DateTime
    updated_at: DateTime

    @strawberry.field(graphql_type=Track | None, description="Null when it was taken back.")
    @batched
    async def track(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[media.Track | None]:
        """What plays in each."""
        return await tracks.find_tracks(ctx, [session.track_id for session in parents])

    @strawberry.field(
        graphql_type=list[Track],
        directives=[ListSize(assumed_size=50)],
        description="What comes next.",
    )
    @batched
    async def queue(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[list[media.Track]]:
        """The tracks to come in each."""
        return await playback.queues_of(ctx, parents)

    @references(lambda text: PlaybackSessionId(parse_id(text, "PlaybackSession")))
    async def resolve_references(
        keys: Sequence[PlaybackSessionId], ctx: RequestContext
    ) -> list[playback_records.PlaybackSession | None]:
        """Answer mentions of sessions."""
        return await playback.find_sessions(ctx, keys)
