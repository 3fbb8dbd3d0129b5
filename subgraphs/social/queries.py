"""Root queries of the social subgraph."""

import strawberry

from domain.ids import ArtistKey, PlayableKey
from domain.pages import Page, page_request
from domain.social import records as social
from resolvers.social import follows, likes, notifications
from schema.costs import PAGED
from schema.info import Info
from schema.pagination import Connection
from subgraphs.social.stubs import Artist
from subgraphs.social.types import Notification, Playable


@strawberry.type
class Query:
    """What social can be asked; null when nobody is logged in."""

    @strawberry.field(
        graphql_type=Connection[Notification] | None,
        directives=[PAGED],
        description="What I was told, newest first.",
    )
    @staticmethod
    async def my_notifications(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[social.Notification] | None:
        """A page of the viewer's notifications."""
        return await notifications.list_notifications(info.context, page_request(first, after))

    @strawberry.field(graphql_type=int | None, description="How many of them I have not read.")
    @staticmethod
    async def unread_notification_count(info: Info) -> int | None:
        """The viewer's unread notifications, counted."""
        return await notifications.count_unread(info.context)

    @strawberry.field(
        graphql_type=Connection[Artist] | None,
        directives=[PAGED],
        description="Whom I follow, newest first.",
    )
    @staticmethod
    async def my_followed_artists(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[ArtistKey] | None:
        """A page of the artists that the viewer follows."""
        page = await follows.list_followed(info.context, page_request(first, after))
        return None if page is None else page.map(lambda follow: ArtistKey(follow.artist_id))

    @strawberry.field(
        graphql_type=Connection[Playable] | None,
        directives=[PAGED],
        description="What I like, newest first.",
    )
    @staticmethod
    async def my_likes(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[PlayableKey] | None:
        """A page of what the viewer likes."""
        return await likes.list_liked(info.context, page_request(first, after))
