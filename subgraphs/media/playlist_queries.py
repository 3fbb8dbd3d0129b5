"""Root queries and subscriptions of playlists."""

from collections.abc import AsyncIterator

import strawberry

from domain.media.playlists import records as lists
from domain.pages import Page, page_request
from resolvers.media import collaborators, playlist_log, playlists
from schema.costs import PAGED
from schema.info import Info
from schema.pagination import Connection
from subgraphs.media.playlist_mutations import playlist_key
from subgraphs.media.playlist_types import Playlist, PlaylistInvitation, PlaylistNews


@strawberry.type
class PlaylistQuery:
    """What can be asked of playlists."""

    @strawberry.field(graphql_type=Playlist | None, description="One playlist by its id.")
    @staticmethod
    async def playlist(info: Info, id: strawberry.ID) -> lists.Playlist | None:  # noqa: A002
        """A playlist."""
        return await playlists.find_playlist(info.context, playlist_key(id))

    @strawberry.field(
        graphql_type=Connection[Playlist] | None,
        directives=[PAGED],
        description="Public playlists, the newest first.",
    )
    @staticmethod
    async def playlists(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[lists.Playlist]:
        """A page of what anyone may find."""
        return await playlists.list_public_playlists(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[Playlist] | None,
        directives=[PAGED],
        description="My own playlists, the newest first.",
    )
    @staticmethod
    async def my_playlists(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[lists.Playlist]:
        """A page of the viewer's playlists."""
        return await playlists.list_my_playlists(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[Playlist] | None,
        directives=[PAGED],
        description="Others' playlists that I was let into, the newest first.",
    )
    @staticmethod
    async def shared_playlists(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[lists.Playlist]:
        """A page of what the viewer works on."""
        return await playlists.list_shared_playlists(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[Playlist] | None,
        directives=[PAGED],
        description="Playlists that I keep, the last kept first.",
    )
    @staticmethod
    async def followed_playlists(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[lists.Playlist]:
        """A page of what the viewer keeps."""
        return await playlists.list_followed_playlists(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[PlaylistInvitation] | None,
        directives=[PAGED],
        description="Open offers to me to work on playlists, the newest first.",
    )
    @staticmethod
    async def my_playlist_invitations(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[lists.Invitation]:
        """A page of offers."""
        return await collaborators.list_my_invitations(info.context, page_request(first, after))


@strawberry.type
class PlaylistSubscription:
    """What playlists tell live."""

    @strawberry.subscription(
        graphql_type=PlaylistNews | None,
        description="How a playlist stands, then each change, until it is gone for you.",
    )
    @staticmethod
    async def playlist_changed(
        info: Info,
        id: strawberry.ID,  # noqa: A002
    ) -> AsyncIterator[playlist_log.PlaylistNews]:
        """A playlist, live."""
        async for news in playlist_log.watch_playlist(info.context, playlist_key(id)):
            yield news
