"""Tables of the media domain; importing the package declares all of them."""

from db.tables.media import (
    bookmarks,
    catalogue,
    playback,
    playlists,
    processing,
    search,
    teams,
    uploads,
    videos,
)
from db.tables.media.base import metadata

__all__ = [
    "bookmarks",
    "catalogue",
    "metadata",
    "playback",
    "playlists",
    "processing",
    "search",
    "teams",
    "uploads",
    "videos",
]
