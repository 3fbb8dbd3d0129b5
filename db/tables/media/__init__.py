"""Tables of the media domain; importing the package declares all of them."""

from db.tables.media import (
    bookmarks,
    catalogue,
    changes,
    downloads,
    feeds,
    fingerprints,
    labels,
    lyrics,
    playback,
    playlists,
    processing,
    search,
    share_links,
    teams,
    uploads,
    videos,
)
from db.tables.media.base import metadata

__all__ = [
    "bookmarks",
    "catalogue",
    "changes",
    "downloads",
    "feeds",
    "fingerprints",
    "labels",
    "lyrics",
    "metadata",
    "playback",
    "playlists",
    "processing",
    "search",
    "share_links",
    "teams",
    "uploads",
    "videos",
]
