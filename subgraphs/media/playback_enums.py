"""Enumerations of playback, described once for inputs and types."""

import strawberry

from domain.media.play_queue import QueuePlace, RepeatMode
from domain.media.playback_records import DeviceKind, PlaybackState

__all__ = ["DeviceKind", "PlaybackState", "QueuePlace", "RepeatMode"]

strawberry.enum(PlaybackState, description="What a session does now.")
strawberry.enum(RepeatMode, description="What comes behind the end of what plays.")
strawberry.enum(QueuePlace, description="Where in a queue something goes.")
strawberry.enum(DeviceKind, description="What a player runs on.")
