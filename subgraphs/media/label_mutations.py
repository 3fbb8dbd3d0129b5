"""Root mutations of the media subgraph: sorting what there is, and crediting who took part."""

import strawberry

from domain.ids import ArtistId, CategoryId, GenreId
from domain.media import labels as media
from domain.media import records
from domain.media.contributors import Credit
from domain.media.labels import GenreState
from resolvers.media import categories, genres, labelling
from schema.ids import parse_id, split_id
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import Problem, problems_field, with_problems
from subgraphs.media.genre_types import Category, Genre
from subgraphs.media.label_inputs import (
    CreateCategoryInput,
    CreditInput,
    DecideGenreInput,
    ProposeGenreInput,
    SetCategoriesInput,
    SetContributorsInput,
    UpdateCategoryInput,
)
from subgraphs.media.nodes import Node
from subgraphs.media.playable_types import Playable


@strawberry.type(description="A genre as it is now, or why nothing was changed.")
class GenrePayload:
    """The answer to proposeGenre and decideGenre."""

    genre: media.Genre | None = strawberry.field(graphql_type=Genre | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type(description="A category as it is now, or why nothing was changed.")
class CategoryPayload:
    """The answer to createCategory and updateCategory."""

    category: media.Category | None = strawberry.field(graphql_type=Category | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type(description="What was sorted as it is now, or why nothing was changed.")
class SortedPayload:
    """The answer to setCategories."""

    playable: records.Playable | None = strawberry.field(graphql_type=Playable | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type(description="What has the credits, or why nothing was changed.")
class ContributorsPayload:
    """The answer to setContributors."""

    subject: labelling.Subject | None = strawberry.field(graphql_type=Node | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class LabelMutation:
    """What creators and moderators tell of how things belong together."""

    @strawberry.mutation(
        graphql_type=GenrePayload | None,
        description="Propose a genre; for creators. One that is called so already is given back.",
    )
    @staticmethod
    @with_problems(GenrePayload)
    async def propose_genre(info: Info, input: ProposeGenreInput) -> GenrePayload:  # noqa: A002
        """Propose a genre."""
        parent_id = None if input.parent_id is None else _genre(input.parent_id)
        return GenrePayload(genre=await genres.propose_genre(info.context, input.name, parent_id))

    @strawberry.mutation(
        graphql_type=GenrePayload | None,
        description="Approve, reject or merge a genre; for moderators.",
    )
    @staticmethod
    @with_problems(GenrePayload)
    async def decide_genre(info: Info, input: DecideGenreInput) -> GenrePayload:  # noqa: A002
        """Decide on a genre."""
        genre = await genres.decide_genre(
            info.context,
            _genre(input.genre_id),
            GenreState(input.decision),
            into_id=None if input.into_id is None else _genre(input.into_id),
            reason=input.reason,
        )
        return GenrePayload(genre=genre)

    @strawberry.mutation(
        graphql_type=CategoryPayload | None,
        description="Make a category; for moderators. An equal one is given back.",
    )
    @staticmethod
    @with_problems(CategoryPayload)
    async def create_category(info: Info, input: CreateCategoryInput) -> CategoryPayload:  # noqa: A002
        """Make a category."""
        category = await categories.create_category(info.context, input.name, input.description)
        return CategoryPayload(category=category)

    @strawberry.mutation(
        graphql_type=CategoryPayload | None, description="Change a category; for moderators."
    )
    @staticmethod
    @with_problems(CategoryPayload)
    async def update_category(info: Info, input: UpdateCategoryInput) -> CategoryPayload:  # noqa: A002
        """Change a category."""
        category = await categories.update_category(
            info.context,
            CategoryId(parse_id(input.category_id, "Category")),
            name=input.name,
            description=input.description,
        )
        return CategoryPayload(category=category)

    @strawberry.mutation(
        graphql_type=SortedPayload | None,
        description="Say which categories something of mine is in; whoever edits it may.",
    )
    @staticmethod
    @with_problems(SortedPayload)
    async def set_categories(info: Info, input: SetCategoriesInput) -> SortedPayload:  # noqa: A002
        """Sort something."""
        key = parse_playable_id(input.playable_id)
        ids = [CategoryId(parse_id(each, "Category")) for each in input.category_ids]
        return SortedPayload(playable=await labelling.set_categories(info.context, key, ids))

    @strawberry.mutation(
        graphql_type=ContributorsPayload | None,
        description="Say who took part in a track, album or video of mine; whoever edits it may.",
    )
    @staticmethod
    @with_problems(ContributorsPayload)
    async def set_contributors(
        info: Info,
        input: SetContributorsInput,  # noqa: A002
    ) -> ContributorsPayload:
        """Credit who took part."""
        type_name, key = split_id(input.id)
        given = [_credit(each) for each in input.credits]
        subject = await labelling.set_contributors(info.context, type_name, key, given)
        return ContributorsPayload(subject=subject)


def _genre(text: str) -> GenreId:
    return GenreId(parse_id(text, "Genre"))


def _credit(given: CreditInput) -> Credit:
    artist_id = given.artist_id
    return Credit(
        role=given.role,
        name=given.name,
        artist_id=None if artist_id is None else ArtistId(parse_id(artist_id, "Artist")),
        instrument=given.instrument,
        ipi=given.ipi,
        isni=given.isni,
    )
