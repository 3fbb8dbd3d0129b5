"""Reads of what was made of files."""

from typing import Any

import msgspec
from sqlalchemy import select

from db.read import key_in, query
from db.tables.media.processing import streams
from domain.media.stream_records import StreamFacts
from loaders.batch import BatchLoader


def _stream(**fields: Any) -> StreamFacts:
    return msgspec.convert(fields, StreamFacts)


class StreamByPlayable(BatchLoader[str, StreamFacts]):
    """Kinds and ids, as `PlayableKey` prints them, to what players must know."""

    query = query(
        select(
            streams.c.playable,
            streams.c.sample_count,
            streams.c.encoder_delay,
            streams.c.encoder_padding,
            streams.c.renditions,
        ).where(key_in(streams.c.playable)),
        _stream,
    )
    key_name = "playable"
