"""What follows from a new name: works are found by those of their artist and album, too."""

from typing import Final

from db.repositories.media.catalogue import MediaRepository
from domain.ids import AlbumId, ArtistId, TrackId
from domain.messages.commands import IndexNames
from resolvers.context import UseCaseContext
from resolvers.media.releases import MediaWork

SLICE: Final = 200
"""Entries written in one commit."""


async def tell_of_new_name(uow: MediaWork, artist_id: ArtistId) -> None:
    """Have the artist's works indexed anew, by a worker: there may be thousands of them.

    Each renaming has a job of its own: one that began before this commit would read old names.
    """
    await uow.send(IndexNames(artist_id=artist_id))


async def index_names(ctx: UseCaseContext, artist_id: ArtistId) -> None:
    """Write the search entries of an artist's albums and tracks as they are called now.

    Safe to run twice, and beside changes: each slice holds its rows' newest texts.
    """
    await _index_albums(ctx, artist_id)
    last = TrackId("")
    while True:
        async with ctx.unit_of_work(MediaRepository) as uow:
            found = await uow.rows.list_tracks_after(artist_id, last, limit=SLICE)
            for track in found:
                await uow.rows.index_track(track)
            await uow.commit()
        if len(found) < SLICE:
            return
        last = found[-1].id


async def _index_albums(ctx: UseCaseContext, artist_id: ArtistId) -> None:
    last = AlbumId("")
    while True:
        async with ctx.unit_of_work(MediaRepository) as uow:
            found = await uow.rows.list_albums_after(artist_id, last, limit=SLICE)
            for album in found:
                await uow.rows.index_album(album)
            await uow.commit()
        if len(found) < SLICE:
            return
        last = found[-1].id
