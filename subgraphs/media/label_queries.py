"""Root queries of the media subgraph: genres, categories, and what is sorted by them."""

import strawberry

from domain.ids import CategoryId, GenreId
from domain.media import labels as media
from domain.media import records
from domain.media.labels import GenreState
from domain.pages import Page, page_request
from resolvers.media import categories, genres
from schema.costs import PAGED
from schema.ids import parse_id
from schema.info import Info
from schema.pagination import Connection
from subgraphs.media.genre_types import Category, Genre
from subgraphs.media.playable_types import Playable


@strawberry.type
class LabelQuery:
    """What can be asked of how things are sorted."""

    @strawberry.field(graphql_type=Genre | None, description="One genre by its id.")
    @staticmethod
    async def genre(info: Info, id: strawberry.ID) -> media.Genre | None:  # noqa: A002
        """A genre."""
        return (await genres.find_genres(info.context, [GenreId(parse_id(id, "Genre"))]))[0]

    @strawberry.field(
        graphql_type=Connection[Genre] | None,
        directives=[PAGED],
        description="Genres by name; only moderators see what is not approved.",
    )
    @staticmethod
    async def genres(
        info: Info,
        state: GenreState = GenreState.APPROVED,
        first: int | None = None,
        after: str | None = None,
    ) -> Page[media.Genre]:
        """A page of genres."""
        page = page_request(first, after)
        return await genres.list_genres(info.context, GenreState(state), page)

    @strawberry.field(
        graphql_type=Connection[Category] | None,
        directives=[PAGED],
        description="All categories, by name.",
    )
    @staticmethod
    async def categories(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[media.Category]:
        """A page of categories."""
        return await categories.list_categories(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[Playable] | None,
        directives=[PAGED],
        description="What is in a category, the newest first.",
    )
    @staticmethod
    async def category_playables(
        info: Info, category_id: strawberry.ID, first: int | None = None, after: str | None = None
    ) -> Page[records.Playable]:
        """A page of a category."""
        key = CategoryId(parse_id(category_id, "Category"))
        return await categories.list_category(info.context, key, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[Playable] | None,
        directives=[PAGED],
        description="What has a tag, the newest first; case and accents do not matter.",
    )
    @staticmethod
    async def tagged_playables(
        info: Info, tag: str, first: int | None = None, after: str | None = None
    ) -> Page[records.Playable]:
        """A page of what has a tag."""
        return await categories.list_tagged(info.context, tag, page_request(first, after))
