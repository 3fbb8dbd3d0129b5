"""Types, queries and mutations of share links."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from domain.ids import ShareLinkId
from domain.media import share_links as sharing
from domain.media.share_links import SharedKind, ShareTerms
from domain.pages import Page, page_request
from errors import BadInput
from resolvers.context import RequestContext
from resolvers.media import share_links
from schema.batched import batched
from schema.caching import OF_THE_VIEWER
from schema.costs import PAGED
from schema.global_id import global_id
from schema.ids import parse_id, print_id, split_id
from schema.info import Info
from schema.pagination import Connection
from schema.problems import Problem, problems_field, with_problems
from schema.scalars import DateTime
from subgraphs.media.playlist_types import Playlist
from subgraphs.media.types import Album, Track
from subgraphs.media.video_types import Video

SharedItem = Annotated[
    Playlist | Track | Album | Video,
    strawberry.federation.union(
        "SharedItem", directives=[OF_THE_VIEWER], description="What a share link can open."
    ),
]


@strawberry.type(description="A link to one thing of mine.")
class ShareLink:
    """A share link, as its owner sees it."""

    id: strawberry.ID = global_id()
    has_password: bool
    uses_max: int | None = strawberry.field(description="Null: as often as anyone likes.")
    uses: int = strawberry.field(description="How often it was opened.")
    created_at: DateTime
    expires_at: DateTime | None
    revoked_at: DateTime | None

    @strawberry.field(graphql_type=strawberry.ID, description="What it opens.")
    @batched
    def item_id(parents: Sequence[sharing.ShareLink], _ctx: RequestContext) -> list[str]:
        """The global ids of what each opens."""
        return [print_id(link.kind, link.key) for link in parents]


@strawberry.input
class CreateShareLinkInput:
    """A link to a playlist, track, album or video of mine."""

    item_id: strawberry.ID
    days: int | None = strawberry.field(
        default=None, description="How long it opens, at most 365; left out: until it is revoked."
    )
    uses_max: int | None = strawberry.field(
        default=None, description="How often it opens; left out: as often as anyone likes."
    )
    password: str | None = strawberry.field(default=None, description="From 4 to 200 characters.")


@strawberry.input
class RevokeShareLinkInput:
    """Which link ends."""

    share_link_id: strawberry.ID


@strawberry.input
class OpenShareLinkInput:
    """The secret of a link, and its password where it has one."""

    token: str
    password: str | None = None


@strawberry.type
class CreateShareLinkPayload:
    """The answer to createShareLink."""

    share_link: sharing.ShareLink | None = strawberry.field(
        graphql_type=ShareLink | None, default=None
    )
    token: str | None = strawberry.field(
        default=None, description="The secret of the link; told this once."
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class RevokeShareLinkPayload:
    """The answer to revokeShareLink."""

    share_link: sharing.ShareLink | None = strawberry.field(
        graphql_type=ShareLink | None, default=None
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class OpenShareLinkPayload:
    """The answer to openShareLink."""

    item: share_links.Shared | None = strawberry.field(graphql_type=SharedItem | None, default=None)
    share_pass: str | None = strawberry.field(
        default=None, description="Opens the same with sharedItem, without counting again."
    )
    expires_at: DateTime | None = strawberry.field(
        default=None, description="When the pass ends: in an hour, or with its link."
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class ShareLinkQuery:
    """What can be asked of share links."""

    @strawberry.field(
        graphql_type=SharedItem | None,
        description="What the pass of an opened link shows, and nothing else; null once it ended.",
    )
    @staticmethod
    async def shared_item(info: Info, share_pass: str) -> share_links.Shared | None:
        """What a pass opens."""
        return await share_links.find_shared(info.context, share_pass)

    @strawberry.field(
        graphql_type=Connection[ShareLink] | None,
        directives=[PAGED],
        description="My share links, the newest first.",
    )
    @staticmethod
    async def my_share_links(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[sharing.ShareLink]:
        """A page of the viewer's links."""
        return await share_links.list_my_links(info.context, page_request(first, after))


@strawberry.type
class ShareLinkMutation:
    """What share links are told."""

    @strawberry.mutation(
        graphql_type=CreateShareLinkPayload | None,
        description="Make a link that opens one thing of mine to whoever has it, to read only.",
    )
    @staticmethod
    @with_problems(CreateShareLinkPayload)
    async def create_share_link(info: Info, input: CreateShareLinkInput) -> CreateShareLinkPayload:  # noqa: A002
        """Make a link."""
        kind, key = _shared(input.item_id)
        terms = ShareTerms(days=input.days, uses_max=input.uses_max, password=input.password)
        link, token = await share_links.create_link(info.context, kind, key, terms)
        return CreateShareLinkPayload(share_link=link, token=token)

    @strawberry.mutation(
        graphql_type=RevokeShareLinkPayload | None,
        description="End a link of mine, and every pass that it gave.",
    )
    @staticmethod
    @with_problems(RevokeShareLinkPayload)
    async def revoke_share_link(info: Info, input: RevokeShareLinkInput) -> RevokeShareLinkPayload:  # noqa: A002
        """End a link."""
        key = ShareLinkId(parse_id(input.share_link_id, "ShareLink"))
        link = await share_links.revoke_link(info.context, key)
        return RevokeShareLinkPayload(share_link=link)

    @strawberry.mutation(
        graphql_type=OpenShareLinkPayload | None,
        description="Open a link: counts as one of its uses, and gives a pass to read on with.",
    )
    @staticmethod
    @with_problems(OpenShareLinkPayload)
    async def open_share_link(info: Info, input: OpenShareLinkInput) -> OpenShareLinkPayload:  # noqa: A002
        """Open a link."""
        opened = await share_links.open_link(info.context, input.token, input.password)
        return OpenShareLinkPayload(
            item=opened.item, share_pass=opened.token, expires_at=opened.expires_at
        )


def _shared(text: strawberry.ID) -> tuple[SharedKind, str]:
    """Kind and key of what is to be shared; raises BadInput."""
    type_name, key = split_id(text)
    if type_name not in set(SharedKind):
        raise BadInput(f"A {type_name} cannot be shared by a link.", field="itemId")
    return SharedKind(type_name), key
