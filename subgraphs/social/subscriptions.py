"""Root subscriptions of the social subgraph."""

from collections.abc import AsyncIterator

import strawberry

from domain.social import records as social
from resolvers.social import notifications
from schema.info import Info
from subgraphs.social.types import Notification


@strawberry.type
class Subscription:
    """What social tells live."""

    @strawberry.subscription(
        graphql_type=Notification | None, description="What I am told from now on."
    )
    @staticmethod
    async def notification_received(info: Info) -> AsyncIterator[social.Notification]:
        """The viewer's notifications, live."""
        async for notification in notifications.watch_notifications(info.context):
            yield notification
