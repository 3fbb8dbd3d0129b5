"""Types of playlists."""

from collections.abc import Sequence

import msgspec
import strawberry

from domain.ids import PlaylistId, UserKey
from domain.media import records as media
from domain.media.playlists import records as lists
from domain.pages import Page, page_request
from domain.policies.playlists import may_edit_items
from resolvers.context import RequestContext
from resolvers.media import (
    collaborators,
    playlist_covers,
    playlist_items,
    playlist_log,
    playlists,
    smart_playlists,
)
from schema.batched import batched, references
from schema.costs import PAGED, ListSize
from schema.global_id import global_id
from schema.ids import parse_id, print_id
from schema.pagination import Connection
from schema.scalars import DateTime
from subgraphs.media.nodes import Node
from subgraphs.media.playable_types import Playable
from subgraphs.media.playlist_enums import (
    CollaboratorRole,
    PlaylistChangeKind,
    PlaylistPrivacy,
)
from subgraphs.media.stubs import User


@strawberry.type(description="One place in a playlist.")
class PlaylistItem:
    """An item."""

    id: strawberry.ID = global_id()
    added_at: DateTime

    @strawberry.field(graphql_type=User | None, description="Who put it there.")
    @batched
    def added_by(parents: Sequence[lists.PlaylistItem], _ctx: RequestContext) -> list[UserKey]:
        """Who added each, by key."""
        return [UserKey(item.added_by) for item in parents]

    @strawberry.field(
        graphql_type=Playable | None,
        description="Null where it is gone, or not for you to see.",
    )
    @batched
    async def playable(
        parents: Sequence[lists.PlaylistItem], ctx: RequestContext
    ) -> list[media.Playable | None]:
        """What stands in each place."""
        return await playlist_items.playables_of(ctx, parents)


@strawberry.type(description="Somebody whom the owner let in.")
class PlaylistCollaborator:
    """A collaborator."""

    role: CollaboratorRole
    joined_at: DateTime
    user: User | None


@strawberry.type(description="An entry of a playlist's change log.")
class PlaylistChange:
    """Who did what, and when."""

    id: strawberry.ID = global_id()
    version: int = strawberry.field(description="The playlist's version after it.")
    kind: PlaylistChangeKind
    at: DateTime
    user: User | None = strawberry.field(description="Who did it.")

    @strawberry.field(
        graphql_type=list[Playable],
        directives=[ListSize(assumed_size=5)],
        description="What was added, moved or removed, as far as you may see it.",
    )
    @batched
    async def playables(
        parents: Sequence[lists.PlaylistChange], ctx: RequestContext
    ) -> list[list[media.Playable]]:
        """What each is about."""
        return await playlist_log.playables_of_changes(ctx, parents)


@strawberry.federation.type(keys=["id"], description="A list of what can be played.")
class Playlist(Node):
    """A playlist."""

    title: str
    description: str
    privacy: PlaylistPrivacy
    is_collaborative: bool = strawberry.field(
        description="Whether its editors may change the items now."
    )
    allows_duplicates: bool
    is_smart: bool = strawberry.field(description="Whether rules say what is in it.")
    version: int = strawberry.field(description="Grows with each change.")
    follower_count: int = strawberry.field(description="How many keep it.")
    created_at: DateTime
    updated_at: DateTime

    @strawberry.field(
        graphql_type=str | None, description="The rules of a smart playlist, as JSON."
    )
    @batched
    def rules(parents: Sequence[lists.Playlist], _ctx: RequestContext) -> list[str | None]:
        """What says what is in each."""
        return [
            None if each.rules is None else msgspec.json.encode(each.rules).decode()
            for each in parents
        ]

    @strawberry.field(graphql_type=int)
    @batched
    async def item_count(parents: Sequence[lists.Playlist], ctx: RequestContext) -> list[int]:
        """How many items each has."""
        return [count for count, _ in await smart_playlists.figures_of(ctx, parents)]

    @strawberry.field(
        graphql_type=float,
        description="Of all items, as long as they were when they were added.",
    )
    @batched
    async def duration_ms(parents: Sequence[lists.Playlist], ctx: RequestContext) -> list[float]:
        """How long each is."""
        return [length for _, length in await smart_playlists.figures_of(ctx, parents)]

    @strawberry.field(graphql_type=User | None, description="Whose it is.")
    @batched
    def owner(parents: Sequence[lists.Playlist], _ctx: RequestContext) -> list[UserKey]:
        """The owner of each, by key."""
        return [playlist.owner for playlist in parents]

    @strawberry.field(
        graphql_type=list[str],
        directives=[ListSize(assumed_size=4)],
        description="Its own cover, or up to four of its items'. Signed; good for a day or more.",
    )
    @batched
    async def cover_urls(parents: Sequence[lists.Playlist], ctx: RequestContext) -> list[list[str]]:
        """What each looks like."""
        return await playlist_covers.cover_urls_of(ctx, parents)

    @strawberry.field(
        graphql_type=Connection[PlaylistItem], directives=[PAGED], description="In their order."
    )
    @batched
    async def items(
        parents: Sequence[lists.Playlist],
        ctx: RequestContext,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[lists.PlaylistItem]]:
        """A page of each playlist's items."""
        return await playlist_items.list_items(ctx, parents, page_request(first, after))

    @strawberry.field(graphql_type=bool | None, description="Whether I keep it; null for nobody.")
    @batched
    async def is_followed(
        parents: Sequence[lists.Playlist], ctx: RequestContext
    ) -> list[bool | None]:
        """Whether the viewer keeps each."""
        return await playlists.are_followed_by_viewer(ctx, [each.id for each in parents])

    @strawberry.field(
        graphql_type=CollaboratorRole | None,
        description="As what I was let in; null for its owner and for strangers.",
    )
    @batched
    async def viewer_role(
        parents: Sequence[lists.Playlist], ctx: RequestContext
    ) -> list[CollaboratorRole | None]:
        """What the viewer is to each."""
        return await playlists.roles_of_viewer(ctx, [each.id for each in parents])

    @strawberry.field(graphql_type=bool, description="Whether I may change what is in it.")
    @batched
    async def can_edit(parents: Sequence[lists.Playlist], ctx: RequestContext) -> list[bool]:
        """Whether the viewer may edit each."""
        roles = await playlists.roles_of_viewer(ctx, [each.id for each in parents])
        return [
            may_edit_items(ctx.viewer, each, role)
            for each, role in zip(parents, roles, strict=True)
        ]

    @strawberry.field(
        graphql_type=list[PlaylistCollaborator] | None,
        directives=[ListSize(assumed_size=20)],
        description="Whom its owner let in; null for strangers.",
    )
    @batched
    async def collaborators(
        parents: Sequence[lists.Playlist], ctx: RequestContext
    ) -> list[list[lists.Collaborator] | None]:
        """Who works on each."""
        return await collaborators.list_collaborators(ctx, parents)

    @strawberry.field(
        graphql_type=Connection[PlaylistChange] | None,
        directives=[PAGED],
        description="What was done with it, the newest first; null for strangers.",
    )
    @batched
    async def changes(
        parents: Sequence[lists.Playlist],
        ctx: RequestContext,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[lists.PlaylistChange] | None]:
        """A page of each change log."""
        return await playlist_log.list_changes(ctx, parents, page_request(first, after))

    @references(lambda text: PlaylistId(parse_id(text, "Playlist")))
    async def resolve_references(
        keys: Sequence[PlaylistId], ctx: RequestContext
    ) -> list[lists.Playlist | None]:
        """Answer other subgraphs' mentions of playlists."""
        return await playlists.find_playlists(ctx, keys)


@strawberry.type(description="An offer to work on a playlist.")
class PlaylistInvitation:
    """An invitation."""

    id: strawberry.ID = global_id()
    role: CollaboratorRole
    created_at: DateTime
    expires_at: DateTime

    @strawberry.field(
        graphql_type=strawberry.ID, description="Which playlist; it opens once you accept."
    )
    @batched
    def playlist_id(parents: Sequence[lists.Invitation], _ctx: RequestContext) -> list[str]:
        """The playlists' global ids."""
        return [print_id("Playlist", each.playlist_id) for each in parents]


@strawberry.type(description="How a playlist stands, and what was done since it was told last.")
class PlaylistNews:
    """A playlist, live."""

    playlist: lists.Playlist = strawberry.field(graphql_type=Playlist)
    changes: list[lists.PlaylistChange] = strawberry.field(
        graphql_type=list[PlaylistChange],
        description="The oldest first; empty for strangers.",
    )
