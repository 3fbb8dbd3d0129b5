"""Payloads of the social subgraph."""

import strawberry

from domain.ids import ArtistKey, PlayableKey
from domain.social import records as social
from schema.problems import Problem, problems_field
from subgraphs.social.stubs import Artist
from subgraphs.social.types import Comment, Playable


@strawberry.type
class FollowArtistPayload:
    """The answer to followArtist and unfollowArtist."""

    artist: ArtistKey | None = strawberry.field(graphql_type=Artist | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class LikePlayablePayload:
    """The answer to likePlayable and unlikePlayable."""

    playable: PlayableKey | None = strawberry.field(graphql_type=Playable | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class CommentPayload:
    """The answer to addComment and editComment."""

    comment: social.Comment | None = strawberry.field(graphql_type=Comment | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class DeleteCommentPayload:
    """The answer to deleteComment."""

    is_deleted: bool = False
    problems: list[Problem] = problems_field()


@strawberry.type
class MarkNotificationsReadPayload:
    """The answer to markNotificationsRead."""

    marked_count: int = 0
    problems: list[Problem] = problems_field()
