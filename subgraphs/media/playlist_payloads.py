"""Payloads of playlists."""

import strawberry

from domain.ids import PlayableKey
from domain.media.playlists import records as lists
from schema.ids import print_id
from schema.problems import Problem, problems_field
from subgraphs.media.playlist_types import Playlist, PlaylistInvitation, PlaylistItem


@strawberry.type(description="A playlist after it was told something, or why it was not.")
class PlaylistPayload:
    """The answer to most playlist mutations."""

    playlist: lists.Playlist | None = strawberry.field(graphql_type=Playlist | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type(description="What became of an addition.")
class AddToPlaylistPayload:
    """The answer to addToPlaylist."""

    playlist: lists.Playlist | None = strawberry.field(graphql_type=Playlist | None, default=None)
    items: list[lists.PlaylistItem] = strawberry.field(
        graphql_type=list[PlaylistItem], default_factory=list, description="What was added."
    )
    skipped_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="What stands in it already, where that matters."
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class DeletePlaylistPayload:
    """The answer to deletePlaylist."""

    deleted_id: strawberry.ID | None = None
    problems: list[Problem] = problems_field()


@strawberry.type
class InviteToPlaylistPayload:
    """The answer to inviteToPlaylist."""

    invitation: lists.Invitation | None = strawberry.field(
        graphql_type=PlaylistInvitation | None, default=None
    )
    token: str | None = strawberry.field(
        default=None, description="The secret of a link; told this once."
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class WithdrawPlaylistInvitationPayload:
    """The answer to withdrawPlaylistInvitation."""

    invitation_id: strawberry.ID | None = None
    problems: list[Problem] = problems_field()


def playable_ids(keys: list[PlayableKey]) -> list[strawberry.ID]:
    """Global ids of what can be played."""
    return [strawberry.ID(print_id(key.kind, key.id)) for key in keys]
