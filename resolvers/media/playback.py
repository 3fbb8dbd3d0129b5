"""Playback sessions: who plays what, where it stands, and which plays count."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from db.read import fetch_one
from db.repositories.media.catalogue import MediaRepository
from domain.ids import PlaybackSessionId, PlayId, TrackId, UserId, new_id
from domain.media import playback as rules
from domain.media.playback_records import Play, PlaybackSession, PlaybackState
from domain.media.records import PlayableState, Track
from domain.messages import channels
from domain.messages.codec import encode
from domain.messages.events import PlaybackMoved, PlayCounted
from domain.policies.media import (
    may_see_session,
    may_see_track,
    require_own_session,
    require_visible_track,
)
from domain.viewer import Viewer
from errors import DependencyError, RateLimited, TooLarge, TrackNotReady
from loaders.media.playback import OPEN_SESSION_OF_USER, SESSIONS_BY_ID
from resolvers.context import RequestContext
from resolvers.media.releases import MediaWork
from resolvers.media.tracks import find_tracks

Move = Callable[[PlaybackSession, Track], PlaybackSession]


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
    """What the viewer plays now; None when nothing does."""
    if ctx.viewer.user_id is None:
        return None
    return await fetch_one(ctx.read("media"), OPEN_SESSION_OF_USER, user_id=ctx.viewer.user_id)


async def queues_of(ctx: RequestContext, sessions: Sequence[PlaybackSession]) -> list[list[Track]]:
    """Each session's tracks to come, without those that the viewer may no longer see."""
    keys = [TrackId(key) for session in sessions for key in session.queue]
    found = iter(await find_tracks(ctx, keys))
    queues = [[next(found) for _ in session.queue] for session in sessions]
    return [[track for track in queue if track is not None] for queue in queues]


async def start_playback(
    ctx: RequestContext, track_id: TrackId, *, is_private: bool, queue: Sequence[TrackId] = ()
) -> PlaybackSession:
    """Begin to play; what the viewer played elsewhere ends.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: no such track for this viewer, or in the queue.
        TrackNotReady: it cannot be heard yet.
        TooLarge: the queue is too long.
    """
    user_id = ctx.viewer.require_user_id()
    now = ctx.clock.now()
    async with ctx.unit_of_work(MediaRepository) as uow:
        ended = [rules.end(each, now=now) for each in await uow.rows.lock_open_sessions(user_id)]
        await _require_heard(uow, ctx.viewer, [track_id, *queue])
        for each in ended:
            await uow.rows.save_session(each)
        session = _new_session(user_id, track_id, now, is_private=is_private, queue=queue)
        await uow.rows.add_session(session)
        await uow.commit()
    await _tell(ctx, *ended, session)
    return session


async def report_position(
    ctx: RequestContext, session_id: PlaybackSessionId, *, position_ms: int
) -> PlaybackSession:
    """A heartbeat: where the player stands; what was heard since the last one counts.

    Raises:
        NotFound: the viewer has no such session.
        PlaybackEnded, BadInput: it cannot stand there.
    """
    return await _move(
        ctx,
        session_id,
        lambda session, _track: rules.require_open(session),
        position_ms=position_ms,
    )


async def pause_playback(
    ctx: RequestContext, session_id: PlaybackSessionId, *, position_ms: int | None = None
) -> PlaybackSession:
    """Stop the music, at a position; raises as `report_position` does."""
    now = ctx.clock.now()
    return await _move(
        ctx,
        session_id,
        lambda session, _track: rules.pause(session, now=now),
        position_ms=position_ms,
    )


async def resume_playback(ctx: RequestContext, session_id: PlaybackSessionId) -> PlaybackSession:
    """Go on where it stood; raises as `report_position` does."""
    now = ctx.clock.now()
    return await _move(ctx, session_id, lambda session, _track: rules.resume(session, now=now))


async def seek_playback(
    ctx: RequestContext, session_id: PlaybackSessionId, *, position_ms: int
) -> PlaybackSession:
    """Leap to a position; what lies between was not heard. Raises as `report_position`."""
    now = ctx.clock.now()
    return await _move(
        ctx,
        session_id,
        lambda session, track: rules.seek(
            session, now=now, position_ms=position_ms, duration_ms=track.duration_ms
        ),
    )


async def end_playback(
    ctx: RequestContext, session_id: PlaybackSessionId, *, position_ms: int | None = None
) -> PlaybackSession:
    """End for good; ending twice changes nothing. Raises NotFound, BadInput."""
    now = ctx.clock.now()
    return await _move(
        ctx,
        session_id,
        lambda session, _track: rules.end(session, now=now),
        position_ms=position_ms,
    )


async def change_queue(
    ctx: RequestContext, session_id: PlaybackSessionId, track_ids: Sequence[TrackId]
) -> PlaybackSession:
    """Say what comes next.

    Raises:
        NotFound: the viewer has no such session, or the queue names no track they see.
        TrackNotReady: one cannot be heard yet.
        TooLarge: the queue is too long.
        PlaybackEnded: nothing comes next.
    """
    now = ctx.clock.now()
    async with ctx.unit_of_work(MediaRepository) as uow:
        session = await _lock_own(ctx, uow, session_id)
        await _require_heard(uow, ctx.viewer, track_ids)
        changed = rules.change_queue(session, now=now, queue=[str(key) for key in track_ids])
        await uow.rows.save_session(changed)
        await uow.commit()
    await _tell(ctx, changed)
    return changed


async def play_next(
    ctx: RequestContext, session_id: PlaybackSessionId, *, position_ms: int | None = None
) -> PlaybackSession:
    """Begin the next track of the queue that can be heard; after the last one it ends.

    Raises as `report_position` does; the position is where the track before was left.
    """
    now = ctx.clock.now()
    async with ctx.unit_of_work(MediaRepository) as uow:
        session = rules.require_open(await _lock_own(ctx, uow, session_id))
        track = await _track_of(uow, session)
        settled = await _settle(uow, session, track, now=now, position_ms=position_ms)
        next_place = await _place_of_next(ctx, uow, settled)
        if next_place is None:
            moved = rules.end(settled, now=now)
        else:
            track_id = TrackId(settled.queue[next_place])
            rest = settled.queue[next_place + 1 :]
            moved = rules.play_next(settled, now=now, track_id=track_id, queue=rest)
        await uow.rows.save_session(moved)
        await uow.commit()
    await _tell(ctx, moved)
    return moved


async def watch_playback(
    ctx: RequestContext, session_id: PlaybackSessionId
) -> AsyncIterator[PlaybackSession]:
    """Yield where the session stands, then every move, until it ends.

    We listen before we read, so no move falls between the two; one that was seen already
    is known by its sequence number. A message only says that there is something to read.

    Raises:
        NotFound: the viewer has no such session.
    """
    async with ctx.ports.live.listen(channels.playback(session_id)) as messages:
        latest = require_own_session(ctx.viewer, await find_session(ctx, session_id))
        yield latest
        if latest.state is PlaybackState.ENDED:
            return
        async for _message in messages:
            ctx.forget_loaded()
            session = require_own_session(ctx.viewer, await find_session(ctx, session_id))
            if session.sequence > latest.sequence:
                latest = session
                yield session
            if session.state is PlaybackState.ENDED:
                return


async def _move(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    move: Move,
    *,
    position_ms: int | None = None,
) -> PlaybackSession:
    """Lock, take in the position, move, save, commit, tell."""
    now = ctx.clock.now()
    async with ctx.unit_of_work(MediaRepository) as uow:
        session = await _lock_own(ctx, uow, session_id)
        track = await _track_of(uow, session)
        settled = await _settle(uow, session, track, now=now, position_ms=position_ms)
        moved = move(settled, track)
        if moved == session:
            return session
        await uow.rows.save_session(moved)
        await uow.commit()
    await _tell(ctx, moved)
    return moved


async def _settle(
    uow: MediaWork,
    session: PlaybackSession,
    track: Track,
    *,
    now: datetime,
    position_ms: int | None,
) -> PlaybackSession:
    """Take in where the player stands, and count the play once enough was heard."""
    if position_ms is None or session.state is PlaybackState.ENDED:
        return session
    settled = rules.settle(session, now=now, position_ms=position_ms, duration_ms=track.duration_ms)
    if rules.play_counts(settled.listened_ms, track.duration_ms):
        await _count(uow, settled, track, now)
    return settled


async def _count(uow: MediaWork, session: PlaybackSession, track: Track, now: datetime) -> None:
    """Count the play and tell the other domains, in this commit, once."""
    play = Play(
        id=PlayId(new_id()),
        session_id=session.id,
        track_id=track.id,
        artist_id=track.artist_id,
        user_id=session.user_id,
        listened_ms=session.listened_ms,
        is_private=session.is_private,
        played_at=now,
    )
    if await uow.rows.add_play(play):
        await uow.publish(
            PlayCounted(
                play_id=play.id,
                session_id=session.id,
                track_id=track.id,
                artist_id=track.artist_id,
                owner_id=track.owner_id,
                user_id=session.user_id,
                listened_ms=session.listened_ms,
                played_at=now,
                is_private=session.is_private,
            )
        )


async def _place_of_next(
    ctx: RequestContext, uow: MediaWork, session: PlaybackSession
) -> int | None:
    """Where in the queue the first track stands that the viewer can hear."""
    found = await uow.rows.find_tracks([TrackId(key) for key in session.queue])
    heard = {
        str(track.id)
        for track in found
        if may_see_track(ctx.viewer, track) and track.state is PlayableState.READY
    }
    return next((place for place, key in enumerate(session.queue) if key in heard), None)


async def _lock_own(
    ctx: RequestContext, uow: MediaWork, session_id: PlaybackSessionId
) -> PlaybackSession:
    ctx.viewer.require_user_id()
    return require_own_session(ctx.viewer, await uow.rows.lock_session(session_id))


async def _track_of(uow: MediaWork, session: PlaybackSession) -> Track:
    found = await uow.rows.find_tracks([session.track_id])
    assert found, "tracks are never removed"
    return found[0]


async def _require_heard(uow: MediaWork, viewer: Viewer, track_ids: Sequence[TrackId]) -> None:
    """Only what the viewer sees and can hear is played or queued."""
    if len(track_ids) > rules.QUEUE_TRACKS_MAX:
        raise TooLarge(f"A queue has {rules.QUEUE_TRACKS_MAX} tracks at most.", field="queue")
    found = {track.id: track for track in await uow.rows.find_tracks(track_ids)}
    for track_id in track_ids:
        track = require_visible_track(viewer, found.get(track_id))
        if track.state is not PlayableState.READY:
            raise TrackNotReady("This track cannot be heard yet.", field="trackId")


def _new_session(
    user_id: UserId,
    track_id: TrackId,
    now: datetime,
    *,
    is_private: bool,
    queue: Sequence[TrackId],
) -> PlaybackSession:
    return PlaybackSession(
        id=PlaybackSessionId(new_id()),
        user_id=user_id,
        track_id=track_id,
        state=PlaybackState.PLAYING,
        position_ms=0,
        listened_ms=0,
        sequence=1,
        queue=[str(key) for key in queue],
        is_private=is_private,
        started_at=now,
        updated_at=now,
    )


async def _tell(ctx: RequestContext, *sessions: PlaybackSession) -> None:
    """Tell whoever watches; the state is committed, so a dead bus is no failure."""
    for session in sessions:
        moved = PlaybackMoved(session_id=session.id, sequence=session.sequence)
        with contextlib.suppress(DependencyError, RateLimited):
            await ctx.ports.live.publish(channels.playback(session.id), encode(moved))
