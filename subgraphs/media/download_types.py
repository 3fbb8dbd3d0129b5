"""The types of downloads: what is kept on a device, and what the device is told of it."""

from collections.abc import Sequence

import strawberry

from domain.media import downloads as records
from domain.media import records as media
from domain.media.downloads import OfflineChangeKind
from resolvers.context import RequestContext
from resolvers.media import downloads
from schema.batched import batched
from schema.costs import ListSize
from schema.ids import print_id
from schema.problems import Problem, problems_field
from schema.scalars import DateTime
from subgraphs.media.playable_types import Playable

strawberry.enum(
    OfflineChangeKind,
    description=(
        "KEPT: fetch it, unless it is there in this version. CHANGED: it is another version now; "
        "download it anew. EXPIRED: do not play it until it is downloaded anew. REMOVED: delete "
        "it. UNAVAILABLE: it cannot be had any more; delete it."
    ),
)


@strawberry.type(description="Something that may be kept on a device of mine, for a while.")
class Download:
    """A licence; it is given anew by downloading anew."""

    version: int = strawberry.field(description="Grows when what is downloaded changes.")
    created_at: DateTime
    expires_at: DateTime = strawberry.field(description="Do not play it offline after this.")
    removed_at: DateTime | None

    @strawberry.field(graphql_type=strawberry.ID, description="What removeDownload takes.")
    @batched
    def id(parents: Sequence[records.Download], _ctx: RequestContext) -> list[str]:
        """The opaque id of each."""
        return [print_id("Download", each.id) for each in parents]

    @strawberry.field(graphql_type=strawberry.ID, description="Whose file to keep or delete.")
    @batched
    def playable_id(parents: Sequence[records.Download], _ctx: RequestContext) -> list[str]:
        """The global ids of what is downloaded, also where it is gone."""
        return [print_id(*each.playable.split(":", 1)) for each in parents]

    @strawberry.field(graphql_type=strawberry.ID)
    @batched
    def device_id(parents: Sequence[records.Download], _ctx: RequestContext) -> list[str]:
        """The devices that keep them."""
        return [print_id("Device", each.device_id) for each in parents]


@strawberry.type(description="What a device has to do about one item.")
class OfflineChange:
    """One item of a delta."""

    kind: OfflineChangeKind
    download: records.Download = strawberry.field(graphql_type=Download)
    playable: media.Playable | None = strawberry.field(
        graphql_type=Playable | None, description="Null when it cannot be had any more."
    )


@strawberry.type(description="What changed for a device since it asked last.")
class OfflineChanges:
    """A page of a delta."""

    changes: list[downloads.OfflineChange] = strawberry.field(
        graphql_type=list[OfflineChange],
        directives=[ListSize(assumed_size=100)],
        description="Changes first, in their order; then what ran out. An item may come twice.",
    )
    next: str = strawberry.field(description="What to give as `since` the next time.")
    has_more: bool = strawberry.field(description="Ask again at once.")


@strawberry.type(description="A licence and where to fetch the files, or why there is none.")
class DownloadPayload:
    """The answer to download."""

    download: records.Download | None = strawberry.field(graphql_type=Download | None, default=None)
    url: str | None = strawberry.field(
        default=None,
        description="Playlist over all qualities that the plan allows; its folder has all files.",
    )
    url_expires_at: DateTime | None = None
    problems: list[Problem] = problems_field()


@strawberry.type(description="A download that is no more, or why it was not removed.")
class RemoveDownloadPayload:
    """The answer to removeDownload."""

    download: records.Download | None = strawberry.field(graphql_type=Download | None, default=None)
    problems: list[Problem] = problems_field()
