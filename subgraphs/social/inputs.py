"""Inputs of the social subgraph."""

import strawberry


@strawberry.input
class FollowArtistInput:
    """Whom to follow, or to follow no longer."""

    artist_id: strawberry.ID


@strawberry.input
class LikePlayableInput:
    """What to like, or to like no longer."""

    playable_id: strawberry.ID


@strawberry.input
class AddCommentInput:
    """A new comment."""

    playable_id: strawberry.ID
    body: str = strawberry.field(description="1 to 2,000 characters.")


@strawberry.input
class EditCommentInput:
    """A comment's new text."""

    comment_id: strawberry.ID
    body: str = strawberry.field(description="1 to 2,000 characters.")


@strawberry.input
class DeleteCommentInput:
    """Which comment to take away."""

    comment_id: strawberry.ID


@strawberry.input
class MarkNotificationsReadInput:
    """Which notifications were read."""

    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="At most 100; left out means all."
    )
