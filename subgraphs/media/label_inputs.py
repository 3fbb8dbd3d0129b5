"""Inputs of those who sort what there is, and credit who took part."""

import strawberry

from domain.media.contributors import ContributorRole
from domain.media.labels import GenreState


@strawberry.input
class ProposeGenreInput:
    """A genre to be."""

    name: str
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The wider genre, which is approved."
    )


@strawberry.input
class DecideGenreInput:
    """What becomes of a genre."""

    genre_id: strawberry.ID
    decision: GenreState = strawberry.field(description="APPROVED, REJECTED or MERGED.")
    into_id: strawberry.ID | None = strawberry.field(
        default=None, description="The approved genre that MERGED makes it another name of."
    )
    reason: str = strawberry.field(default="", description="REJECTED needs one.")


@strawberry.input
class CreateCategoryInput:
    """A category to be."""

    name: str
    description: str = ""


@strawberry.input
class UpdateCategoryInput:
    """What a category says of itself; what is left out stays."""

    category_id: strawberry.ID
    name: str | None = None
    description: str | None = None


@strawberry.input
class SetCategoriesInput:
    """All categories that something is in from now on."""

    playable_id: strawberry.ID
    category_ids: list[strawberry.ID] = strawberry.field(description="At most 5.")


@strawberry.input
class CreditInput:
    """Somebody who took part."""

    role: ContributorRole
    name: str
    artist_id: strawberry.ID | None = strawberry.field(
        default=None, description="The artist here whom the name means."
    )
    instrument: str | None = None
    ipi: str | None = strawberry.field(
        default=None, description="IPI name number; its check digits must be right."
    )
    isni: str | None = strawberry.field(
        default=None, description="ISO 27729; its check character must be right."
    )


@strawberry.input
class SetContributorsInput:
    """All credits that something has from now on, in this order."""

    id: strawberry.ID = strawberry.field(description="Of a track, an album or a video.")
    credits: list[CreditInput] = strawberry.field(description="At most 200.")
