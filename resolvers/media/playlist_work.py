"""What every change of a playlist has in common: hold, authorise, log, tell, commit."""

from collections.abc import Callable, Sequence
from typing import Any

from db.repositories.media.playlists import PlaylistRepository
from db.unit_of_work import UnitOfWork
from domain.ids import PlaylistChangeId, PlaylistId, new_id
from domain.media.playlists import rules
from domain.media.playlists.records import (
    CollaboratorRole,
    Playlist,
    PlaylistChange,
    PlaylistChangeKind,
)
from domain.messages.events import PlaylistChanged
from domain.viewer import Viewer
from resolvers.context import RequestContext

PlaylistWork = UnitOfWork[PlaylistRepository]
Require = Callable[[Viewer, Playlist | None, CollaboratorRole | None], Playlist]


async def hold_playlist(
    ctx: RequestContext, uow: PlaylistWork, playlist_id: PlaylistId, require: Require
) -> Playlist:
    """A playlist, held for update, if the viewer may do with it what `require` says.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound, Forbidden: as `require` does.
    """
    user_id = ctx.viewer.require_user_id()
    playlist = await uow.rows.lock_playlist(playlist_id)
    return require(ctx.viewer, playlist, await uow.rows.find_role(playlist_id, user_id))


async def log_change(
    ctx: RequestContext,
    uow: PlaylistWork,
    playlist: Playlist,
    kind: PlaylistChangeKind,
    *,
    playables: Sequence[str] = (),
    details: dict[str, Any] | None = None,
) -> PlaylistChange:
    """Write who did what, and tell whoever watches; goes with the commit."""
    change = PlaylistChange(
        id=PlaylistChangeId(new_id()),
        playlist_id=playlist.id,
        version=playlist.version,
        user_id=ctx.viewer.require_user_id(),
        kind=kind,
        playables=list(playables),
        details=details or {},
        at=playlist.updated_at,
    )
    await uow.rows.add_change(change, kept=rules.CHANGES_KEPT_MAX)
    await uow.publish(PlaylistChanged(playlist_id=playlist.id, version=playlist.version))
    return change


def forget_playlist(ctx: RequestContext, playlist_id: PlaylistId) -> None:
    """Let this request read a changed playlist anew."""
    ctx.loaders.media.__dict__.pop("playlists", None)
    ctx.loaders.media.playlists.playlist_by_id.clear(playlist_id)
