"""Tables of how recordings sound, and of those that sound alike."""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, Table, Text

from db.tables.media.base import metadata

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("items", LargeBinary, nullable=False),
)
"""The acoustic fingerprint of each recording."""

fingerprint_words = Table(
    "fingerprint_words",
    metadata,
    Column("word", Integer, primary_key=True),
    Column("playable", Text, primary_key=True),
    Index("ix_fingerprint_words_playable", "playable"),
)
"""By which sounds each is looked up: a sample of the parts of its fingerprint."""

playable_matches = Table(
    "playable_matches",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("similarity", Float, nullable=False),
    Index("ix_playable_matches_other", "other"),
)
"""What sounds like what, in both directions."""
