"""Tables of the media domain; importing the package declares all of them."""

from db.tables.media import catalogue, playback, playlists, processing, search, teams, videos
from db.tables.media.base import metadata

__all__ = [
    "catalogue",
    "metadata",
    "playback",
    "playlists",
    "processing",
    "search",
    "teams",
    "videos",
]
