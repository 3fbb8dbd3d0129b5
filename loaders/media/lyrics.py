"""Reads of lyrics."""

from sqlalchemy import select

from db.read import key_in, query
from db.tables.media.lyrics import lyrics
from domain.ids import TrackId
from domain.media.lyrics.records import Lyrics
from loaders.batch import GroupLoader


class LyricsByTrackId(GroupLoader[TrackId, Lyrics]):
    """Track ids to their lyrics in all languages."""

    query = query(
        select(lyrics).where(key_in(lyrics.c.track_id)).order_by(lyrics.c.language), Lyrics
    )
    key_name = "track_id"
