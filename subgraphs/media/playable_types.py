"""Interfaces: what can be played, and whose it is."""

from collections.abc import Sequence

import strawberry

from db.outbox import Job as JobRecord
from domain.ids import PlayableKey, UserKey
from domain.media import bookmark_records as bookmark_records
from domain.media import labels
from domain.media import records as media
from domain.media.labels import CATEGORIES_MAX
from domain.media.streams import StreamQuality
from domain.pages import Page, page_request
from resolvers.context import RequestContext
from resolvers.media import bookmarks, categories, playables, progress, speeds
from resolvers.media.albums import picture_urls
from resolvers.media.tracks import jobs_of, progress_of
from schema.batched import batched, references
from schema.caching import OF_THE_VIEWER, SHORT, good_for
from schema.costs import PAGED, ListSize
from schema.global_id import global_id
from schema.pagination import Connection
from schema.playable_ids import parse_playable_id
from schema.scalars import DateTime
from subgraphs.media.genre_types import Category
from subgraphs.media.job_types import Job
from subgraphs.media.listening_types import Bookmark, Progress
from subgraphs.media.stubs import User

strawberry.enum(media.PlayableState, description="How far a recording is on its way to listeners.")
strawberry.enum(
    StreamQuality,
    description="64, 128 or 256 kilobits of AAC; LOSSLESS is FLAC, where the original is lossless.",
)


@strawberry.interface(
    directives=[good_for(SHORT)],
    description="Whose something playable is: an artist of tracks, a channel of videos.",
)
class Creator:
    """Who stands under a title."""

    id: strawberry.ID = global_id()
    name: str
    created_at: DateTime

    @strawberry.field(graphql_type=User | None, description="Who looks after it here.")
    @batched
    def owner(parents: Sequence[playables.Creator], _ctx: RequestContext) -> list[UserKey]:
        """The owner of each, by key."""
        return [UserKey(creator.owner_id) for creator in parents]

    @strawberry.field(graphql_type=str | None, description="Signed; good for a day or more.")
    @batched
    def image_url(parents: Sequence[playables.Creator], ctx: RequestContext) -> list[str | None]:
        """The pictures' addresses."""
        return picture_urls(ctx, [creator.image_key for creator in parents])


@strawberry.federation.interface(
    keys=["id"], directives=[good_for(SHORT)], description="What can be played."
)
class Playable:
    """Something playable; other domains add to it."""

    id: strawberry.ID = global_id()
    title: str
    duration_ms: int | None = strawberry.field(description="Null until its file was read.")
    state: media.PlayableState
    published_at: DateTime | None
    is_public: bool = strawberry.field(description="Published and READY: anyone may play it.")
    tags: list[str] = strawberry.field(description="Words that its owner put on it.")
    failure_code: str | None = strawberry.field(description="Why processing failed.")
    failure: str | None = strawberry.field(description="The same, in words.")
    created_at: DateTime

    @strawberry.field(graphql_type=User | None, description="Who may change it.")
    @batched
    def owner(parents: Sequence[media.Playable], _ctx: RequestContext) -> list[UserKey]:
        """The owner of each, by key."""
        return [playable.owner for playable in parents]

    @strawberry.field(
        graphql_type=str | None,
        description=(
            "A track's album's cover, a picture of a video. Signed; good for a day or more."
        ),
    )
    @batched
    async def cover_url(parents: Sequence[media.Playable], ctx: RequestContext) -> list[str | None]:
        """The pictures' addresses."""
        return await playables.cover_urls_of(ctx, parents)

    @strawberry.field(
        graphql_type=Creator, description="Whose it is: a track's artist, a video's channel."
    )
    @batched
    async def creator(
        parents: Sequence[media.Playable], ctx: RequestContext
    ) -> list[playables.Creator]:
        """The name under each title."""
        return await playables.creators_of(ctx, parents)

    @strawberry.field(
        graphql_type=Progress | None,
        directives=[OF_THE_VIEWER],
        description="How far I am in it; null where I never was. Private sessions leave none.",
    )
    @batched
    async def my_progress(
        parents: Sequence[media.Playable], ctx: RequestContext
    ) -> list[bookmark_records.Progress | None]:
        """How far the viewer is in each."""
        return await progress.progress_of(ctx, parents)

    @strawberry.field(
        graphql_type=float | None,
        directives=[OF_THE_VIEWER],
        description="How fast I want it; 1 is as recorded. Null when nobody is logged in.",
    )
    @batched
    async def my_speed(
        parents: Sequence[media.Playable], ctx: RequestContext
    ) -> list[float | None]:
        """The speed that the viewer wants each to have."""
        return await speeds.speeds_of(ctx, parents)

    @strawberry.field(
        graphql_type=Connection[Bookmark] | None,
        directives=[PAGED, OF_THE_VIEWER],
        description="My bookmarks in it, by position. Null when nobody is logged in.",
    )
    @batched
    async def my_bookmarks(
        parents: Sequence[media.Playable],
        ctx: RequestContext,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[bookmark_records.Bookmark] | None]:
        """A page of the viewer's bookmarks in each."""
        return await bookmarks.list_bookmarks(ctx, parents, page_request(first, after))

    @strawberry.field(
        graphql_type=float | None, description="Of processing, from 0 to 1; null when it failed."
    )
    @batched
    async def progress(
        parents: Sequence[media.Playable], ctx: RequestContext
    ) -> list[float | None]:
        """How far the processing of each is."""
        return await progress_of(ctx, parents)

    @strawberry.field(graphql_type=Job | None, description="The processing under way, if any.")
    @batched
    async def job(parents: Sequence[media.Playable], ctx: RequestContext) -> list[JobRecord | None]:
        """The jobs to follow."""
        return await jobs_of(ctx, parents)

    @strawberry.field(
        graphql_type=list[Category],
        directives=[ListSize(assumed_size=CATEGORIES_MAX)],
        description="The shelves it stands on.",
    )
    @batched
    async def categories(
        parents: Sequence[media.Playable], ctx: RequestContext
    ) -> list[list[labels.Category]]:
        """The categories of each."""
        return await categories.categories_of(ctx, parents)

    @references(parse_playable_id)
    async def resolve_references(
        keys: Sequence[PlayableKey], ctx: RequestContext
    ) -> Sequence[media.Playable | None]:
        """Answer other subgraphs' mentions of what can be played."""
        return await playables.find_playables(ctx, keys)


@strawberry.type(description="Where a recording can be heard, for a while.")
class Stream:
    """Signed addresses of HLS playlists."""

    url: str = strawberry.field(description="The playlist of the quality asked for.")
    adaptive_url: str = strawberry.field(
        description="The playlist over all qualities, for players that choose by themselves."
    )
    opus_url: str | None = strawberry.field(
        description="The same in Opus, for players that take it; null where it was not made."
    )
    lossless_url: str | None = strawberry.field(
        description="The same in FLAC; null where the original is not lossless."
    )
    quality: StreamQuality = strawberry.field(
        description="Of `url`: as asked for, or the best that there is."
    )
    kilobits: int = strawberry.field(description="Nominal; of the original where it is LOSSLESS.")
    expires_at: DateTime
