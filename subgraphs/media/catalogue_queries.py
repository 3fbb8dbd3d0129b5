"""Root queries of the media subgraph: what stands under a name that the trade gives."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from domain.media import records as media
from domain.media.identifiers import checked_identifier
from domain.pages import Page, page_request
from resolvers.context import RequestContext
from resolvers.media import changes, identifiers, teams
from resolvers.media.catalogue_items import Item
from schema.batched import batched
from schema.caching import SHORT, good_for
from schema.costs import PAGED
from schema.ids import print_id
from schema.info import Info
from schema.pagination import Connection
from schema.scalars import DateTime
from subgraphs.media.editing_inputs import CatalogueIdentifierInput
from subgraphs.media.types import Album, Artist, Track
from subgraphs.media.video_types import Channel, Video

CatalogueItem = Annotated[
    Artist | Album | Track | Channel | Video,
    strawberry.federation.union(
        "CatalogueItem",
        directives=[good_for(SHORT)],
        description="What stands in the catalogue.",
    ),
]


@strawberry.type(description="The newest change of something in the public catalogue.")
class CatalogUpdate:
    """A change, and what it left."""

    kind: str = strawberry.field(description="The name of its type, such as Track.")
    changed_at: DateTime
    is_gone: bool = strawberry.field(
        description="A tombstone: it was deleted, or is hidden for now. Forget it."
    )
    item: Item | None = strawberry.field(
        graphql_type=CatalogueItem | None, description="As it is now; null for what is gone."
    )

    @strawberry.field(graphql_type=strawberry.ID, description="The global id of what changed.")
    @batched
    def item_id(
        parents: Sequence[changes.CatalogUpdate], _ctx: RequestContext
    ) -> list[strawberry.ID]:
        """The id of each."""
        return [strawberry.ID(print_id(each.kind, each.key)) for each in parents]


@strawberry.type
class CatalogueQuery:
    """What the catalogue can be asked."""

    @strawberry.field(
        graphql_type=Connection[CatalogUpdate] | None,
        directives=[PAGED],
        description=(
            "What anyone may see and changed since a cursor, in the order of changes, with "
            "tombstones. Each thing stands once, with its newest change. Keep the endCursor: what "
            "changes later comes behind it; an empty page has none, so ask with the last one again."
        ),
    )
    @staticmethod
    async def catalog_updates(
        info: Info, first: int | None = None, since: str | None = None
    ) -> Page[changes.CatalogUpdate]:
        """A page of the feed."""
        return await changes.list_updates(info.context, page_request(first, since))

    @strawberry.field(
        graphql_type=Connection[Artist] | None,
        directives=[PAGED],
        description="Artists that I own or work for, the newest first.",
    )
    @staticmethod
    async def my_artists(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[media.Artist]:
        """A page of the viewer's artists."""
        return await teams.list_my_artists(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[CatalogueItem] | None,
        directives=[PAGED, good_for(SHORT)],
        description=(
            "What has an identifier, the newest first: a recording may stand on several albums, "
            "and be licensed to several owners."
        ),
    )
    @staticmethod
    async def catalogue_items(
        info: Info,
        identifier: CatalogueIdentifierInput,
        first: int | None = None,
        after: str | None = None,
    ) -> Page[Item]:
        """A page of what has the identifier."""
        wanted = checked_identifier(
            isrc=identifier.isrc,
            iswc=identifier.iswc,
            upc=identifier.upc,
            music_brainz_id=identifier.music_brainz_id,
        )
        return await identifiers.find_named_items(info.context, wanted, page_request(first, after))
