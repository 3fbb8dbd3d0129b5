"""Reads of playback sessions."""

from sqlalchemy import Text, bindparam, select, text

from db.read import key_in, query
from db.tables.media.playback import OPEN, playback_sessions
from domain.media.playback_records import PlaybackSession

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
