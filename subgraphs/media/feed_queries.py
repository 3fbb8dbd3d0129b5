"""Root queries of feeds."""

import strawberry

from domain.ids import PlayableKind
from domain.media import records as media
from domain.media.feeds import FeedOrder
from domain.pages import Page, page_request
from resolvers.media import feeds
from schema.costs import PAGED, Cost
from schema.info import Info
from schema.pagination import Connection
from subgraphs.media.playable_types import Playable

strawberry.enum(FeedOrder, description="What comes first in a feed.")


@strawberry.type
class FeedQuery:
    """What can be asked of feeds."""

    @strawberry.field(
        graphql_type=Connection[Playable] | None,
        directives=[Cost(weight=5), PAGED],
        description=(
            "What anyone may play: the newest first, the most played of late first, or what fits "
            "the viewer best first. A walk of pages keeps the order it began with."
        ),
    )
    @staticmethod
    async def feed(
        info: Info,
        order: FeedOrder = FeedOrder.NEW,
        kind: PlayableKind | None = None,
        genre: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Page[media.Playable]:
        """A page of what can be played."""
        return await feeds.feed(
            info.context, order, page_request(first, after), kind=kind, genre=genre
        )
