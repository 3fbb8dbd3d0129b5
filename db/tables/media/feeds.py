"""Tables of feeds: how hot things are, what listeners like, and lists as they stood."""

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from db.tables.media.base import metadata
from db.types import Instant

play_scores = Table(
    "play_scores",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("plays", Integer, nullable=False),
    Column("heat", Float, nullable=False),
    Column("artist_id", Text),
    Column("genre_key", Text),
    Column("bucket", Integer, nullable=False),
    Column("placed_bucket", Integer, nullable=False),
    Index("ix_play_scores_heat", "heat"),
    Index("ix_play_scores_placed_bucket", "placed_bucket", "bucket"),
)
"""What the plays of something amount to (`domain/media/feeds.py`); written in batches.

`bucket` is where its plays put it among what search finds, `placed_bucket` where it stands."""

play_marks = Table(
    "play_marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("play_id", Text, nullable=False),
)
"""One row, `scores`: up to which play all is scored."""

listener_tastes = Table(
    "listener_tastes",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("plays", Integer, nullable=False),
    Column("plays_before", Integer, nullable=False),
    Column("snapshot", Integer, nullable=False),
)
"""How often a listener played an artist or a genre, private sessions left out; and how often
until the snapshot in which it changed last, so that a walk of pages keeps its order."""

feed_snapshots = Table(
    "feed_snapshots",
    metadata,
    Column("snapshot", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Instant, nullable=False),
)
"""Which lists there are; a few."""

feed_places = Table(
    "feed_places",
    metadata,
    Column("snapshot", Integer, primary_key=True, autoincrement=False),
    Column("scope", Text, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("playable", Text, nullable=False),
    Column("artist_id", Text),
    Column("genre_key", Text),
)
"""What stood where: in the list of all (``), of a kind (`k:Track`), of a genre (`g:jazz`)."""
