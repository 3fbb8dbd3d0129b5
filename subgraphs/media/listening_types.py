"""Types of what a listener keeps of something playable: how far they are, and bookmarks."""

from collections.abc import Sequence

import strawberry

from domain.media import bookmark_records as bookmark_records
from resolvers.context import RequestContext
from schema.batched import batched
from schema.ids import print_id
from schema.scalars import DateTime


@strawberry.type(description="How far I am in something, whichever device I heard it on.")
class Progress:
    """Where to take it up again."""

    position_ms: int
    is_completed: bool = strawberry.field(description="Heard to 95 %, or to its last 30 seconds.")
    updated_at: DateTime


@strawberry.type(description="A place of mine in something, with a note.")
class Bookmark:
    """A mark that only its listener sees."""

    position_ms: int
    note: str
    created_at: DateTime
    updated_at: DateTime

    @strawberry.field(graphql_type=strawberry.ID, description="Opaque and global.")
    @batched
    def id(parents: Sequence[bookmark_records.Bookmark], _ctx: RequestContext) -> list[str]:
        """The opaque id of each."""
        return [print_id("Bookmark", bookmark.id) for bookmark in parents]
