"""Root mutations of playlists: who works on them."""

import strawberry

from domain.ids import InvitationId, UserId
from resolvers.media import collaborators, playlists
from schema.ids import parse_id
from schema.info import Info
from schema.problems import with_problems
from subgraphs.media.playlist_inputs import (
    AcceptPlaylistInvitationInput,
    InviteToPlaylistInput,
    RemoveCollaboratorInput,
    SetCollaboratorRoleInput,
    WithdrawPlaylistInvitationInput,
)
from subgraphs.media.playlist_mutations import playlist_key
from subgraphs.media.playlist_payloads import (
    InviteToPlaylistPayload,
    PlaylistPayload,
    WithdrawPlaylistInvitationPayload,
)


@strawberry.type
class CollaboratorMutation:
    """What owners and collaborators tell."""

    @strawberry.mutation(
        graphql_type=InviteToPlaylistPayload | None,
        description="Let somebody, or whoever has a link, work on my playlist.",
    )
    @staticmethod
    @with_problems(InviteToPlaylistPayload)
    async def invite_to_playlist(
        info: Info,
        input: InviteToPlaylistInput,  # noqa: A002
    ) -> InviteToPlaylistPayload:
        """Make an offer."""
        offer = collaborators.Offer(
            role=input.role,
            user_id=None if input.user_id is None else _user(input.user_id),
            days=input.days,
            uses=input.uses,
        )
        invited = await collaborators.invite(info.context, playlist_key(input.playlist_id), offer)
        return InviteToPlaylistPayload(invitation=invited.invitation, token=invited.token)

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None, description="Take an offer to work on a playlist."
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def accept_playlist_invitation(
        info: Info,
        input: AcceptPlaylistInvitationInput,  # noqa: A002
    ) -> PlaylistPayload:
        """Come in."""
        ctx = info.context
        if input.token:
            key = await collaborators.accept_link(ctx, input.token)
        else:
            invitation_id = parse_id(input.invitation_id or "", "PlaylistInvitation")
            key = await collaborators.accept_invitation(ctx, InvitationId(invitation_id))
        return PlaylistPayload(playlist=await playlists.find_playlist(ctx, key))

    @strawberry.mutation(
        graphql_type=WithdrawPlaylistInvitationPayload | None,
        description="Take an offer of mine back, or decline one that was made to me.",
    )
    @staticmethod
    @with_problems(WithdrawPlaylistInvitationPayload)
    async def withdraw_playlist_invitation(
        info: Info,
        input: WithdrawPlaylistInvitationInput,  # noqa: A002
    ) -> WithdrawPlaylistInvitationPayload:
        """End an offer."""
        key = InvitationId(parse_id(input.invitation_id, "PlaylistInvitation"))
        await collaborators.withdraw_invitation(info.context, key)
        return WithdrawPlaylistInvitationPayload(invitation_id=input.invitation_id)

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None,
        description="Let a collaborator of my playlist do more, or less.",
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def set_collaborator_role(info: Info, input: SetCollaboratorRoleInput) -> PlaylistPayload:  # noqa: A002
        """Change a role."""
        changed = await collaborators.set_role(
            info.context, playlist_key(input.playlist_id), _user(input.user_id), input.role
        )
        return PlaylistPayload(playlist=changed)

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None,
        description="Take somebody out of my playlist, or leave another's.",
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def remove_collaborator(info: Info, input: RemoveCollaboratorInput) -> PlaylistPayload:  # noqa: A002
        """Let somebody out."""
        left = await collaborators.remove_collaborator(
            info.context, playlist_key(input.playlist_id), _user(input.user_id)
        )
        return PlaylistPayload(playlist=left)


def _user(text: strawberry.ID) -> UserId:
    return UserId(parse_id(text, "User"))
