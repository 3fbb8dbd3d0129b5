"""The types of playback: sessions, what they queue, and the devices they play on."""

from collections.abc import Sequence

import strawberry

from domain.ids import PlaybackSessionId
from domain.media import play_queue as play_queue
from domain.media import playback_records as playback_records
from domain.media import records as media
from resolvers.context import RequestContext
from resolvers.media import devices, play_queues, playback, what_plays
from schema.batched import batched, references
from schema.costs import ListSize
from schema.ids import parse_id, print_id
from schema.scalars import DateTime
from subgraphs.media.nodes import Node
from subgraphs.media.playable_types import Playable
from subgraphs.media.playback_enums import DeviceKind, PlaybackState, RepeatMode
from subgraphs.media.types import Track


@strawberry.type(description="A player of mine, such as an app on a phone.")
class Device:
    """One install of a client."""

    name: str
    kind: DeviceKind
    seen_at: DateTime = strawberry.field(description="When it was registered last.")
    created_at: DateTime

    @strawberry.field(graphql_type=strawberry.ID, description="What transferPlayback takes.")
    @batched
    def id(parents: Sequence[playback_records.Device], _ctx: RequestContext) -> list[str]:
        """The opaque id of each."""
        return [print_id("Device", device.id) for device in parents]

    @strawberry.field(
        graphql_type=bool | None, description="Whether what I play now sounds from it."
    )
    @batched
    async def is_active(
        parents: Sequence[playback_records.Device], ctx: RequestContext
    ) -> list[bool | None]:
        """Whether each one plays."""
        return await devices.are_active(ctx, parents)


@strawberry.type(description="One place in a queue; it keeps its id wherever it is moved.")
class QueueEntry:
    """Something that will play, or has played."""

    id: strawberry.ID = strawberry.field(
        description="The session's own name for it: `<operationId>.<n>` where a client added it."
    )

    @strawberry.field(graphql_type=Playable | None, description="Null when it was taken back.")
    @batched
    async def playable(
        parents: Sequence[play_queue.QueueEntry], ctx: RequestContext
    ) -> list[media.Playable | None]:
        """What each is."""
        return await what_plays.find_named(ctx, [entry.playable for entry in parents])


@strawberry.federation.type(keys=["id"], description="What I play, on whichever device.")
class PlaybackSession(Node):
    """Who plays what now; only the listener sees it."""

    state: PlaybackState
    position_ms: int = strawberry.field(
        description="Where the player stood at updatedAt; while PLAYING it goes on from there."
    )
    listened_ms: int = strawberry.field(description="How much was heard since it was begun.")
    sequence: int = strawberry.field(
        description="Grows with each move: of two answers the higher one is the newer."
    )
    entry_id: strawberry.ID = strawberry.field(
        description="Which entry of the queue plays; nextInQueue takes it to go on only once."
    )
    is_private: bool = strawberry.field(description="No history, no recommendations.")
    volume: int = strawberry.field(description="0 to 100.")
    sleep_at: DateTime | None = strawberry.field(description="When it will pause by itself.")
    sleeps_after_entry: bool = strawberry.field(
        description="Whether it will pause at the end of what plays."
    )
    started_at: DateTime
    updated_at: DateTime

    @strawberry.field(graphql_type=Playable | None, description="Null when it was taken back.")
    @batched
    async def playable(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[media.Playable | None]:
        """What plays in each."""
        return await what_plays.find_named(ctx, [session.playable for session in parents])

    @strawberry.field(
        graphql_type=Track | None, description="The same where it is a track; null where not."
    )
    @batched
    async def track(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[media.Track | None]:
        """The tracks among what plays."""
        found = await what_plays.find_named(ctx, [session.playable for session in parents])
        return [each if isinstance(each, media.Track) else None for each in found]

    @strawberry.field(
        graphql_type=Device | None, description="Where it sounds; null where no client said so."
    )
    @batched
    async def device(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[playback_records.Device | None]:
        """The players."""
        return await devices.find_devices(ctx, [session.device_id for session in parents])

    @strawberry.field(graphql_type=float, description="How fast it plays; 1 is as recorded.")
    @batched
    def speed(
        parents: Sequence[playback_records.PlaybackSession], _ctx: RequestContext
    ) -> list[float]:
        """The speeds."""
        return [session.speed_percent / 100 for session in parents]

    @strawberry.field(graphql_type=RepeatMode)
    @batched
    async def repeat(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[RepeatMode]:
        """What comes behind the end of each."""
        return [queue.repeat for queue in await play_queues.queues_of(ctx, parents)]

    @strawberry.field(graphql_type=bool, description="Whether the queue's order was drawn.")
    @batched
    async def is_shuffled(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[bool]:
        """Whether each is shuffled."""
        found = await play_queues.queues_of(ctx, parents)
        return [queue.shuffle_seed is not None for queue in found]

    @strawberry.field(
        graphql_type=list[QueueEntry],
        directives=[ListSize(assumed_size=50)],
        description="What comes next, in order; at most 500.",
    )
    @batched
    async def queue(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[list[play_queue.QueueEntry]]:
        """The entries to come in each."""
        return await play_queues.upcoming_of(ctx, parents)

    @strawberry.field(
        graphql_type=list[QueueEntry],
        directives=[ListSize(assumed_size=50)],
        description="What was played before in this session, the last first; at most 500.",
    )
    @batched
    async def history(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[list[play_queue.QueueEntry]]:
        """The entries that were played in each."""
        return await play_queues.history_of(ctx, parents)

    @strawberry.field(
        graphql_type=QueueEntry | None,
        description=(
            "What comes when this has played to its end: players load it before, for no gap."
        ),
    )
    @batched
    async def next(
        parents: Sequence[playback_records.PlaybackSession], ctx: RequestContext
    ) -> list[play_queue.QueueEntry | None]:
        """What comes next in each, by its repeating."""
        return await play_queues.next_of(ctx, parents)

    @references(lambda text: PlaybackSessionId(parse_id(text, "PlaybackSession")))
    async def resolve_references(
        keys: Sequence[PlaybackSessionId], ctx: RequestContext
    ) -> list[playback_records.PlaybackSession | None]:
        """Answer mentions of sessions."""
        return await playback.find_sessions(ctx, keys)
