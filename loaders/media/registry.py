"""The loaders of a request over media's tables."""

from functools import cached_property

from domain.viewer import Sight
from loaders.media.catalogue import (
    AlbumById,
    AlbumsByArtistId,
    ArtistById,
    TrackById,
    TracksByAlbumId,
    TracksByArtistId,
)
from loaders.media.fingerprints import MatchesByPlayable
from loaders.media.labels import LabelLoaders
from loaders.media.listening import ListeningLoaders
from loaders.media.lyrics import LyricsByTrackId
from loaders.media.playlists import PlaylistLoaders
from loaders.media.streams import StreamByPlayable
from loaders.media.teams import MembersByArtistId, TeamsByUserId
from loaders.media.videos import ChannelById, FilesByVideoId, VideoById, VideosByChannelId


class MediaLoaders(ListeningLoaders):
    """The loaders over media's tables."""

    @cached_property
    def lyrics_by_track_id(self) -> LyricsByTrackId:
        """What is sung in tracks."""
        return LyricsByTrackId(self._read)

    @cached_property
    def labels(self) -> LabelLoaders:
        """How things are sorted, and whom they credit."""
        return LabelLoaders(self._read)

    @cached_property
    def playlists(self) -> PlaylistLoaders:
        """Playlists and what belongs to them."""
        return PlaylistLoaders(self._read)

    @cached_property
    def matches_by_playable(self) -> MatchesByPlayable:
        """What sounds like something."""
        return MatchesByPlayable(self._read)

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

    @cached_property
    def files_by_video_id(self) -> FilesByVideoId:
        """What videos' streams consist of."""
        return FilesByVideoId(self._read)

    def videos_by_channel_id(self, sight: Sight, *, limit: int, before: str) -> VideosByChannelId:
        """The same page of many channels' videos."""
        return self.page(VideosByChannelId, **sight._asdict(), limit=limit, before=before)

    @cached_property
    def stream_by_playable(self) -> StreamByPlayable:
        """What was made of files."""
        return StreamByPlayable(self._read)

    @cached_property
    def teams_by_user_id(self) -> TeamsByUserId:
        """The teams that accounts are in."""
        return TeamsByUserId(self._read)

    @cached_property
    def members_by_artist_id(self) -> MembersByArtistId:
        """The teams of artists."""
        return MembersByArtistId(self._read)

    def albums_by_artist_id(self, sight: Sight, *, limit: int, before: str) -> AlbumsByArtistId:
        """The same page of many artists' albums."""
        return self.page(AlbumsByArtistId, **sight._asdict(), limit=limit, before=before)

    def tracks_by_artist_id(self, sight: Sight, *, limit: int, before: str) -> TracksByArtistId:
        """The same page of many artists' tracks."""
        return self.page(TracksByArtistId, **sight._asdict(), limit=limit, before=before)

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
        return self.page(
            TracksByAlbumId, **sight._asdict(), limit=limit, disc=disc, number=number, id=id
        )
