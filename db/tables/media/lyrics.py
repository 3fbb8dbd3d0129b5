"""The table of lyrics."""

from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, ForeignKey, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from db.tables.media.base import metadata
from db.types import Instant
from domain.media.lyrics.records import LyricsText


class LyricsJson(TypeDecorator[LyricsText]):
    """Lines and words as JSON text; never queried into."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: LyricsText | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> LyricsText | None:
        """From the database."""
        return None if value is None else msgspec.json.decode(value, type=LyricsText)


lyrics = Table(
    "lyrics",
    metadata,
    Column("track_id", Text, ForeignKey("tracks.id"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("is_translation", Boolean, nullable=False),
    Column("content", LyricsJson, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
"""What is sung in a track: one row for each language it is written down in."""
