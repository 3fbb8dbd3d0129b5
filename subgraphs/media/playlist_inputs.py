"""Inputs of playlists."""

import strawberry

from subgraphs.media.playlist_enums import CollaboratorRole, PlaylistPrivacy


@strawberry.input
class CreatePlaylistInput:
    """A new, empty playlist."""

    title: str
    description: str = ""
    privacy: PlaylistPrivacy = PlaylistPrivacy.PRIVATE
    is_collaborative: bool = False
    allows_duplicates: bool = True


@strawberry.input
class UpdatePlaylistInput:
    """What is left out stays as it is."""

    playlist_id: strawberry.ID
    title: str | None = None
    description: str | None = None
    privacy: PlaylistPrivacy | None = None
    is_collaborative: bool | None = None
    allows_duplicates: bool | None = None
    cover_playable_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose cover it wears; null: those of its first items.",
    )


@strawberry.input
class DeletePlaylistInput:
    """Which playlist goes, for good."""

    playlist_id: strawberry.ID


@strawberry.input
class AddToPlaylistInput:
    """At the end, unless something else is said."""

    playlist_id: strawberry.ID
    playable_ids: list[strawberry.ID] = strawberry.field(description="At most 500.")
    after_item_id: strawberry.ID | None = strawberry.field(
        default=None, description="Behind this item; at the end where somebody removed it."
    )
    at_beginning: bool = False


@strawberry.input
class MoveInPlaylistInput:
    """To the end, unless something else is said."""

    playlist_id: strawberry.ID
    item_ids: list[strawberry.ID] = strawberry.field(
        description="One behind the other, as they are named; at most 500."
    )
    after_item_id: strawberry.ID | None = None
    at_beginning: bool = False


@strawberry.input
class RemoveFromPlaylistInput:
    """Which items go."""

    playlist_id: strawberry.ID
    item_ids: list[strawberry.ID] = strawberry.field(description="At most 500.")


@strawberry.input
class FollowPlaylistInput:
    """Which playlist."""

    playlist_id: strawberry.ID


@strawberry.input
class RevertPlaylistChangeInput:
    """Which change is taken back."""

    playlist_id: strawberry.ID
    change_id: strawberry.ID


@strawberry.input
class InviteToPlaylistInput:
    """Whom to let in; without a user a link is made, for whoever has it."""

    playlist_id: strawberry.ID
    role: CollaboratorRole = CollaboratorRole.EDITOR
    user_id: strawberry.ID | None = None
    days: int = strawberry.field(default=7, description="How long it is open, at most 90.")
    uses: int = strawberry.field(default=1, description="How many may come by a link.")


@strawberry.input(one_of=True)
class AcceptPlaylistInvitationInput:
    """An invitation of mine, or the secret of a link."""

    invitation_id: strawberry.ID | None = strawberry.UNSET
    token: str | None = strawberry.UNSET


@strawberry.input
class WithdrawPlaylistInvitationInput:
    """Which offer to take back, or to decline."""

    invitation_id: strawberry.ID


@strawberry.input
class SetCollaboratorRoleInput:
    """What a collaborator may do from now on."""

    playlist_id: strawberry.ID
    user_id: strawberry.ID
    role: CollaboratorRole


@strawberry.input
class RemoveCollaboratorInput:
    """Who goes; a collaborator may name themselves."""

    playlist_id: strawberry.ID
    user_id: strawberry.ID
