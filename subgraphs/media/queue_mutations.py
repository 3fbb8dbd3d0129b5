"""Root mutations of the media subgraph: queues."""

import strawberry

from resolvers.media import play_queues
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import with_problems
from subgraphs.media.playback_ids import parse_session
from subgraphs.media.playback_inputs import (
    AddToQueueInput,
    ClearQueueInput,
    MoveInQueueInput,
    NextInQueueInput,
    PreviousInQueueInput,
    RemoveFromQueueInput,
    SetQueueInput,
    SetRepeatInput,
    ShuffleQueueInput,
)
from subgraphs.media.playback_payloads import PlaybackPayload


@strawberry.type
class QueueMutation:
    """What comes next, changed from any device."""

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Begin the next entry of the queue; after the last one the session ends.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def next_in_queue(info: Info, input: NextInQueueInput) -> PlaybackPayload:  # noqa: A002
        """Go on to the next entry."""
        session = await play_queues.play_next(
            info.context,
            parse_session(input.session_id),
            position_ms=input.position_ms,
            from_entry_id=input.from_entry_id,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Go back to what was played before; at the beginning it begins anew.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def previous_in_queue(info: Info, input: PreviousInQueueInput) -> PlaybackPayload:  # noqa: A002
        """Go back."""
        session = await play_queues.play_previous(
            info.context,
            parse_session(input.session_id),
            position_ms=input.position_ms,
            from_entry_id=input.from_entry_id,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Say anew what comes next.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def set_queue(info: Info, input: SetQueueInput) -> PlaybackPayload:  # noqa: A002
        """Replace the queue."""
        session = await play_queues.set_queue(
            info.context,
            parse_session(input.session_id),
            [parse_playable_id(each) for each in input.playable_ids],
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Add to what comes next.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def add_to_queue(info: Info, input: AddToQueueInput) -> PlaybackPayload:  # noqa: A002
        """Add entries."""
        session = await play_queues.add_to_queue(
            info.context,
            parse_session(input.session_id),
            [parse_playable_id(each) for each in input.playable_ids],
            operation_id=input.operation_id,
            place=input.place,
            after=input.after_entry_id,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Put entries of the queue elsewhere.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def move_in_queue(info: Info, input: MoveInQueueInput) -> PlaybackPayload:  # noqa: A002
        """Move entries."""
        session = await play_queues.move_in_queue(
            info.context,
            parse_session(input.session_id),
            input.entry_ids,
            operation_id=input.operation_id,
            place=input.place,
            after=input.after_entry_id,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Take entries out of the queue.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def remove_from_queue(info: Info, input: RemoveFromQueueInput) -> PlaybackPayload:  # noqa: A002
        """Remove entries."""
        session = await play_queues.remove_from_queue(
            info.context,
            parse_session(input.session_id),
            input.entry_ids,
            operation_id=input.operation_id,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Take all out of the queue that I have seen in it.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def clear_queue(info: Info, input: ClearQueueInput) -> PlaybackPayload:  # noqa: A002
        """Clear the queue."""
        session = await play_queues.clear_queue(
            info.context,
            parse_session(input.session_id),
            seen_sequence=input.seen_sequence,
            operation_id=input.operation_id,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Draw another order of what comes next, or bring the one before back.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def shuffle_queue(info: Info, input: ShuffleQueueInput) -> PlaybackPayload:  # noqa: A002
        """Shuffle, or take it back."""
        session = await play_queues.shuffle_queue(
            info.context,
            parse_session(input.session_id),
            is_shuffled=input.is_shuffled,
            seed=input.seed,
            operation_id=input.operation_id,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Say what comes behind the end.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def set_repeat(info: Info, input: SetRepeatInput) -> PlaybackPayload:  # noqa: A002
        """Repeat nothing, one, or all."""
        session = await play_queues.set_repeat(
            info.context, parse_session(input.session_id), repeat=input.repeat
        )
        return PlaybackPayload(session=session)
