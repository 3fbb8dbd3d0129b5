"""Reads of playlists and of what belongs to them."""

from functools import cached_property

from sqlalchemy import Integer, Text, bindparam, select, text, tuple_

from db.read import key_in, query
from db.tables.media.playlists import (
    LISTED,
    playlist_changes,
    playlist_collaborators,
    playlist_followers,
    playlist_invitations,
    playlist_items,
    playlists,
)
from db.types import Instant
from domain.ids import PlaylistId, PlaylistItemId, UserId
from domain.media.playlists.records import (
    Collaborator,
    Invitation,
    Playlist,
    PlaylistChange,
    PlaylistFollower,
    PlaylistItem,
)
from loaders.batch import BatchLoader, GroupLoader, PageLoaders
from loaders.pages import page_of_each

LIMIT = bindparam("limit", type_=Integer)
BEFORE = bindparam("before", type_=Text)
USER = bindparam("user_id", type_=Text)

PUBLIC_PLAYLISTS = query(
    select(playlists)
    .where(text(LISTED), playlists.c.id < BEFORE)
    .order_by(playlists.c.id.desc())
    .limit(LIMIT),
    Playlist,
)
PLAYLISTS_OF_OWNER = query(
    select(playlists)
    .where(playlists.c.owner_id == bindparam("owner_id", type_=Text), playlists.c.id < BEFORE)
    .order_by(playlists.c.id.desc())
    .limit(LIMIT),
    Playlist,
)
PLAYLISTS_OF_COLLABORATOR = query(
    select(playlists)
    .join(playlist_collaborators, playlist_collaborators.c.playlist_id == playlists.c.id)
    .where(
        playlist_collaborators.c.user_id == USER,
        playlist_collaborators.c.playlist_id < BEFORE,
    )
    .order_by(playlist_collaborators.c.playlist_id.desc())
    .limit(LIMIT),
    Playlist,
)
FOLLOWED_OF_USER = query(
    select(playlist_followers)
    .where(
        playlist_followers.c.user_id == USER,
        tuple_(playlist_followers.c.followed_at, playlist_followers.c.playlist_id)
        < tuple_(bindparam("at", type_=Instant), BEFORE),
    )
    .order_by(playlist_followers.c.followed_at.desc(), playlist_followers.c.playlist_id.desc())
    .limit(LIMIT),
    PlaylistFollower,
)
INVITATIONS_OF_USER = query(
    select(playlist_invitations)
    .where(playlist_invitations.c.user_id == USER, playlist_invitations.c.id < BEFORE)
    .order_by(playlist_invitations.c.id.desc())
    .limit(LIMIT),
    Invitation,
)
CHANGES_SINCE = query(
    select(playlist_changes)
    .where(
        playlist_changes.c.playlist_id == bindparam("playlist_id", type_=Text),
        playlist_changes.c.version > bindparam("version", type_=Integer),
    )
    .order_by(playlist_changes.c.version)
    .limit(LIMIT),
    PlaylistChange,
)


class PlaylistById(BatchLoader[PlaylistId, Playlist]):
    """Playlist ids to playlists: who may see one is for policies to say."""

    query = query(select(playlists).where(key_in(playlists.c.id)), Playlist)


class ItemById(BatchLoader[PlaylistItemId, PlaylistItem]):
    """Item ids to items."""

    query = query(select(playlist_items).where(key_in(playlist_items.c.id)), PlaylistItem)


class ItemsByPlaylistId(GroupLoader[PlaylistId, PlaylistItem]):
    """Playlist ids to a page of their items, in their order."""

    query = page_of_each(
        playlist_items,
        "playlist_id",
        PlaylistItem,
        condition=lambda rows: (
            tuple_(rows.c.order_key, rows.c.id)
            > tuple_(bindparam("order_key", type_=Text), bindparam("id", type_=Text))
        ),
        order=lambda rows: (rows.c.order_key, rows.c.id),
    )
    key_name = "playlist_id"


class ChangesByPlaylistId(GroupLoader[PlaylistId, PlaylistChange]):
    """Playlist ids to a page of their change logs, the newest first."""

    query = page_of_each(
        playlist_changes,
        "playlist_id",
        PlaylistChange,
        condition=lambda rows: rows.c.version < bindparam("version", type_=Integer),
        order=lambda rows: (rows.c.version.desc(),),
    )
    key_name = "playlist_id"


class CollaboratorsByPlaylistId(GroupLoader[PlaylistId, Collaborator]):
    """Playlist ids to all their collaborators, whoever came first before the others."""

    query = query(
        select(playlist_collaborators)
        .where(key_in(playlist_collaborators.c.playlist_id))
        .order_by(playlist_collaborators.c.joined_at, playlist_collaborators.c.user_id),
        Collaborator,
    )
    key_name = "playlist_id"


class RoleByPlaylistId(BatchLoader[PlaylistId, Collaborator]):
    """Playlist ids to one account's place among their collaborators."""

    query = query(
        select(playlist_collaborators).where(
            playlist_collaborators.c.user_id == USER,
            key_in(playlist_collaborators.c.playlist_id),
        ),
        Collaborator,
    )
    key_name = "playlist_id"


class FollowByPlaylistId(BatchLoader[PlaylistId, PlaylistFollower]):
    """Playlist ids to one account's keeping of them."""

    query = query(
        select(playlist_followers).where(
            playlist_followers.c.user_id == USER, key_in(playlist_followers.c.playlist_id)
        ),
        PlaylistFollower,
    )
    key_name = "playlist_id"


class PlaylistLoaders(PageLoaders):
    """The loaders over the tables of playlists."""

    @cached_property
    def playlist_by_id(self) -> PlaylistById:
        """Playlists."""
        return PlaylistById(self._read)

    @cached_property
    def item_by_id(self) -> ItemById:
        """Items."""
        return ItemById(self._read)

    @cached_property
    def collaborators_by_playlist_id(self) -> CollaboratorsByPlaylistId:
        """Who works on playlists."""
        return CollaboratorsByPlaylistId(self._read)

    def role_by_playlist_id(self, user_id: UserId) -> RoleByPlaylistId:
        """As what somebody was let in."""
        return self.page(RoleByPlaylistId, user_id=user_id)

    def follow_by_playlist_id(self, user_id: UserId) -> FollowByPlaylistId:
        """What somebody keeps."""
        return self.page(FollowByPlaylistId, user_id=user_id)

    def items_by_playlist_id(self, *, limit: int, order_key: str, id: str) -> ItemsByPlaylistId:  # noqa: A002
        """The same page of many playlists."""
        return self.page(ItemsByPlaylistId, limit=limit, order_key=order_key, id=id)

    def changes_by_playlist_id(self, *, limit: int, version: int) -> ChangesByPlaylistId:
        """The same page of many change logs."""
        return self.page(ChangesByPlaylistId, limit=limit, version=version)
