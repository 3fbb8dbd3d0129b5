"""Playlists: finding, making, describing, keeping and removing them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from db.repositories.media.playlists import PlaylistRepository
from domain.ids import PlaylistId, new_id
from domain.media.playlists import rules
from domain.media.playlists.records import (
    CollaboratorRole,
    Playlist,
    PlaylistChangeKind,
    PlaylistFollower,
)
from domain.media.playlists.rules import PlaylistDetails
from domain.messages.events import PlaylistChanged
from domain.pages import Page, PageRequest, before_instant, before_text, build_page, instant_cursor
from domain.policies.playlists import (
    may_see_playlist,
    require_own_playlist,
    require_visible_playlist,
)
from errors import TooLarge
from loaders.media.playlists import (
    FOLLOWED_OF_USER,
    PLAYLISTS_OF_COLLABORATOR,
    PLAYLISTS_OF_OWNER,
    PUBLIC_PLAYLISTS,
)
from resolvers.context import RequestContext
from resolvers.media.playlist_work import forget_playlist, hold_playlist, log_change


async def find_playlist(ctx: RequestContext, playlist_id: PlaylistId) -> Playlist | None:
    """A playlist; None where this viewer may not see one."""
    return (await find_playlists(ctx, [playlist_id]))[0]


async def find_playlists(
    ctx: RequestContext, playlist_ids: Sequence[PlaylistId]
) -> list[Playlist | None]:
    """Playlists by their ids, each as `find_playlist`."""
    found = await ctx.loaders.media.playlists.playlist_by_id.load_all(playlist_ids)
    roles = await roles_of_viewer(ctx, playlist_ids)
    return [
        each if each and may_see_playlist(ctx.viewer, each, role) else None
        for each, role in zip(found, roles, strict=True)
    ]


async def roles_of_viewer(
    ctx: RequestContext, playlist_ids: Sequence[PlaylistId]
) -> list[CollaboratorRole | None]:
    """As what the viewer was let into each; None for a stranger and for the owner."""
    if ctx.viewer.user_id is None:
        return [None] * len(playlist_ids)
    loader = ctx.loaders.media.playlists.role_by_playlist_id(ctx.viewer.user_id)
    return [None if each is None else each.role for each in await loader.load_all(playlist_ids)]


async def list_public_playlists(ctx: RequestContext, page: PageRequest) -> Page[Playlist]:
    """What anyone may find, the newest first."""
    rows = await ctx.read("media").fetch(
        PUBLIC_PLAYLISTS, before=before_text(page), limit=page.first + 1
    )
    return build_page(rows, page, lambda playlist: (playlist.id,))


async def list_my_playlists(ctx: RequestContext, page: PageRequest) -> Page[Playlist]:
    """The viewer's own playlists, the newest first; raises Unauthenticated."""
    owner_id = ctx.viewer.require_user_id()
    rows = await ctx.read("media").fetch(
        PLAYLISTS_OF_OWNER, owner_id=owner_id, before=before_text(page), limit=page.first + 1
    )
    return build_page(rows, page, lambda playlist: (playlist.id,))


async def list_shared_playlists(ctx: RequestContext, page: PageRequest) -> Page[Playlist]:
    """Others' playlists that the viewer was let into, the newest first; raises Unauthenticated."""
    user_id = ctx.viewer.require_user_id()
    rows = await ctx.read("media").fetch(
        PLAYLISTS_OF_COLLABORATOR, user_id=user_id, before=before_text(page), limit=page.first + 1
    )
    return build_page(rows, page, lambda playlist: (playlist.id,))


async def list_followed_playlists(ctx: RequestContext, page: PageRequest) -> Page[Playlist]:
    """What the viewer keeps and may still see, the last kept first; raises Unauthenticated."""
    user_id = ctx.viewer.require_user_id()
    at, before = before_instant(page)
    rows = await ctx.read("media").fetch(
        FOLLOWED_OF_USER, user_id=user_id, at=at, before=before, limit=page.first + 1
    )
    kept = build_page(rows, page, lambda row: (instant_cursor(row.followed_at), row.playlist_id))
    ids = [row.playlist_id for row in kept.nodes]
    found = dict(zip(ids, await find_playlists(ctx, ids), strict=True))
    return kept.map(lambda row: found[row.playlist_id])


async def are_followed_by_viewer(
    ctx: RequestContext, playlist_ids: Sequence[PlaylistId]
) -> list[bool | None]:
    """Whether the viewer keeps each; None for nobody."""
    if ctx.viewer.user_id is None:
        return [None] * len(playlist_ids)
    loader = ctx.loaders.media.playlists.follow_by_playlist_id(ctx.viewer.user_id)
    return [each is not None for each in await loader.load_all(playlist_ids)]


async def create_playlist(
    ctx: RequestContext, details: PlaylistDetails, *, smart: dict[str, Any] | None = None
) -> Playlist:
    """Make a playlist of the viewer's: empty, or with rules that say what is in it.

    Raises:
        Unauthenticated: nobody is logged in.
        BadInput: the title or the description is too short or too long.
        TooLarge: the viewer has as many as one may have.
    """
    owner_id = ctx.viewer.require_user_id()
    playlist = rules.new_playlist(PlaylistId(new_id()), owner_id, details, now=ctx.clock.now())
    playlist = replace(playlist, rules=smart)
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        if await uow.rows.count_playlists(owner_id) >= rules.PLAYLISTS_OF_OWNER_MAX:
            raise TooLarge(f"An account has {rules.PLAYLISTS_OF_OWNER_MAX} playlists at most.")
        await uow.rows.add_playlist(playlist)
        await log_change(ctx, uow, playlist, PlaylistChangeKind.CREATED)
        await uow.commit()
    return playlist


async def update_playlist(
    ctx: RequestContext, playlist_id: PlaylistId, details: PlaylistDetails
) -> Playlist:
    """Say something else of a playlist; the same again changes nothing.

    Raises:
        NotFound: no such playlist for this viewer.
        Forbidden: it is somebody else's.
        BadInput: the title or the description is too short or too long.
    """
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_own_playlist)
        changed = rules.change_details(playlist, details)
        if changed == playlist:
            return playlist
        changed = rules.advance(changed, now=ctx.clock.now())
        await uow.rows.save_playlist(changed)
        await log_change(
            ctx,
            uow,
            changed,
            PlaylistChangeKind.DETAILS_CHANGED,
            details={"before": rules.details_of(playlist)},
        )
        await uow.commit()
    forget_playlist(ctx, playlist_id)
    return changed


async def delete_playlist(ctx: RequestContext, playlist_id: PlaylistId) -> None:
    """Remove a playlist for good; raises NotFound, Forbidden."""
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_own_playlist)
        await uow.rows.remove_playlist(playlist_id)
        gone = PlaylistChanged(playlist_id=playlist_id, version=playlist.version + 1)
        await uow.publish(gone)
        await uow.commit()
    forget_playlist(ctx, playlist_id)


async def follow_playlist(ctx: RequestContext, playlist_id: PlaylistId) -> Playlist:
    """Keep a playlist among one's own; twice is once. Raises NotFound."""
    now = ctx.clock.now()
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await hold_playlist(ctx, uow, playlist_id, require_visible_playlist)
        follower = PlaylistFollower(
            playlist_id=playlist_id, user_id=ctx.viewer.require_user_id(), followed_at=now
        )
        is_new = await uow.rows.add_follower(follower)
        playlist = rules.count_followers(playlist, 1 if is_new else 0)
        await uow.rows.save_playlist(playlist)
        await uow.commit()
    forget_playlist(ctx, playlist_id)
    return playlist


async def unfollow_playlist(ctx: RequestContext, playlist_id: PlaylistId) -> None:
    """Keep it no longer, also where it was hidden meanwhile; twice is once."""
    user_id = ctx.viewer.require_user_id()
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        playlist = await uow.rows.lock_playlist(playlist_id)
        if playlist is None or not await uow.rows.remove_follower(playlist_id, user_id):
            return
        await uow.rows.save_playlist(rules.count_followers(playlist, -1))
        await uow.commit()
    forget_playlist(ctx, playlist_id)
