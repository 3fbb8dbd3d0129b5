"""Root subscriptions of the media subgraph."""

from collections.abc import AsyncIterator

import strawberry

from db.outbox import Job as JobRecord
from domain.ids import JobId, PlaybackSessionId
from domain.media import playback_records as playback_records
from resolvers import jobs
from resolvers.media import playback_live
from schema.ids import parse_id
from schema.info import Info
from subgraphs.media.job_types import Job
from subgraphs.media.playback_types import PlaybackSession
from subgraphs.media.playlist_queries import PlaylistSubscription


@strawberry.type
class Subscription(PlaylistSubscription):
    """What media tells live."""

    @strawberry.subscription(
        graphql_type=PlaybackSession | None,
        description="Where a session of mine stands, then each of its moves, until it ends.",
    )
    @staticmethod
    async def playback_moved(
        info: Info, session_id: strawberry.ID
    ) -> AsyncIterator[playback_records.PlaybackSession]:
        """A playback session, live."""
        key = PlaybackSessionId(parse_id(session_id, "PlaybackSession"))
        async for session in playback_live.watch_playback(info.context, key):
            yield session

    @strawberry.subscription(
        graphql_type=PlaybackSession | None,
        description=(
            "What I play, on whichever device: as it is (null: nothing), then each move of it and "
            "of what I play after it. A device that is not its device any more stops."
        ),
    )
    @staticmethod
    async def my_playback_moved(
        info: Info,
    ) -> AsyncIterator[playback_records.PlaybackSession | None]:
        """All that the viewer plays, live."""
        async for session in playback_live.watch_my_playback(info.context):
            yield session

    @strawberry.subscription(
        graphql_type=Job | None,
        description="A job of mine, then each of its changes, until it is DONE or DEAD.",
    )
    @staticmethod
    async def job_progressed(
        info: Info,
        id: strawberry.ID,  # noqa: A002
    ) -> AsyncIterator[JobRecord]:
        """A job, live."""
        async for job in jobs.watch_job(info.context, JobId(parse_id(id, "Job"))):
            yield job
