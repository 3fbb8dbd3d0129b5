"""Whatever stands in the catalogue, by the name of its type and its key."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from domain.media.records import Album, Artist, Track
from domain.media.videos import Channel, Video
from resolvers.context import RequestContext
from resolvers.media.albums import find_albums
from resolvers.media.artists import find_artists
from resolvers.media.channels import find_channels
from resolvers.media.tracks import find_tracks
from resolvers.media.videos import find_videos

Item = Artist | Album | Track | Channel | Video
Name = tuple[str, str]
"""A type's name and a key."""

FINDERS: Final[Mapping[str, Callable[[RequestContext, Any], Awaitable[Sequence[Any]]]]] = {
    "Artist": find_artists,
    "Album": find_albums,
    "Track": find_tracks,
    "Channel": find_channels,
    "Video": find_videos,
}
"""`Any`: each takes keys and gives records of its own kind."""


async def find_items(ctx: RequestContext, names: Sequence[Name]) -> dict[Name, Item]:
    """What the viewer may see of them: one read for each kind that is named."""
    keys: dict[str, list[str]] = {}
    for kind, key in names:
        keys.setdefault(kind, []).append(key)
    read = await asyncio.gather(*(FINDERS[kind](ctx, those) for kind, those in keys.items()))
    return {
        (kind, record.id): record
        for kind, records in zip(keys, read, strict=True)
        for record in records
        if record is not None
    }
