"""What a playlist must look like, and how its figures move."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.ids import PlaylistId, UserId
from domain.media.playlists.records import Playlist, PlaylistItem, PlaylistPrivacy
from domain.text import checked_text
from errors import BadInput, Conflict, TooLarge

TITLE_CHARS_MAX = 200
DESCRIPTION_CHARS_MAX = 5_000
ITEMS_MAX = 10_000
ITEMS_AT_ONCE_MAX = 500
PLAYLISTS_OF_OWNER_MAX = 5_000
COLLABORATORS_MAX = 100
INVITATIONS_MAX = 100
CHANGES_KEPT_MAX = 5_000
"""Older entries of the change log are let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistDetails:
    """What its owner says of a playlist; None leaves it as it is."""

    title: str | None = None
    description: str | None = None
    privacy: PlaylistPrivacy | None = None
    is_collaborative: bool | None = None
    allows_duplicates: bool | None = None
    cover_playable: str | None = None
    """Whose cover it wears; an empty text: those of its first items."""


def new_playlist(
    playlist_id: PlaylistId, owner_id: UserId, details: PlaylistDetails, *, now: datetime
) -> Playlist:
    """An empty playlist, PRIVATE unless something else is said.

    Raises:
        BadInput: the title or the description is too short or too long.
    """
    empty = Playlist(
        id=playlist_id,
        owner_id=owner_id,
        title="",
        description="",
        cover_playable=None,
        privacy=PlaylistPrivacy.PRIVATE,
        is_collaborative=False,
        allows_duplicates=True,
        rules=None,
        version=1,
        order_epoch=1,
        item_count=0,
        duration_ms=0,
        follower_count=0,
        created_at=now,
        updated_at=now,
    )
    return change_details(empty, replace(details, title=details.title or ""))


def change_details(playlist: Playlist, details: PlaylistDetails) -> Playlist:
    """Say something else of a playlist.

    Raises:
        BadInput: the title or the description is too short or too long.
    """
    changes: dict[str, Any] = {
        name: value
        for name in ("privacy", "is_collaborative", "allows_duplicates")
        if (value := getattr(details, name)) is not None
    }
    if details.title is not None:
        changes["title"] = checked_text(
            details.title, field="title", chars_min=1, chars_max=TITLE_CHARS_MAX
        )
    if details.description is not None:
        changes["description"] = checked_text(
            details.description, field="description", chars_max=DESCRIPTION_CHARS_MAX
        )
    if details.cover_playable is not None:
        changes["cover_playable"] = details.cover_playable or None
    return replace(playlist, **changes)


def details_of(playlist: Playlist) -> dict[str, Any]:
    """What `change_details` can say of it, as it is now."""
    names = ("title", "description", "privacy", "is_collaborative", "allows_duplicates")
    told = {name: getattr(playlist, name) for name in names}
    return {**told, "cover_playable": playlist.cover_playable or ""}


def details_from(values: dict[str, Any]) -> PlaylistDetails:
    """What `details_of` gave, as the change log kept it."""
    return PlaylistDetails(**{**values, "privacy": PlaylistPrivacy(values["privacy"])})


def advance(playlist: Playlist, *, now: datetime, **changes: Any) -> Playlist:
    """The playlist after a change: its next version."""
    return replace(playlist, version=playlist.version + 1, updated_at=now, **changes)


def count_items(playlist: Playlist, *, items: int, duration_ms: int) -> Playlist:
    """So many items more or fewer.

    Raises:
        TooLarge: there is no room for so many.
    """
    count = playlist.item_count + items
    if count > ITEMS_MAX:
        raise TooLarge(f"A playlist has {ITEMS_MAX} items at most.", field="playableIds")
    assert count >= 0, "no more is removed than is there"
    return replace(playlist, item_count=count, duration_ms=playlist.duration_ms + duration_ms)


def require_at_once(count: int, *, field: str) -> None:
    """Raise BadInput for nothing, TooLarge for more than one mutation may name."""
    if count < 1:
        raise BadInput(f"{field} names at least one.", field=field)
    if count > ITEMS_AT_ONCE_MAX:
        raise TooLarge(f"{field} names {ITEMS_AT_ONCE_MAX} at most.", field=field)


def require_put_by_hand(playlist: Playlist) -> None:
    """Raise Conflict for a smart playlist: its rules say what is in it."""
    if playlist.is_smart:
        raise Conflict("Rules say what is in a smart playlist; change these.", field="playlistId")


def count_followers(playlist: Playlist, change: int) -> Playlist:
    """One more or one fewer keeps it; that is no change of the playlist itself."""
    return replace(playlist, follower_count=playlist.follower_count + change)


def renew_order(playlist: Playlist) -> Playlist:
    """All its items have new order keys: cursors of before stand for other places."""
    return replace(playlist, order_epoch=playlist.order_epoch + 1)


def item_values(item: PlaylistItem) -> dict[str, Any]:
    """An item as the change log keeps it."""
    return {
        "id": item.id,
        "playable": item.playable,
        "order_key": item.order_key,
        "duration_ms": item.duration_ms,
        "added_by": item.added_by,
        "added_at": item.added_at.isoformat(),
    }


def item_of(playlist_id: PlaylistId, values: dict[str, Any]) -> PlaylistItem:
    """An item that the change log kept."""
    added_at = datetime.fromisoformat(values["added_at"])
    return PlaylistItem(**{**values, "playlist_id": playlist_id, "added_at": added_at})
