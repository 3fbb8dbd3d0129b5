"""The loaders of a request over what listeners play and keep."""

from functools import cached_property

from domain.ids import UserId
from loaders.batch import PageLoaders
from loaders.media.bookmarks import BookmarksByPlayable, ProgressByPlayable, SpeedBySubject
from loaders.media.playback import DeviceById, QueueBySessionId


class ListeningLoaders(PageLoaders):
    """Queues, players, and what is a listener's own."""

    @cached_property
    def queue_by_session_id(self) -> QueueBySessionId:
        """Queues of playback sessions."""
        return QueueBySessionId(self._read)

    @cached_property
    def device_by_id(self) -> DeviceById:
        """Players of listeners."""
        return DeviceById(self._read)

    def progress_by_playable(self, user_id: UserId) -> ProgressByPlayable:
        """How far one listener is."""
        return self.page(ProgressByPlayable, user_id=user_id)

    def speed_by_subject(self, user_id: UserId) -> SpeedBySubject:
        """How fast one listener wants things."""
        return self.page(SpeedBySubject, user_id=user_id)

    def bookmarks_by_playable(
        self,
        user_id: UserId,
        *,
        limit: int,
        position_ms: int,
        id: str,  # noqa: A002
    ) -> BookmarksByPlayable:
        """The same page of one listener's bookmarks in many things."""
        return self.page(
            BookmarksByPlayable, user_id=user_id, limit=limit, position_ms=position_ms, id=id
        )
