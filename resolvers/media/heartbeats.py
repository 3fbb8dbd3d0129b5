"""Heartbeats: where players stand, written for many sessions in one commit.

A heartbeat is answered once it is written, so a gateway that is killed has promised nothing that
is lost; its client tells the position again and nothing is counted twice. The row in the
database is the truth, in both profiles.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from db.repositories.media.playback import PlaybackRepository
from domain.ids import DeviceId, PlaybackSessionId
from domain.media import playback as rules
from domain.media.playback_records import PlaybackSession
from domain.media.records import Playable
from domain.policies.media import require_own_session
from errors import InputError, TooLarge
from resolvers.context import RequestContext, UseCaseContext
from resolvers.media.playback import find_sessions
from resolvers.media.playback_work import (
    PlaybackWork,
    Played,
    count_if_due,
    nothing_known,
    played_of,
    progress_of,
    tell,
)
from resolvers.media.what_plays import find_named

HEARTBEATS_MAX = 100
"""Of one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Where a player says that it stands."""

    session_id: PlaybackSessionId
    position_ms: int
    device_id: DeviceId | None = None
    """Which player says so; None where the client tells of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """A heartbeat on its way to the row, with all that counting needs."""

    heartbeat: Heartbeat
    played: Played
    at: datetime


class _Asked(NamedTuple):
    """A heartbeat beside what was found for it."""

    heartbeat: Heartbeat
    session: PlaybackSession | None
    playables: Mapping[str, Playable | None]
    at: datetime


Write = Callable[[Sequence[_Word]], Awaitable[list[PlaybackSession | InputError]]]


async def report_position(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    *,
    position_ms: int,
    device_id: DeviceId | None = None,
) -> PlaybackSession:
    """Where a player stands; what was heard since its last word counts.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: the viewer has no such session.
        PlaybackEnded, BadInput: it cannot stand there.
        DeviceNotActive: it plays on another device by now.
        RateLimited: too many heartbeats wait to be written.
    """
    heartbeat = Heartbeat(session_id=session_id, position_ms=position_ms, device_id=device_id)
    (told,) = await report_positions(ctx, [heartbeat])
    if isinstance(told, InputError):
        raise told
    return told


async def report_positions(
    ctx: RequestContext, heartbeats: Sequence[Heartbeat]
) -> list[PlaybackSession | InputError]:
    """Several heartbeats; each its session, or why it was refused.

    Raises:
        Unauthenticated: nobody is logged in.
        TooLarge: more than HEARTBEATS_MAX.
        RateLimited: too many wait to be written.
    """
    ctx.viewer.require_user_id()
    if len(heartbeats) > HEARTBEATS_MAX:
        raise TooLarge(f"A request has {HEARTBEATS_MAX} heartbeats at most.", field="inputs")
    now = ctx.clock.now()
    found = await find_sessions(ctx, [each.session_id for each in heartbeats])
    names = [session.playable for session in found if session is not None]
    playables = dict(zip(names, await find_named(ctx, names), strict=True))
    write = partial(_write, _without_viewer(ctx))
    return await asyncio.gather(
        *(
            _answer(ctx, _Asked(heartbeat, session, playables, now), write)
            for heartbeat, session in zip(heartbeats, found, strict=True)
        )
    )


async def _answer(ctx: RequestContext, asked: _Asked, write: Write) -> PlaybackSession | InputError:
    """Have one heartbeat written, with others; its session, or why it was refused."""
    heartbeat = asked.heartbeat
    try:
        session = rules.require_open(require_own_session(ctx.viewer, asked.session))
        playable = asked.playables[session.playable]
        played = nothing_known(session.playable) if playable is None else played_of(playable)
        rules.checked_position(heartbeat.position_ms, played.duration_ms)
        word = _Word(heartbeat=heartbeat, played=played, at=asked.at)
        answer: PlaybackSession = await ctx.ports.heartbeats.add(word, write)
    except InputError as refusal:
        return refusal
    return answer


async def _write(ctx: UseCaseContext, words: Sequence[_Word]) -> list[PlaybackSession | InputError]:
    """Take in many words in one commit, each by its own time; tell of what followers must know."""
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        held = await uow.rows.lock_sessions({word.heartbeat.session_id for word in words})
        before = {session.id: session for session in held}
        now = dict(before)
        answers: dict[int, PlaybackSession | InputError] = {}
        played: dict[PlaybackSessionId, Played] = {}
        for place, word in sorted(enumerate(words), key=lambda each: each[1].at):
            session = now[word.heartbeat.session_id]
            try:
                answers[place] = now[session.id] = await _take_in(uow, session, word)
                played[session.id] = word.played
            except InputError as refusal:
                answers[place] = refusal
        moved = [session for session in now.values() if session != before[session.id]]
        await uow.rows.save_positions(moved)
        await uow.rows.save_progress(
            list(progress_of((session, played[session.id]) for session in moved))
        )
        await uow.commit()
    await tell(ctx, *(each for each in moved if each.sequence != before[each.id].sequence))
    return [answers[place] for place in range(len(words))]


async def _take_in(uow: PlaybackWork, session: PlaybackSession, word: _Word) -> PlaybackSession:
    """Settle one word; of what plays no more, and of what has moved since, nothing is taken."""
    rules.require_open(session)
    rules.require_active(session, word.heartbeat.device_id)
    if session.playable != word.played.name or word.at < session.updated_at:
        return session
    settled = rules.settle(
        session,
        now=word.at,
        position_ms=word.heartbeat.position_ms,
        duration_ms=word.played.duration_ms,
    )
    counted = await count_if_due(uow, settled, word.played, word.at)
    return rules.fall_asleep(counted, now=word.at)


def _without_viewer(ctx: RequestContext) -> UseCaseContext:
    """What writes for many viewers belongs to none of them."""
    return UseCaseContext(
        databases=ctx.databases, ports=ctx.ports, limits=ctx.limits, clock=ctx.clock
    )
