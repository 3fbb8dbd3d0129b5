"""Measures albums by what is known of their tracks, in the commit that changes those."""

from dataclasses import replace

from db.repositories.media.streams import StreamsRepository
from domain.ids import AlbumId
from domain.media.loudness import add_up, integrated_lufs
from resolvers.media.releases import MediaWork


async def measure_album(uow: MediaWork, album_id: AlbumId) -> None:
    """Measure an album anew; for whatever gives it a track, takes one or changes one's sound.

    The album is held first, so of two changes at once the later measures both.
    """
    album = await uow.rows.get_album(album_id)
    found = await StreamsRepository(uow.connection).measured_tracks(album_id)
    loudness = integrated_lufs(add_up(each.blocks for each in found))
    peaks = [each.true_peak_db for each in found if each.true_peak_db is not None]
    measured = replace(album, loudness_lufs=loudness, true_peak_db=max(peaks, default=None))
    if measured != album:
        await uow.rows.save_album(measured)
