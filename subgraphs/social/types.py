"""Types of the social subgraph."""

from collections.abc import Sequence

import strawberry

from domain.ids import CommentId, PlayableKey
from domain.pages import Page, page_request
from domain.social import records as social
from resolvers.context import RequestContext
from resolvers.social import comments, likes
from schema.batched import batched, references
from schema.caching import COUNTED, OF_THE_VIEWER, good_for
from schema.costs import PAGED
from schema.global_id import global_id
from schema.ids import parse_id
from schema.pagination import Connection
from schema.playable_ids import parse_playable_id
from schema.scalars import DateTime
from subgraphs.social.stubs import Album, Artist, User

strawberry.enum(social.NotificationKind, description="What a notification tells of.")


@strawberry.federation.interface_object(keys=["id"])
class Playable:
    """Anything that can be played, with what people make of it."""

    id: strawberry.ID = global_id()

    @strawberry.field(
        graphql_type=int | None, directives=[good_for(COUNTED)], description="How many like it."
    )
    @batched
    async def like_count(parents: Sequence[PlayableKey], ctx: RequestContext) -> list[int | None]:
        """Likes, counted."""
        return await likes.count_likes(ctx, parents)

    @strawberry.field(
        graphql_type=bool | None,
        directives=[OF_THE_VIEWER],
        description="Null when nobody is logged in.",
    )
    @batched
    async def is_liked_by_me(
        parents: Sequence[PlayableKey], ctx: RequestContext
    ) -> list[bool | None]:
        """Whether the viewer likes each."""
        return await likes.are_liked_by_viewer(ctx, parents)

    @strawberry.field(
        graphql_type=int | None,
        directives=[good_for(COUNTED)],
        description="How many comments it has.",
    )
    @batched
    async def comment_count(
        parents: Sequence[PlayableKey], ctx: RequestContext
    ) -> list[int | None]:
        """Comments, counted."""
        return await comments.count_comments(ctx, parents)

    @strawberry.field(
        graphql_type=Connection["Comment"] | None,
        directives=[PAGED, good_for(COUNTED)],
        description="Newest first.",
    )
    @batched
    async def comments(
        parents: Sequence[PlayableKey],
        ctx: RequestContext,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[social.Comment] | None]:
        """A page of each one's comments."""
        return await comments.list_comments(ctx, parents, page_request(first, after))

    @references(parse_playable_id)
    async def resolve_references(
        keys: Sequence[PlayableKey], _ctx: RequestContext
    ) -> Sequence[PlayableKey]:
        """Answer other subgraphs' mentions of what can be played."""
        return keys


@strawberry.federation.type(
    keys=["id"], directives=[good_for(COUNTED)], description="What somebody wrote."
)
class Comment:
    """A comment under something playable."""

    id: strawberry.ID = global_id()
    body: str
    author: User | None
    subject: Playable | None = strawberry.field(description="What it is about.")
    created_at: DateTime
    edited_at: DateTime | None

    @references(lambda text: CommentId(parse_id(text, "Comment")))
    async def resolve_references(
        keys: Sequence[CommentId], ctx: RequestContext
    ) -> list[social.Comment | None]:
        """Answer other subgraphs' mentions of comments."""
        return await comments.find_comments(ctx, keys)


@strawberry.type(description="Something an account is told, once.")
class Notification:
    """A notification; only its account sees it."""

    id: strawberry.ID = global_id()
    kind: social.NotificationKind
    text: str
    artist: Artist | None
    album: Album | None
    created_at: DateTime
    read_at: DateTime | None
