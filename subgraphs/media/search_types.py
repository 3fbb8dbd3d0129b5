"""Types of search: what is found, how it is narrowed down, and what may be meant."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from domain.media.search_entries import SearchKind
from domain.media.search_query import SearchFilters
from resolvers.context import RequestContext
from resolvers.media import search as searching
from schema.batched import batched
from schema.caching import AS_AROUND, SHORT, good_for
from schema.costs import Cost
from schema.pagination import Edge, PageInfo
from subgraphs.media.types import Album, Artist, Track
from subgraphs.media.video_types import Channel, Video

strawberry.enum(SearchKind, description="What can be found.")

SearchResult = Annotated[
    Artist | Album | Track | Channel | Video,
    strawberry.federation.union(
        "SearchResult", directives=[good_for(SHORT)], description="What search finds."
    ),
]


@strawberry.input(description="What found things must be; ranges include both ends.")
class SearchFilter:
    """What narrows a search down."""

    kinds: list[SearchKind] | None = strawberry.field(
        default=None, description="Of these kinds alone."
    )
    genre: str | None = strawberry.field(
        default=None, description="Of this genre; case and accents do not matter."
    )
    year_min: int | None = strawberry.field(default=None, description="Made in this year or later.")
    year_max: int | None = strawberry.field(
        default=None, description="Made in this year or earlier."
    )
    language: str | None = strawberry.field(
        default=None, description="Sung or spoken in this language, such as `pt` or `pt-BR`."
    )
    is_explicit: bool | None = strawberry.field(
        default=None, description="False leaves out what is explicit; true leaves the rest out."
    )
    duration_ms_min: int | None = strawberry.field(default=None, description="Not shorter.")
    duration_ms_max: int | None = strawberry.field(default=None, description="Not longer.")

    def filters(self) -> SearchFilters:
        """The same as the use case takes it."""
        return SearchFilters(
            kinds=None if self.kinds is None else tuple(dict.fromkeys(self.kinds)),
            genre=self.genre,
            year_min=self.year_min,
            year_max=self.year_max,
            language=self.language,
            is_explicit=self.is_explicit,
            duration_ms_min=self.duration_ms_min,
            duration_ms_max=self.duration_ms_max,
        )


@strawberry.type(directives=[AS_AROUND], description="How many have something in common.")
class FacetCount:
    """A value and how often it was found."""

    value: str
    count: int


@strawberry.type(
    directives=[AS_AROUND], description="How much was found; the most frequent values first."
)
class SearchCounts:
    """Counted over the best 2,000."""

    total: int = strawberry.field(description="Up to 2,000.")
    is_whole: bool = strawberry.field(
        description="False when there are more; all counts are then those of the best 2,000."
    )
    kinds: list[FacetCount]
    genres: list[FacetCount]
    decades: list[FacetCount] = strawberry.field(description="By the first year: `1990`.")


@strawberry.type(
    name="SearchResultConnection", directives=[AS_AROUND], description="A page of what was found."
)
class SearchConnection:
    """A page of what was found."""

    edges: list[Edge[SearchResult]]
    nodes: list[SearchResult] = strawberry.field(description="The items without their cursors.")
    page_info: PageInfo
    did_you_mean: str | None = strawberry.field(
        description=(
            "Another spelling, where the text finds little. Where it finds nothing, what is found "
            "is found by this one."
        )
    )

    @strawberry.field(
        graphql_type=SearchCounts | None,
        directives=[Cost(weight=10)],
        description="How much was found, by kind, genre and decade.",
    )
    @batched
    async def counts(
        parents: Sequence[searching.SearchResults], ctx: RequestContext
    ) -> list[searching.SearchCounts | None]:
        """One statement for each search."""
        return [await searching.count_found(ctx, parent) for parent in parents]


@strawberry.type(directives=[good_for(SHORT)], description="A text to search for.")
class Suggestion:
    """What may be meant by what was typed."""

    text: str
    kind: SearchKind | None = strawberry.field(
        description="What is called so; null where it is a word that occurs in titles and names."
    )
