"""Types around uploads."""

import strawberry

from subgraphs.media.scalars import ByteCount


@strawberry.type(description="How much of its room for originals an account has taken.")
class Storage:
    """Bytes taken, promised and allowed."""

    used_bytes: ByteCount = strawberry.field(
        description="By originals; a file that several items share counts once."
    )
    reserved_bytes: ByteCount = strawberry.field(description="By uploads that are under way.")
    limit_bytes: ByteCount
