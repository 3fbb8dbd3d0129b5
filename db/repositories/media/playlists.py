"""Playlists inside a unit of work: whatever changes one holds its row first."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import (
    fetch_records,
    insert_new,
    insert_record,
    lock_record,
    update_record,
    upsert,
    values_of,
)
from db.tables.media.playlists import (
    playlist_changes,
    playlist_collaborators,
    playlist_followers,
    playlist_invitations,
    playlist_items,
    playlists,
)
from domain.ids import InvitationId, PlaylistChangeId, PlaylistId, PlaylistItemId, UserId
from domain.media.playlists.records import (
    Collaborator,
    CollaboratorRole,
    Invitation,
    Playlist,
    PlaylistChange,
    PlaylistFollower,
    PlaylistItem,
)

items = playlist_items.c
members = playlist_collaborators.c


class PlaylistRepository:
    """Reads for update and writes of playlists."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_playlist(self, playlist: Playlist) -> None:
        """Add an empty playlist."""
        await insert_record(self._connection, playlists, playlist)

    async def lock_playlist(self, playlist_id: PlaylistId) -> Playlist | None:
        """A playlist, held for update: its items change by one hand at a time."""
        statement = select(playlists).where(playlists.c.id == playlist_id)
        return await lock_record(self._connection, statement, Playlist)

    async def save_playlist(self, playlist: Playlist) -> None:
        """Write a changed playlist."""
        await update_record(self._connection, playlists, playlist)

    async def remove_playlist(self, playlist_id: PlaylistId) -> None:
        """Remove a playlist and all that belongs to it."""
        await self._connection.execute(delete(playlists).where(playlists.c.id == playlist_id))

    async def count_playlists(self, owner_id: UserId) -> int:
        """How many playlists an account has."""
        statement = select(func.count()).where(playlists.c.owner_id == owner_id)
        return int((await self._connection.execute(statement)).scalar_one())

    async def find_role(
        self, playlist_id: PlaylistId, user_id: UserId | None
    ) -> CollaboratorRole | None:
        """As what an account was let in; None for a stranger and for the owner."""
        statement = select(members.role).where(
            members.playlist_id == playlist_id, members.user_id == user_id
        )
        return (await self._connection.execute(statement)).scalar_one_or_none()

    async def add_items(self, new: Sequence[PlaylistItem]) -> None:
        """Add items."""
        await self._connection.execute(insert(playlist_items), [values_of(each) for each in new])

    async def find_items(
        self, playlist_id: PlaylistId, item_ids: Collection[PlaylistItemId]
    ) -> list[PlaylistItem]:
        """Those of the items that are there, in their order."""
        statement = (
            select(playlist_items)
            .where(items.playlist_id == playlist_id, items.id.in_(item_ids))
            .order_by(items.order_key, items.id)
        )
        return await fetch_records(self._connection, statement, PlaylistItem)

    async def find_playables(self, playlist_id: PlaylistId, playables: Collection[str]) -> set[str]:
        """Which of them stand in the playlist already."""
        statement = select(items.playable).where(
            items.playlist_id == playlist_id, items.playable.in_(playables)
        )
        return set((await self._connection.execute(statement)).scalars())

    async def find_last_key(
        self, playlist_id: PlaylistId, *, but: Collection[PlaylistItemId]
    ) -> str | None:
        """The order key of the last item that is none of these."""
        statement = (
            select(items.order_key)
            .where(items.playlist_id == playlist_id, items.id.not_in(but))
            .order_by(items.order_key.desc(), items.id.desc())
            .limit(1)
        )
        return (await self._connection.execute(statement)).scalar_one_or_none()

    async def find_next_key(
        self,
        playlist_id: PlaylistId,
        anchor: PlaylistItem | None,
        *,
        but: Collection[PlaylistItemId],
    ) -> str | None:
        """The order key of the first item behind another (or of all) that is none of these."""
        behind = ("", "") if anchor is None else (anchor.order_key, anchor.id)
        statement = (
            select(items.order_key)
            .where(
                items.playlist_id == playlist_id,
                tuple_(items.order_key, items.id) > tuple_(*behind),
                items.id.not_in(but),
            )
            .order_by(items.order_key, items.id)
            .limit(1)
        )
        return (await self._connection.execute(statement)).scalar_one_or_none()

    async def list_item_ids(self, playlist_id: PlaylistId) -> list[PlaylistItemId]:
        """All items of a playlist, in their order."""
        statement = (
            select(items.id)
            .where(items.playlist_id == playlist_id)
            .order_by(items.order_key, items.id)
        )
        return list((await self._connection.execute(statement)).scalars())

    async def set_order_keys(self, keys: Mapping[PlaylistItemId, str]) -> None:
        """Put items elsewhere."""
        statement = (
            update(playlist_items)
            .where(items.id == bindparam("item_id"))
            .values(order_key=bindparam("key"))
        )
        rows = [{"item_id": item_id, "key": key} for item_id, key in keys.items()]
        await self._connection.execute(statement, rows)

    async def remove_items(self, item_ids: Collection[PlaylistItemId]) -> None:
        """Remove items."""
        await self._connection.execute(delete(playlist_items).where(items.id.in_(item_ids)))

    async def add_change(self, change: PlaylistChange, *, kept: int) -> None:
        """Write an entry of the change log, and let the entry go that is the oldest by then."""
        await insert_record(self._connection, playlist_changes, change)
        old = (playlist_changes.c.playlist_id == change.playlist_id) & (
            playlist_changes.c.version <= change.version - kept
        )
        await self._connection.execute(delete(playlist_changes).where(old))

    async def find_change(self, change_id: PlaylistChangeId) -> PlaylistChange | None:
        """An entry of a change log."""
        statement = select(playlist_changes).where(playlist_changes.c.id == change_id)
        found = await fetch_records(self._connection, statement, PlaylistChange)
        return found[0] if found else None

    async def save_collaborator(self, collaborator: Collaborator) -> None:
        """Let somebody in, or let them in as something else."""
        await upsert(
            self._connection,
            playlist_collaborators,
            values_of(collaborator),
            keys=("playlist_id", "user_id"),
            changes={"role": collaborator.role},
        )

    async def count_collaborators(self, playlist_id: PlaylistId) -> int:
        """How many were let in."""
        statement = select(func.count()).where(members.playlist_id == playlist_id)
        return int((await self._connection.execute(statement)).scalar_one())

    async def remove_collaborator(self, playlist_id: PlaylistId, user_id: UserId) -> bool:
        """Let somebody out; False for a stranger."""
        same = (members.playlist_id == playlist_id) & (members.user_id == user_id)
        result = await self._connection.execute(delete(playlist_collaborators).where(same))
        return result.rowcount == 1

    async def add_invitation(self, invitation: Invitation) -> None:
        """Make an offer."""
        await insert_record(self._connection, playlist_invitations, invitation)

    async def count_invitations(self, playlist_id: PlaylistId) -> int:
        """How many offers are open."""
        column = playlist_invitations.c.playlist_id
        statement = select(func.count()).where(column == playlist_id)
        return int((await self._connection.execute(statement)).scalar_one())

    async def lock_invitation(self, invitation_id: InvitationId) -> Invitation | None:
        """An offer, held for update."""
        statement = select(playlist_invitations).where(playlist_invitations.c.id == invitation_id)
        return await lock_record(self._connection, statement, Invitation)

    async def find_invitation(self, invitation_id: InvitationId) -> Invitation | None:
        """An offer, as it is now."""
        return await self._find_invitation(playlist_invitations.c.id == invitation_id)

    async def find_invitation_by_token(self, token_hash: str) -> Invitation | None:
        """The offer that a link makes, as it is now."""
        return await self._find_invitation(playlist_invitations.c.token_hash == token_hash)

    async def _find_invitation(self, condition: ColumnElement[bool]) -> Invitation | None:
        statement = select(playlist_invitations).where(condition)
        found = await fetch_records(self._connection, statement, Invitation)
        return found[0] if found else None

    async def remove_ended_invitations(self, playlist_id: PlaylistId, *, now: datetime) -> None:
        """Let offers go whose time is over."""
        table = playlist_invitations
        ended = (table.c.playlist_id == playlist_id) & (table.c.expires_at <= now)
        await self._connection.execute(delete(table).where(ended))

    async def save_invitation(self, invitation: Invitation) -> None:
        """Write an offer that was taken once."""
        await update_record(self._connection, playlist_invitations, invitation)

    async def remove_invitation(self, invitation_id: InvitationId) -> None:
        """Take an offer back, or let one go that is used up."""
        column = playlist_invitations.c.id
        await self._connection.execute(delete(playlist_invitations).where(column == invitation_id))

    async def add_follower(self, follower: PlaylistFollower) -> bool:
        """Keep a playlist; False when it was kept before."""
        return await insert_new(self._connection, playlist_followers, values_of(follower))

    async def remove_follower(self, playlist_id: PlaylistId, user_id: UserId) -> bool:
        """Keep it no longer; False when it was not kept."""
        table = playlist_followers
        same = (table.c.playlist_id == playlist_id) & (table.c.user_id == user_id)
        return (await self._connection.execute(delete(table).where(same))).rowcount == 1
