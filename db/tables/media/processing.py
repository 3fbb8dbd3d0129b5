"""Tables of work on files: what is to be done anew, and what was found out so far."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, Text

from db.tables.media.base import metadata

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
