"""Playback sessions: who plays what, where it stands, and how it moves."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from db.read import fetch_one
from db.repositories.media.playback import PlaybackRepository
from domain.ids import DeviceId, PlayableKey, PlaybackSessionId, UserId, new_id
from domain.media import playback as rules
from domain.media.bots import is_bot
from domain.media.play_queue import ENTRIES_MAX, PlayQueue, QueueEntry, RepeatMode
from domain.media.playback_records import PlaybackSession, PlaybackState
from domain.messages.commands import FallAsleep
from domain.policies.media import may_see_session, require_own_device
from errors import BadInput, TooLarge
from loaders.media.playback import OPEN_SESSION_OF_USER, SESSIONS_BY_ID
from resolvers.context import RequestContext, UseCaseContext
from resolvers.media.playback_work import (
    PlaybackWork,
    Played,
    find_played,
    leave,
    lock_own,
    save,
    settle,
    speed_of,
    tell,
)
from resolvers.media.what_plays import require_playables

Move = Callable[[PlaybackSession, Played], PlaybackSession]


async def find_session(
    ctx: RequestContext, session_id: PlaybackSessionId
) -> PlaybackSession | None:
    """A playback session of the viewer's own as it stands now; None for all others."""
    return (await find_sessions(ctx, [session_id]))[0]


async def find_sessions(
    ctx: RequestContext, session_ids: Sequence[PlaybackSessionId]
) -> list[PlaybackSession | None]:
    """Playback sessions by their ids, each as `find_session`."""
    rows = await ctx.read("media").fetch(SESSIONS_BY_ID, keys=session_ids)
    seen = {row.id: row for row in rows if may_see_session(ctx.viewer, row)}
    return [seen.get(session_id) for session_id in session_ids]


async def find_my_playback(ctx: RequestContext) -> PlaybackSession | None:
    """What the viewer plays now, on whichever device; None when nothing does."""
    if ctx.viewer.user_id is None:
        return None
    return await fetch_one(ctx.read("media"), OPEN_SESSION_OF_USER, user_id=ctx.viewer.user_id)


async def start_playback(
    ctx: RequestContext,
    key: PlayableKey,
    *,
    is_private: bool,
    queue: Sequence[PlayableKey] = (),
    device_id: DeviceId | None = None,
    position_ms: int = 0,
) -> PlaybackSession:
    """Begin to play; what the viewer played elsewhere ends, its volume and sleep timer stay.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: no such thing for this viewer, or in the queue; or no such device of theirs.
        TrackNotReady: it cannot be heard yet.
        TooLarge: the queue is too long.
        BadInput: nothing is that long.
    """
    user_id = ctx.viewer.require_user_id()
    now = ctx.clock.now()
    if len(queue) > ENTRIES_MAX:
        raise TooLarge(f"A queue has {ENTRIES_MAX} entries at most.", field="queue")
    (playable, *_) = await require_playables(ctx, [key, *queue])
    position = rules.checked_position(position_ms, playable.duration_ms)
    if device_id is not None:
        require_own_device(ctx.viewer, await ctx.loaders.media.device_by_id.load(device_id))
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        before = await uow.rows.lock_open_sessions(user_id)
        ended = [await _end(ctx, uow, each, now) for each in before]
        session = replace(
            _new_session(user_id, str(key), now, before[-1] if before else None),
            is_private=is_private,
            is_bot=is_bot(ctx.user_agent),
            device_id=device_id,
            position_ms=position,
            speed_percent=await speed_of(uow, user_id, str(key)),
        )
        await uow.rows.add_session(session, _new_queue(session, queue))
        await _wake_worker_at(uow, session)
        await uow.commit()
    await tell(ctx, *ended, session)
    return session


async def pause_playback(
    ctx: RequestContext, session_id: PlaybackSessionId, *, position_ms: int | None = None
) -> PlaybackSession:
    """Stop the music, at a position.

    Raises:
        NotFound: the viewer has no such session.
        PlaybackEnded, BadInput: it cannot stand there.
    """
    now = ctx.clock.now()
    return await move_session(
        ctx,
        session_id,
        lambda session, _played: rules.pause(session, now=now),
        position_ms=position_ms,
    )


async def resume_playback(ctx: RequestContext, session_id: PlaybackSessionId) -> PlaybackSession:
    """Go on where it stood; raises as `pause_playback` does."""
    now = ctx.clock.now()
    return await move_session(
        ctx, session_id, lambda session, _played: rules.resume(session, now=now)
    )


async def seek_playback(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    *,
    position_ms: int,
    from_position_ms: int | None = None,
) -> PlaybackSession:
    """Leap to a position; what lies between was not heard. Raises as `pause_playback`.

    With the position that was leapt from, what was heard up to there counts.
    """
    now = ctx.clock.now()
    return await move_session(
        ctx,
        session_id,
        lambda session, played: rules.seek(
            session, now=now, position_ms=position_ms, duration_ms=played.duration_ms
        ),
        position_ms=from_position_ms,
    )


async def set_volume(
    ctx: RequestContext, session_id: PlaybackSessionId, *, volume: int
) -> PlaybackSession:
    """Make it louder or softer, on whichever device; raises as `pause_playback` does."""
    return await move_session(
        ctx, session_id, lambda session, _played: rules.set_volume(session, volume=volume)
    )


async def set_sleep_timer(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    *,
    seconds: int | None,
    after_entry: bool,
) -> PlaybackSession:
    """Pause it later: after a while, at the end of what plays, or (neither) not at all.

    A worker pauses it when the time has come, whether or not any player still answers.

    Raises:
        NotFound: the viewer has no such session.
        PlaybackEnded: it has ended.
        BadInput: that is too long, or both were asked for.
    """
    if seconds is not None and (after_entry or not 1 <= seconds <= rules.SLEEP_SECONDS_MAX):
        raise BadInput(
            f"A sleep timer has 1 to {rules.SLEEP_SECONDS_MAX} seconds, or waits for the end.",
            field="seconds",
        )
    sleep_at = None if seconds is None else ctx.clock.now() + timedelta(seconds=seconds)
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        session = rules.set_sleep_timer(
            await lock_own(ctx, uow, session_id), sleep_at=sleep_at, after_entry=after_entry
        )
        await uow.rows.save_session(session)
        await _wake_worker_at(uow, session)
        await uow.commit()
    await tell(ctx, session)
    return session


async def fall_asleep(ctx: UseCaseContext, session_id: PlaybackSessionId) -> None:
    """Pause a session whose sleep timer's time has come; twice is once.

    A timer that was set anew meanwhile has a command of its own.
    """
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        session = await uow.rows.lock_session(session_id)
        if session is None:
            return
        asleep = rules.fall_asleep(session, now=ctx.clock.now())
        if asleep == session:
            return
        await uow.rows.save_session(asleep)
        await uow.commit()
    await tell(ctx, asleep)


async def end_playback(
    ctx: RequestContext, session_id: PlaybackSessionId, *, position_ms: int | None = None
) -> PlaybackSession:
    """End for good; ending twice changes nothing. Raises NotFound, BadInput."""
    now = ctx.clock.now()
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        session = await lock_own(ctx, uow, session_id)
        if session.state is PlaybackState.ENDED:
            return session
        ended = await _end(ctx, uow, session, now, position_ms=position_ms)
        await uow.commit()
    await tell(ctx, ended)
    return ended


async def move_session(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    move: Move,
    *,
    position_ms: int | None = None,
) -> PlaybackSession:
    """Lock, take in the position, move, save, commit, tell."""
    now = ctx.clock.now()
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        session = rules.require_open(await lock_own(ctx, uow, session_id))
        played = await find_played(ctx, session.playable)
        settled = await settle(uow, session, played, now=now, position_ms=position_ms)
        moved = move(settled, played)
        if moved == session:
            return session
        await save(uow, moved, played)
        await uow.commit()
    await tell(ctx, moved)
    return moved


async def _wake_worker_at(uow: PlaybackWork, session: PlaybackSession) -> None:
    if session.sleep_at is not None:
        command = FallAsleep(session_id=session.id, sleep_at=session.sleep_at)
        await uow.send(command, available_at=session.sleep_at)


async def _end(
    ctx: RequestContext,
    uow: PlaybackWork,
    session: PlaybackSession,
    now: datetime,
    *,
    position_ms: int | None = None,
) -> PlaybackSession:
    played = await find_played(ctx, session.playable)
    settled = await settle(uow, session, played, now=now, position_ms=position_ms)
    await leave(uow, settled, played, now=now, goes_on=False)
    ended = rules.end(settled, now=now)
    await save(uow, ended, played)
    await uow.rows.drop_queue(session.id)
    return ended


def _new_session(
    user_id: UserId, playable: str, now: datetime, before: PlaybackSession | None
) -> PlaybackSession:
    return PlaybackSession(
        id=PlaybackSessionId(new_id()),
        user_id=user_id,
        device_id=None,
        playable=playable,
        entry_id="~1.0",
        start_number=1,
        state=PlaybackState.PLAYING,
        position_ms=0,
        listened_ms=0,
        is_counted=False,
        sequence=1,
        is_private=False,
        is_bot=False,
        volume=rules.VOLUME_MAX if before is None else before.volume,
        speed_percent=100,
        sleep_at=None if before is None else before.sleep_at,
        sleeps_after_entry=before is not None and before.sleeps_after_entry,
        started_at=now,
        updated_at=now,
    )


def _new_queue(session: PlaybackSession, keys: Sequence[PlayableKey]) -> PlayQueue:
    return PlayQueue(
        session_id=session.id,
        upcoming=tuple(
            QueueEntry(f"~1.{place}", str(key), session.sequence)
            for place, key in enumerate(keys, 1)
        ),
        history=(),
        repeat=RepeatMode.OFF,
        shuffle_seed=None,
        unshuffled=(),
        operations=(),
    )
