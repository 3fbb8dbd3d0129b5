"""Tables of work on files: what is to be done anew, and what was found out so far."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text

from db.tables.media.base import metadata
from db.types import Json

processings = Table(
    "processings",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("is_asked", Boolean, nullable=False),
)
"""One row for what was asked to be processed again, of any kind.

`run` counts how often; while `is_asked`, the new stream is made beside the one that is served.
"""

processing_steps = Table(
    "processing_steps",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("found", LargeBinary, nullable=False),
)
"""What finished steps found, as JSON, until the whole is finished: a crash costs one step."""

streams = Table(
    "streams",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("sample_count", BigInteger, nullable=False),
    Column("encoder_delay", Integer),
    Column("encoder_padding", Integer),
    Column("renditions", Json, nullable=False),
    Column("loudness_blocks", Json, nullable=False),
)
"""What was made of a file that is READY, for players, and what its album is measured by."""
