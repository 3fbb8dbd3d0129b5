"""Root queries of the media subgraph: what stands under a name that the trade gives."""

from typing import Annotated

import strawberry

from domain.media import records as media
from domain.media.identifiers import checked_identifier
from domain.pages import Page, page_request
from resolvers.media import identifiers, teams
from schema.caching import SHORT, good_for
from schema.costs import PAGED
from schema.info import Info
from schema.pagination import Connection
from subgraphs.media.editing_inputs import CatalogueIdentifierInput
from subgraphs.media.types import Album, Artist, Track

CatalogueItem = Annotated[
    Artist | Album | Track,
    strawberry.federation.union(
        "CatalogueItem",
        directives=[good_for(SHORT)],
        description="What stands in the catalogue.",
    ),
]


@strawberry.type
class CatalogueQuery:
    """What the catalogue can be asked."""

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
    ) -> Page[identifiers.Item]:
        """A page of what has the identifier."""
        wanted = checked_identifier(
            isrc=identifier.isrc,
            iswc=identifier.iswc,
            upc=identifier.upc,
            music_brainz_id=identifier.music_brainz_id,
        )
        return await identifiers.find_items(info.context, wanted, page_request(first, after))
