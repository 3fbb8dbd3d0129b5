"""Root queries of search."""

import strawberry

from domain.media.search_query import NO_FILTERS
from domain.pages import page_request
from resolvers.media import search as searching
from resolvers.media import suggestions
from schema.caching import SHORT, good_for
from schema.costs import PAGED, Cost, paged_list
from schema.info import Info
from subgraphs.media.search_types import SearchConnection, SearchFilter, Suggestion


@strawberry.type
class SearchQuery:
    """What search can be asked."""

    @strawberry.field(
        graphql_type=SearchConnection | None,
        directives=[Cost(weight=10), PAGED, good_for(SHORT)],
        description=(
            "What holds all these words, or words that begin so; case and accents do not matter. "
            "The best first: by where the words stand, then the most played, then the newest."
        ),
    )
    @staticmethod
    async def search(
        info: Info,
        text: str,
        first: int | None = None,
        after: str | None = None,
        filter: SearchFilter | None = None,  # noqa: A002
    ) -> searching.SearchResults:
        """A page of what was found."""
        filters = NO_FILTERS if filter is None else filter.filters()
        return await searching.search(info.context, text, page_request(first, after), filters)

    @strawberry.field(
        graphql_type=list[Suggestion] | None,
        directives=[Cost(weight=5), paged_list(suggestions.SUGGESTIONS_DEFAULT), good_for(SHORT)],
        description=(
            "What may be meant, while it is typed: titles, names and words that begin so, the most "
            "played first. From four letters on a misspelled word is understood."
        ),
    )
    @staticmethod
    async def search_suggestions(
        info: Info, prefix: str, first: int | None = None
    ) -> list[suggestions.Suggestion]:
        """Texts to search for."""
        return await suggestions.suggest(info.context, prefix, first)
