"""The loaders of a request over media's tables."""

from collections.abc import Hashable
from functools import cached_property
from typing import Any, TypeVar

from db.read import Read
from domain.viewer import Sight
from loaders.batch import GroupLoader
from loaders.media.catalogue import (
    AlbumById,
    AlbumsByArtistId,
    ArtistById,
    TrackById,
    TracksByAlbumId,
    TracksByArtistId,
)
from loaders.media.videos import ChannelById, VideoById, VideosByChannelId

PageLoaderT = TypeVar("PageLoaderT", bound=GroupLoader[Any, Any])


class MediaLoaders:
    """The loaders over media's tables."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._pages: dict[Hashable, GroupLoader[Any, Any]] = {}

    @cached_property
    def artist_by_id(self) -> ArtistById:
        """Artists."""
        return ArtistById(self._read)

    @cached_property
    def album_by_id(self) -> AlbumById:
        """Albums."""
        return AlbumById(self._read)

    @cached_property
    def track_by_id(self) -> TrackById:
        """Tracks."""
        return TrackById(self._read)

    @cached_property
    def channel_by_id(self) -> ChannelById:
        """Channels."""
        return ChannelById(self._read)

    @cached_property
    def video_by_id(self) -> VideoById:
        """Videos."""
        return VideoById(self._read)

    def videos_by_channel_id(self, sight: Sight, *, limit: int, before: str) -> VideosByChannelId:
        """The same page of many channels' videos."""
        return self._page(VideosByChannelId, **sight._asdict(), limit=limit, before=before)

    def albums_by_artist_id(self, sight: Sight, *, limit: int, before: str) -> AlbumsByArtistId:
        """The same page of many artists' albums."""
        return self._page(AlbumsByArtistId, **sight._asdict(), limit=limit, before=before)

    def tracks_by_artist_id(self, sight: Sight, *, limit: int, before: str) -> TracksByArtistId:
        """The same page of many artists' tracks."""
        return self._page(TracksByArtistId, **sight._asdict(), limit=limit, before=before)

    def tracks_by_album_id(
        self,
        sight: Sight,
        *,
        limit: int,
        disc: int,
        number: int,
        id: str,  # noqa: A002
    ) -> TracksByAlbumId:
        """The same page of many albums' tracks."""
        return self._page(
            TracksByAlbumId, **sight._asdict(), limit=limit, disc=disc, number=number, id=id
        )

    def _page(self, loader: type[PageLoaderT], **parameters: Any) -> PageLoaderT:
        """One loader for all that ask for the same page, so that they share a statement."""
        key = (loader, *parameters.values())
        if key not in self._pages:
            self._pages[key] = loader(self._read, **parameters)
        found = self._pages[key]
        assert isinstance(found, loader)
        return found
