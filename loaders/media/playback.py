"""Reads of playback: sessions, queues and devices."""

from sqlalchemy import Integer, Text, bindparam, select, text, tuple_

from db.read import key_in, query
from db.tables.media.playback import OPEN, devices, play_queues, playback_sessions
from db.types import Instant
from domain.ids import DeviceId, PlaybackSessionId
from domain.media.play_queue import PlayQueue
from domain.media.playback_records import Device, PlaybackSession
from loaders.batch import BatchLoader

SESSIONS_BY_ID = query(
    select(playback_sessions).where(key_in(playback_sessions.c.id)), PlaybackSession
)
OPEN_SESSION_OF_USER = query(
    select(playback_sessions)
    .where(playback_sessions.c.user_id == bindparam("user_id", type_=Text), text(OPEN))
    .order_by(playback_sessions.c.id.desc())
    .limit(1),
    PlaybackSession,
)
DEVICES_OF_USER = query(
    select(devices)
    .where(
        devices.c.user_id == bindparam("user_id", type_=Text),
        tuple_(devices.c.seen_at, devices.c.id)
        < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Text)),
    )
    .order_by(devices.c.seen_at.desc(), devices.c.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    Device,
)
"""A listener has few devices: the unique index on them finds all, and they are sorted then."""


class QueueBySessionId(BatchLoader[PlaybackSessionId, PlayQueue]):
    """Session ids to queues."""

    query = query(select(play_queues).where(key_in(play_queues.c.session_id)), PlayQueue)
    key_name = "session_id"


class DeviceById(BatchLoader[DeviceId, Device]):
    """Device ids to devices: whose they are is for policies to say."""

    query = query(select(devices).where(key_in(devices.c.id)), Device)
