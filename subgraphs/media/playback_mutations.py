"""Root mutations of the media subgraph: what players tell."""

import strawberry

from errors import InputError
from resolvers.media import heartbeats, playback
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import problems_of, with_problems
from subgraphs.media.playback_ids import parse_device, parse_session
from subgraphs.media.playback_inputs import (
    EndPlaybackInput,
    HeartbeatInput,
    PausePlaybackInput,
    ResumePlaybackInput,
    SeekPlaybackInput,
    SetSleepTimerInput,
    SetVolumeInput,
    StartPlaybackInput,
)
from subgraphs.media.playback_payloads import HeartbeatsPayload, PlaybackPayload


@strawberry.type
class PlaybackMutation:
    """What players tell, and what remote controls ask of them."""

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
            parse_playable_id(input.playable_id),
            is_private=input.is_private,
            queue=[parse_playable_id(each) for each in input.queue],
            device_id=parse_device(input.device_id),
            position_ms=input.position_ms,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Say where the player stands.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def heartbeat(info: Info, input: HeartbeatInput) -> PlaybackPayload:  # noqa: A002
        """Count what was heard since the last heartbeat."""
        session = await heartbeats.report_position(
            info.context,
            parse_session(input.session_id),
            position_ms=input.position_ms,
            device_id=parse_device(input.device_id),
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Stop the music, from any device.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def pause_playback(info: Info, input: PausePlaybackInput) -> PlaybackPayload:  # noqa: A002
        """Pause a session."""
        session = await playback.pause_playback(
            info.context, parse_session(input.session_id), position_ms=input.position_ms
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Go on, from any device.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def resume_playback(info: Info, input: ResumePlaybackInput) -> PlaybackPayload:  # noqa: A002
        """Resume a session."""
        session = await playback.resume_playback(info.context, parse_session(input.session_id))
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Leap to a position, from any device.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def seek_playback(info: Info, input: SeekPlaybackInput) -> PlaybackPayload:  # noqa: A002
        """Seek; what lies between does not count as heard."""
        session = await playback.seek_playback(
            info.context,
            parse_session(input.session_id),
            position_ms=input.position_ms,
            from_position_ms=input.from_position_ms,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Make it louder or softer, from any device.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def set_volume(info: Info, input: SetVolumeInput) -> PlaybackPayload:  # noqa: A002
        """Change the volume."""
        session = await playback.set_volume(
            info.context, parse_session(input.session_id), volume=input.volume
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="Let it pause by itself later, on whichever device it plays then.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def set_sleep_timer(info: Info, input: SetSleepTimerInput) -> PlaybackPayload:  # noqa: A002
        """Set or end the sleep timer."""
        session = await playback.set_sleep_timer(
            info.context,
            parse_session(input.session_id),
            seconds=input.seconds,
            after_entry=input.after_entry,
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=PlaybackPayload | None,
        description="End for good.",
    )
    @staticmethod
    @with_problems(PlaybackPayload)
    async def end_playback(info: Info, input: EndPlaybackInput) -> PlaybackPayload:  # noqa: A002
        """End a session; twice is once."""
        session = await playback.end_playback(
            info.context, parse_session(input.session_id), position_ms=input.position_ms
        )
        return PlaybackPayload(session=session)

    @strawberry.mutation(
        graphql_type=HeartbeatsPayload | None,
        description="Several heartbeats at once, at most 100; each is taken or refused alone.",
    )
    @staticmethod
    @with_problems(HeartbeatsPayload)
    async def heartbeats(info: Info, inputs: list[HeartbeatInput]) -> HeartbeatsPayload:
        """Count what was heard in several sessions."""
        told = await heartbeats.report_positions(
            info.context,
            [
                heartbeats.Heartbeat(
                    session_id=parse_session(each.session_id),
                    position_ms=each.position_ms,
                    device_id=parse_device(each.device_id),
                )
                for each in inputs
            ],
        )
        return HeartbeatsPayload(
            results=[
                PlaybackPayload(problems=problems_of(each))
                if isinstance(each, InputError)
                else PlaybackPayload(session=each)
                for each in told
            ]
        )
