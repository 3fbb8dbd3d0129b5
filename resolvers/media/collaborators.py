"""Who works on a playlist beside its owner: invitations, roles, leaving."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from db.repositories.media.playlists import PlaylistRepository
from domain.ids import InvitationId, PlaylistId, UserId, new_id
from domain.media.playlists import rules
from domain.media.playlists.records import (
    Collaborator,
    CollaboratorRole,
    Invitation,
    Playlist,
    PlaylistChangeKind,
)
from domain.pages import Page, PageRequest, before_text, build_page
from domain.policies.playlists import is_member, is_owner, require_member, require_own_playlist
from errors import BadInput, Forbidden, NotFound, TooLarge
from loaders.media.playlists import INVITATIONS_OF_USER
from resolvers.context import RequestContext
from resolvers.media.playlist_work import (
    PlaylistWork,
    forget_playlist,
    hold_playlist,
    log_change,
)
from resolvers.media.playlists import roles_of_viewer

INVITATION_DAYS_MAX = 90
INVITATION_USES_MAX = rules.COLLABORATORS_MAX
TOKEN_CHARS_MAX = 100
NO_INVITATION = "There is no such invitation, or it has ended."


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an invitation is to hold."""

    role: CollaboratorRole
    user_id: UserId | None = None
    """Who is asked; None makes a link for whoever has it."""
    days: int = 7
    uses: int = 1
    """How many may come by a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A fresh invitation, and the secret of its link, which is told this once."""

    invitation: Invitation
    token: str | None


async def list_collaborators(
    ctx: RequestContext, playlists: Sequence[Playlist]
) -> list[list[Collaborator] | None]:
    """Whom each owner let in; None for whoever does not belong to the playlist."""
    ids = [each.id for each in playlists]
    roles = await roles_of_viewer(ctx, ids)
    found = await ctx.loaders.media.playlists.collaborators_by_playlist_id.load_all(ids)
    return [
        those if is_member(ctx.viewer, each, role) else None
        for each, role, those in zip(playlists, roles, found, strict=True)
    ]


async def list_my_invitations(ctx: RequestContext, page: PageRequest) -> Page[Invitation]:
    """Offers to the viewer that are open, the newest first; raises Unauthenticated."""
    rows = await ctx.read("media").fetch(
        INVITATIONS_OF_USER,
        user_id=ctx.viewer.require_user_id(),
        before=before_text(page),
        limit=page.first + 1,
    )
    kept = build_page(rows, page, lambda each: (each.id,))
    return kept.map(lambda each: each if each.expires_at > ctx.clock.now() else None)


async def invite(ctx: RequestContext, playlist_id: PlaylistId, offer: Offer) -> Invited:
    """Offer somebody, or whoever has a link, to work on a playlist.

    Raises:
        NotFound: no such playlist for this viewer.
        Forbidden: it is somebody else's.
        BadInput: the days or the uses are out of bounds, or it is the owner who is asked.
        TooLarge: too many offers are open.
    """
    invited = _new_invitation(ctx, playlist_id, offer)
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_own_playlist)
        if offer.user_id == playlist.owner_id:
            raise BadInput("Its owner needs no invitation.", field="userId")
        await uow.rows.remove_ended_invitations(playlist_id, now=ctx.clock.now())
        if await uow.rows.count_invitations(playlist_id) >= rules.INVITATIONS_MAX:
            raise TooLarge(f"A playlist has {rules.INVITATIONS_MAX} open invitations at most.")
        await uow.rows.add_invitation(invited.invitation)
        await uow.commit()
    return invited


async def accept_invitation(ctx: RequestContext, invitation_id: InvitationId) -> PlaylistId:
    """Take an offer that was made to the viewer; raises NotFound, TooLarge."""
    user_id = ctx.viewer.require_user_id()
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        invitation = await uow.rows.find_invitation(invitation_id)
        if invitation is None or invitation.user_id != user_id:
            raise NotFound(NO_INVITATION, field="invitationId")
        await _accept(ctx, uow, invitation, user_id)
        await uow.commit()
    forget_playlist(ctx, invitation.playlist_id)
    return invitation.playlist_id


async def accept_link(ctx: RequestContext, token: str) -> PlaylistId:
    """Come in by a link, which counts as one of its uses; raises NotFound, TooLarge."""
    user_id = ctx.viewer.require_user_id()
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        invitation = await uow.rows.find_invitation_by_token(hash_of(token[:TOKEN_CHARS_MAX]))
        if invitation is None:
            raise NotFound(NO_INVITATION, field="token")
        await _accept(ctx, uow, invitation, user_id)
        await uow.commit()
    forget_playlist(ctx, invitation.playlist_id)
    return invitation.playlist_id


async def withdraw_invitation(ctx: RequestContext, invitation_id: InvitationId) -> None:
    """Take an offer back, or decline one; twice is once. Raises Forbidden."""
    user_id = ctx.viewer.require_user_id()
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        invitation = await uow.rows.find_invitation(invitation_id)
        if invitation is None:
            return
        playlist = await uow.rows.lock_playlist(invitation.playlist_id)
        is_mine = playlist is not None and is_owner(ctx.viewer, playlist)
        if not is_mine and invitation.user_id != user_id:
            raise NotFound(NO_INVITATION, field="invitationId")
        await uow.rows.remove_invitation(invitation_id)
        await uow.commit()


async def set_role(
    ctx: RequestContext, playlist_id: PlaylistId, user_id: UserId, role: CollaboratorRole
) -> Playlist:
    """Let a collaborator do more or less from now on; the same again changes nothing.

    Raises:
        NotFound: no such playlist for this viewer, or no such collaborator.
        Forbidden: it is somebody else's.
    """
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_own_playlist)
        present = await uow.rows.find_role(playlist_id, user_id)
        if present is None:
            raise NotFound("There is no such collaborator.", field="userId")
        if present is role:
            return playlist
        changed = await _let_in(ctx, uow, playlist, user_id, role)
        await uow.commit()
    forget_playlist(ctx, playlist_id)
    return changed


async def remove_collaborator(
    ctx: RequestContext, playlist_id: PlaylistId, user_id: UserId
) -> Playlist | None:
    """Let somebody out, or leave; twice is once. The playlist, where the viewer still sees it.

    Raises:
        NotFound: no such playlist for this viewer.
        Forbidden: a collaborator may take out nobody but themselves.
    """
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_member)
        if not is_owner(ctx.viewer, playlist) and ctx.viewer.user_id != user_id:
            raise Forbidden("Only the owner may take out somebody else.")
        if not await uow.rows.remove_collaborator(playlist_id, user_id):
            return playlist
        changed = rules.advance(playlist, now=ctx.clock.now())
        await uow.rows.save_playlist(changed)
        kind = PlaylistChangeKind.COLLABORATOR_LEFT
        await log_change(ctx, uow, changed, kind, details={"user_id": user_id})
        await uow.commit()
    forget_playlist(ctx, playlist_id)
    return changed if is_owner(ctx.viewer, changed) else None


def hash_of(token: str) -> str:
    """What we keep of a secret: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


async def _accept(
    ctx: RequestContext, uow: PlaylistWork, offer: Invitation, user_id: UserId
) -> None:
    """Let somebody in by an offer that is open; one who is in already uses nothing up.

    The playlist is held before the offer, as everywhere: two that wait for each other never end.
    """
    playlist = await uow.rows.lock_playlist(offer.playlist_id)
    invitation = await uow.rows.lock_invitation(offer.id)
    if playlist is None or invitation is None or invitation.expires_at <= ctx.clock.now():
        raise NotFound(NO_INVITATION, field="token")
    present = await uow.rows.find_role(playlist.id, user_id)
    if user_id == playlist.owner_id or present in (CollaboratorRole.EDITOR, invitation.role):
        return
    if present is None and await uow.rows.count_collaborators(playlist.id) >= (
        rules.COLLABORATORS_MAX
    ):
        raise TooLarge(f"A playlist has {rules.COLLABORATORS_MAX} collaborators at most.")
    await _let_in(ctx, uow, playlist, user_id, invitation.role)
    if invitation.uses_left > 1:
        await uow.rows.save_invitation(replace(invitation, uses_left=invitation.uses_left - 1))
    else:
        await uow.rows.remove_invitation(invitation.id)


async def _let_in(
    ctx: RequestContext,
    uow: PlaylistWork,
    playlist: Playlist,
    user_id: UserId,
    role: CollaboratorRole,
) -> Playlist:
    now = ctx.clock.now()
    await uow.rows.save_collaborator(
        Collaborator(playlist_id=playlist.id, user_id=user_id, role=role, joined_at=now)
    )
    changed = rules.advance(playlist, now=now)
    await uow.rows.save_playlist(changed)
    kind = PlaylistChangeKind.COLLABORATOR_JOINED
    await log_change(ctx, uow, changed, kind, details={"user_id": user_id, "role": role})
    return changed


def _new_invitation(ctx: RequestContext, playlist_id: PlaylistId, offer: Offer) -> Invited:
    if not 1 <= offer.days <= INVITATION_DAYS_MAX:
        raise BadInput(f"days is from 1 to {INVITATION_DAYS_MAX}.", field="days")
    if not 1 <= offer.uses <= INVITATION_USES_MAX:
        raise BadInput(f"uses is from 1 to {INVITATION_USES_MAX}.", field="uses")
    token = secrets.token_urlsafe(32) if offer.user_id is None else None
    now = ctx.clock.now()
    invitation = Invitation(
        id=InvitationId(new_id()),
        playlist_id=playlist_id,
        role=offer.role,
        user_id=offer.user_id,
        token_hash=None if token is None else hash_of(token),
        uses_left=offer.uses if token is not None else 1,
        created_at=now,
        expires_at=now + timedelta(days=offer.days),
    )
    return Invited(invitation=invitation, token=token)
