"""Covers: taken from files, stored in all sizes, and shown at the size that a client asks for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from db.repositories.media.catalogue import MediaRepository
from domain.ids import AlbumId
from domain.media.pictures import (
    PictureFormat,
    Pictures,
    cover_folder,
    known_name,
    picture_hash,
    sized_key,
)
from domain.media.recordings import OnProgress
from domain.media.records import Album, Track
from errors import BadInput
from resolvers.context import RequestContext
from resolvers.media.albums import picture_urls
from resolvers.media.releases import MediaWork, save_album
from resolvers.media.steps import Bench

SIDE_ASKED_MAX = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCover:
    """The cover that a file carried, as it was stored."""

    key: str | None
    """None where there is none that can be shown, or the album has another."""
    color: str | None


async def store_cover(bench: Bench, _on_progress: OnProgress) -> FoundCover:
    """Put the cover under the name of its content; a messy one does not spoil the track."""
    assert isinstance(bench.playable, Track)
    nothing = FoundCover(key=None, color=None)
    tags = await bench.transcoder.read_tags(await bench.source())
    pictures = None if tags.cover is None else await bench.transcoder.make_covers(tags.cover)
    if pictures is None:
        return nothing
    album_id = bench.playable.album_id
    name = blake2b(pictures.images[known_name()], digest_size=16).hexdigest()
    async with bench.ctx.unit_of_work(MediaRepository) as uow:
        if not _takes(await uow.rows.get_album(album_id), name):
            return nothing
    folder = cover_folder(album_id, name)
    await _put_all(bench, folder, pictures)
    return FoundCover(key=folder + known_name(), color=pictures.color)


async def take_cover(uow: MediaWork, album_id: AlbumId, found: FoundCover) -> None:
    """Give an album the cover that a track of it carried, unless it has one."""
    if found.key is None:
        return
    album = await uow.rows.get_album(album_id)
    covered = replace(album, cover_key=found.key, cover_color=found.color)
    if _takes(album, picture_hash(found.key)) and covered != album:
        await save_album(uow, covered)


def cover_urls(
    ctx: RequestContext, albums: Sequence[Album], *, size: int, picture_format: PictureFormat
) -> list[str | None]:
    """The signed addresses of covers that are at least as large, or as large as there is.

    Raises:
        BadInput: no picture has a size like that.
    """
    if not 1 <= size <= SIDE_ASKED_MAX:
        raise BadInput(f"A cover has from 1 to {SIDE_ASKED_MAX} pixels.", field="size")
    keys = [album.cover_key for album in albums]
    return picture_urls(ctx, [key and sized_key(key, size, picture_format) for key in keys])


def _takes(album: Album, name: str) -> bool:
    """Whether the album has no cover, or this very one."""
    return album.cover_key is None or picture_hash(album.cover_key) == name


async def _put_all(bench: Bench, folder: str, pictures: Pictures) -> None:
    """Put all sizes side by side; if any fails, the first failure is raised."""
    store = bench.ctx.ports.store
    try:
        async with asyncio.TaskGroup() as puts:
            for name, image in pictures.images.items():
                content_type = PictureFormat(name.rpartition(".")[2]).content_type
                puts.create_task(store.put(folder + name, image, content_type))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
