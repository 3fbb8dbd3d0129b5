"""Root queries of the media subgraph: playback."""

import strawberry

from domain.media import playback_records as playback_records
from domain.media import records as media
from domain.pages import Page, page_request
from resolvers.media import devices, playback, progress
from schema.costs import PAGED
from schema.info import Info
from schema.pagination import Connection
from subgraphs.media.playable_types import Playable
from subgraphs.media.playback_ids import parse_session
from subgraphs.media.playback_types import Device, PlaybackSession


@strawberry.type
class PlaybackQuery:
    """What a listener may ask of their own playback."""

    @strawberry.field(graphql_type=PlaybackSession | None, description="One of my sessions.")
    @staticmethod
    async def playback_session(
        info: Info,
        id: strawberry.ID,  # noqa: A002
    ) -> playback_records.PlaybackSession | None:
        """A playback session of the viewer's."""
        return await playback.find_session(info.context, parse_session(id))

    @strawberry.field(
        graphql_type=PlaybackSession | None, description="What I play now; null when nothing does."
    )
    @staticmethod
    async def my_playback(info: Info) -> playback_records.PlaybackSession | None:
        """The viewer's open session."""
        return await playback.find_my_playback(info.context)

    @strawberry.field(
        graphql_type=Connection[Device] | None,
        directives=[PAGED],
        description="My players, those seen last first.",
    )
    @staticmethod
    async def my_devices(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[playback_records.Device]:
        """A page of the viewer's players."""
        return await devices.list_my_devices(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[Playable] | None,
        directives=[PAGED],
        description=(
            "What I have begun and not heard to its end, the last heard first; myProgress says "
            "where to go on. Songs are too short to be offered."
        ),
    )
    @staticmethod
    async def continue_listening(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[media.Playable]:
        """A page of what the viewer can take up again."""
        return await progress.list_continued(info.context, page_request(first, after))
