"""Root mutations of the social subgraph."""

import strawberry

from domain.ids import ArtistId, ArtistKey, CommentId, NotificationId
from resolvers.social import comments, follows, likes, notifications
from schema.ids import parse_id
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import with_problems
from subgraphs.social.inputs import (
    AddCommentInput,
    DeleteCommentInput,
    EditCommentInput,
    FollowArtistInput,
    LikePlayableInput,
    MarkNotificationsReadInput,
)
from subgraphs.social.payloads import (
    CommentPayload,
    DeleteCommentPayload,
    FollowArtistPayload,
    LikePlayablePayload,
    MarkNotificationsReadPayload,
)


@strawberry.type
class Mutation:
    """What social can be told."""

    @strawberry.mutation(
        graphql_type=FollowArtistPayload | None, description="Be told of an artist's releases."
    )
    @staticmethod
    @with_problems(FollowArtistPayload)
    async def follow_artist(info: Info, input: FollowArtistInput) -> FollowArtistPayload:  # noqa: A002
        """Follow an artist."""
        artist_id = ArtistId(parse_id(input.artist_id, "Artist"))
        await follows.follow_artist(info.context, artist_id)
        return FollowArtistPayload(artist=ArtistKey(artist_id))

    @strawberry.mutation(graphql_type=FollowArtistPayload | None, description="Be told no longer.")
    @staticmethod
    @with_problems(FollowArtistPayload)
    async def unfollow_artist(info: Info, input: FollowArtistInput) -> FollowArtistPayload:  # noqa: A002
        """Stop following an artist."""
        artist_id = ArtistId(parse_id(input.artist_id, "Artist"))
        await follows.unfollow_artist(info.context, artist_id)
        return FollowArtistPayload(artist=ArtistKey(artist_id))

    @strawberry.mutation(graphql_type=LikePlayablePayload | None, description="Like it.")
    @staticmethod
    @with_problems(LikePlayablePayload)
    async def like_playable(info: Info, input: LikePlayableInput) -> LikePlayablePayload:  # noqa: A002
        """Like something playable."""
        key = parse_playable_id(input.playable_id)
        await likes.like_playable(info.context, key)
        return LikePlayablePayload(playable=key)

    @strawberry.mutation(graphql_type=LikePlayablePayload | None, description="Take a like back.")
    @staticmethod
    @with_problems(LikePlayablePayload)
    async def unlike_playable(info: Info, input: LikePlayableInput) -> LikePlayablePayload:  # noqa: A002
        """Like something no longer."""
        key = parse_playable_id(input.playable_id)
        await likes.unlike_playable(info.context, key)
        return LikePlayablePayload(playable=key)

    @strawberry.mutation(graphql_type=CommentPayload | None, description="Write a comment.")
    @staticmethod
    @with_problems(CommentPayload)
    async def add_comment(info: Info, input: AddCommentInput) -> CommentPayload:  # noqa: A002
        """Comment on something playable."""
        key = parse_playable_id(input.playable_id)
        return CommentPayload(
            comment=await comments.add_comment(info.context, key, body=input.body)
        )

    @strawberry.mutation(graphql_type=CommentPayload | None, description="Change my comment.")
    @staticmethod
    @with_problems(CommentPayload)
    async def edit_comment(info: Info, input: EditCommentInput) -> CommentPayload:  # noqa: A002
        """Change one's own comment."""
        comment_id = CommentId(parse_id(input.comment_id, "Comment"))
        return CommentPayload(
            comment=await comments.edit_comment(info.context, comment_id, body=input.body)
        )

    @strawberry.mutation(
        graphql_type=DeleteCommentPayload | None, description="Take a comment away."
    )
    @staticmethod
    @with_problems(DeleteCommentPayload)
    async def delete_comment(info: Info, input: DeleteCommentInput) -> DeleteCommentPayload:  # noqa: A002
        """Delete one's own comment, or any as a moderator."""
        comment_id = CommentId(parse_id(input.comment_id, "Comment"))
        await comments.delete_comment(info.context, comment_id)
        return DeleteCommentPayload(is_deleted=True)

    @strawberry.mutation(
        graphql_type=MarkNotificationsReadPayload | None, description="Mark as read."
    )
    @staticmethod
    @with_problems(MarkNotificationsReadPayload)
    async def mark_notifications_read(
        info: Info,
        input: MarkNotificationsReadInput,  # noqa: A002
    ) -> MarkNotificationsReadPayload:
        """Mark the viewer's notifications as read."""
        ids = None
        if input.ids is not None:
            ids = [NotificationId(parse_id(each, "Notification")) for each in input.ids]
        return MarkNotificationsReadPayload(
            marked_count=await notifications.mark_notifications_read(info.context, ids)
        )
