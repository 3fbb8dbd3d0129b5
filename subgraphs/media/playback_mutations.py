"""Root mutations of the media subgraph: playback."""

import strawberry

from domain.ids import PlaybackSessionId, TrackId
from resolvers.media import playback
from schema.ids import parse_id
from schema.info import Info
from schema.problems import with_problems
from subgraphs.media.inputs import (
    EndPlaybackInput,
    HeartbeatInput,
    NextInQueueInput,
    PausePlaybackInput,
    ResumePlaybackInput,
    SeekPlaybackInput,
    SetQueueInput,
    StartPlaybackInput,
)
from subgraphs.media.payloads import PlaybackPayload


@strawberry.type
class PlaybackMutation:
    """What a player tells."""

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Begin to play; what I played elsewhere ends.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def start_playback(info: Info, input: StartPlaybackInput) -> PlaybackPayload:  # noqa: A002
        """Open a session."""
        session = await playback.start_playback(
            info.context,
            _track(input.track_id),
            is_private=input.is_private,
            queue=[_track(each) for each in input.queue],
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None, description="Say where the player stands."
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def heartbeat(info: Info, input: HeartbeatInput) -> PlaybackPayload:  # noqa: A002
        """Count what was heard since the last heartbeat."""
        session = await playback.report_position(
            info.context, _session(input.session_id), position_ms=input.position_ms
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(graphql_type=PlaybackPayload | None, description="Stop the music.")
    @staticmethod
    @with_problems(PlaybackPayload)
    async def pause_playback(info: Info, input: PausePlaybackInput) -> PlaybackPayload:  # noqa: A002
        """Pause a session."""
        session = await playback.pause_playback(
            info.context, _session(input.session_id), position_ms=input.position_ms
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(graphql_type=PlaybackPayload | None, description="Go on.")
    @staticmethod
    @with_problems(PlaybackPayload)
    async def resume_playback(info: Info, input: ResumePlaybackInput) -> PlaybackPayload:  # noqa: A002
        """Resume a session."""
        session = await playback.resume_playback(info.context, _session(input.session_id))
        return PlaybackPayload(session=session)

    @strawberry.mutation(graphql_type=PlaybackPayload | None, description="Leap to a position.")
    @staticmethod
    @with_problems(PlaybackPayload)
    async def seek_playback(info: Info, input: SeekPlaybackInput) -> PlaybackPayload:  # noqa: A002
        """Seek; what lies between does not count as heard."""
        session = await playback.seek_playback(
            info.context, _session(input.session_id), position_ms=input.position_ms
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Begin the next track of the queue; after the last one the session ends.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def next_in_queue(info: Info, input: NextInQueueInput) -> PlaybackPayload:  # noqa: A002
        """Go on to the next track."""
        session = await playback.play_next(
            info.context, _session(input.session_id), position_ms=input.position_ms
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(graphql_type=PlaybackPayload | None, description="Say what comes next.")
    @staticmethod
    @with_problems(PlaybackPayload)
    async def set_queue(info: Info, input: SetQueueInput) -> PlaybackPayload:  # noqa: A002
        """Change the queue."""
        session = await playback.change_queue(
            info.context,
            _session(input.session_id),
            [_track(each) for each in input.track_ids],
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(graphql_type=PlaybackPayload | None, description="End for good.")
    @staticmethod
    @with_problems(PlaybackPayload)
    async def end_playback(info: Info, input: EndPlaybackInput) -> PlaybackPayload:  # noqa: A002
        """End a session; twice is once."""
        session = await playback.end_playback(
            info.context, _session(input.session_id), position_ms=input.position_ms
        )
        return PlaybackPayload(session=session)


def _session(text: str) -> PlaybackSessionId:
    return PlaybackSessionId(parse_id(text, "PlaybackSession"))


def _track(text: str) -> TrackId:
    return TrackId(parse_id(text, "Track"))
