"""The queue of a session: what comes next, changed by entry, from any device."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from db.repositories.media.playback import PlaybackRepository
from domain.ids import PlayableKey, PlaybackSessionId
from domain.media import play_queue as queues
from domain.media import playback as rules
from domain.media.operation_ids import checked_operation
from domain.media.play_queue import PlayQueue, QueueEntry, QueuePlace, RepeatMode
from domain.media.play_rules import is_at_end
from domain.media.playback_records import PlaybackSession
from errors import BadInput, TooLarge
from resolvers.context import RequestContext
from resolvers.media.playback_work import (
    find_played,
    leave,
    lock_own,
    save,
    settle,
    speed_of,
    tell,
)
from resolvers.media.what_plays import heard_of, require_playables

Change = Callable[[PlayQueue, PlaybackSession], PlayQueue]
Step = Callable[[PlayQueue, QueueEntry, set[str], bool], tuple[PlayQueue, QueueEntry | None]]
"""Queue, what plays, what can be heard, and whether it was played to its end."""


async def queues_of(ctx: RequestContext, sessions: Sequence[PlaybackSession]) -> list[PlayQueue]:
    """Each session's queue."""
    loader = ctx.loaders.media.queue_by_session_id
    found = await loader.load_all([session.id for session in sessions])
    return [queue for queue in found if queue is not None]


async def upcoming_of(
    ctx: RequestContext, sessions: Sequence[PlaybackSession]
) -> list[list[QueueEntry]]:
    """What comes next in each, without what the viewer may no longer hear."""
    found = await queues_of(ctx, sessions)
    heard = await heard_of(ctx, [each.playable for queue in found for each in queue.upcoming])
    return [[each for each in queue.upcoming if each.playable in heard] for queue in found]


async def history_of(
    ctx: RequestContext, sessions: Sequence[PlaybackSession]
) -> list[list[QueueEntry]]:
    """What was played before in each, the last first, without what can no longer be heard."""
    found = await queues_of(ctx, sessions)
    heard = await heard_of(ctx, [each.playable for queue in found for each in queue.history])
    return [[each for each in reversed(queue.history) if each.playable in heard] for queue in found]


async def next_of(
    ctx: RequestContext, sessions: Sequence[PlaybackSession]
) -> list[QueueEntry | None]:
    """What comes when this has played to its end, for players that load it before."""
    found = await queues_of(ctx, sessions)
    names = [name for queue in found for name in queues.names_of(queue)]
    heard = await heard_of(ctx, [*names, *(session.playable for session in sessions)])
    return [
        queues.peek(queue, rules.current_entry(session), heard)
        for queue, session in zip(found, sessions, strict=True)
    ]


async def add_to_queue(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    keys: Sequence[PlayableKey],
    *,
    operation_id: str,
    place: QueuePlace,
    after: str | None = None,
) -> PlaybackSession:
    """Add what shall come, together and in order; entry n is called `<operation>.<n>`.

    Raises:
        NotFound: the viewer has no such session, or sees no such thing.
        TrackNotReady: one cannot be heard yet.
        TooLarge: the queue would be too long.
        BadInput: the operation has no proper name, or the place does not fit the entry.
        PlaybackEnded: nothing comes next.
    """
    queues.checked_place(place, after)
    if len(keys) > queues.ENTRIES_MAX:
        raise TooLarge(f"A queue has {queues.ENTRIES_MAX} entries at most.", field="playableIds")
    await require_playables(ctx, keys)

    def add(queue: PlayQueue, session: PlaybackSession) -> PlayQueue:
        return queues.add(queue, _entries(operation_id, keys, session.sequence + 1), place, after)

    return await _change(ctx, session_id, add, operation_id=operation_id)


async def move_in_queue(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    entry_ids: Sequence[str],
    *,
    operation_id: str,
    place: QueuePlace,
    after: str | None = None,
) -> PlaybackSession:
    """Put entries elsewhere, together and in the order named; raises as `add_to_queue`."""
    queues.checked_place(place, after)
    return await _change(
        ctx,
        session_id,
        lambda queue, _session: queues.move(queue, entry_ids, place, after),
        operation_id=operation_id,
    )


async def remove_from_queue(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    entry_ids: Sequence[str],
    *,
    operation_id: str,
) -> PlaybackSession:
    """Take entries out; those that are gone are no fault. Raises as `add_to_queue`."""
    return await _change(
        ctx,
        session_id,
        lambda queue, _session: queues.remove(queue, set(entry_ids)),
        operation_id=operation_id,
    )


async def clear_queue(
    ctx: RequestContext, session_id: PlaybackSessionId, *, seen_sequence: int, operation_id: str
) -> PlaybackSession:
    """Take out what the client has seen; what another device added since then stays."""
    return await _change(
        ctx,
        session_id,
        lambda queue, _session: queues.clear(queue, seen_sequence),
        operation_id=operation_id,
    )


async def shuffle_queue(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    *,
    is_shuffled: bool,
    seed: int | None,
    operation_id: str,
) -> PlaybackSession:
    """Draw another order, or bring the one before back. Raises as `add_to_queue`.

    Without a seed one is made of the session's sequence: a repetition of the same operation
    draws nothing anew.
    """
    if seed is not None and not 0 <= seed <= queues.SEED_MAX:
        raise BadInput(f"A seed lies between 0 and {queues.SEED_MAX}.", field="seed")

    def change(queue: PlayQueue, session: PlaybackSession) -> PlayQueue:
        if not is_shuffled:
            return queues.unshuffle(queue)
        return queues.shuffle(queue, session.sequence if seed is None else seed)

    return await _change(ctx, session_id, change, operation_id=operation_id)


async def set_repeat(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    *,
    repeat: RepeatMode,
    operation_id: str | None = None,
) -> PlaybackSession:
    """Say what comes behind the end. Raises NotFound, PlaybackEnded."""
    return await _change(
        ctx,
        session_id,
        lambda queue, _session: replace(queue, repeat=repeat),
        operation_id=operation_id,
    )


async def set_queue(
    ctx: RequestContext, session_id: PlaybackSessionId, keys: Sequence[PlayableKey]
) -> PlaybackSession:
    """Say anew what comes next, whatever came before; raises as `add_to_queue`."""
    if len(keys) > queues.ENTRIES_MAX:
        raise TooLarge(f"A queue has {queues.ENTRIES_MAX} entries at most.", field="playableIds")
    await require_playables(ctx, keys)

    def change(queue: PlayQueue, session: PlaybackSession) -> PlayQueue:
        sequence = session.sequence + 1
        entries = _entries(f"~{sequence}", keys, sequence)
        return replace(queue, upcoming=tuple(entries), shuffle_seed=None, unshuffled=())

    return await _change(ctx, session_id, change, operation_id=None)


async def play_next(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    *,
    position_ms: int | None = None,
    from_entry_id: str | None = None,
) -> PlaybackSession:
    """Begin the next entry that can be heard; after the last one the session ends.

    The position is where the one before was left. With `from_entry_id` it is done only where
    that entry still plays, so that two devices, or a repetition, go on once.

    Raises:
        NotFound: the viewer has no such session.
        PlaybackEnded, BadInput: it cannot stand there.
    """

    def step(
        queue: PlayQueue, now: QueueEntry, heard: set[str], is_at_its_end: bool
    ) -> tuple[PlayQueue, QueueEntry | None]:
        return queues.advance(queue, now, heard, is_at_end=is_at_its_end)

    return await _step(ctx, session_id, step, position_ms=position_ms, entry_id=from_entry_id)


async def play_previous(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    *,
    position_ms: int | None = None,
    from_entry_id: str | None = None,
) -> PlaybackSession:
    """Go back to what was played before; at the beginning what plays begins anew.

    Raises as `play_next` does.
    """

    def step(
        queue: PlayQueue, now: QueueEntry, heard: set[str], _is_at_its_end: bool
    ) -> tuple[PlayQueue, QueueEntry | None]:
        return queues.go_back(queue, now, heard)

    return await _step(ctx, session_id, step, position_ms=position_ms, entry_id=from_entry_id)


async def _change(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    change: Change,
    *,
    operation_id: str | None,
) -> PlaybackSession:
    """Lock the session, change its queue, save, commit, tell; a repetition changes nothing."""
    checked_operation(operation_id)
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        session = rules.require_open(await lock_own(ctx, uow, session_id))
        queue = await uow.rows.get_queue(session_id)
        if operation_id is not None and operation_id in queue.operations:
            return session
        changed = queues.with_operation(change(queue, session), operation_id)
        touched = rules.touched(session)
        await uow.rows.save_queue(changed)
        await uow.rows.save_session(touched)
        await uow.commit()
    ctx.loaders.media.queue_by_session_id.clear(session_id)
    await tell(ctx, touched)
    return touched


async def _step(
    ctx: RequestContext,
    session_id: PlaybackSessionId,
    step: Step,
    *,
    position_ms: int | None,
    entry_id: str | None,
) -> PlaybackSession:
    """Leave what plays, begin another entry of the queue, or end where there is none."""
    now = ctx.clock.now()
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        session = rules.require_open(await lock_own(ctx, uow, session_id))
        if entry_id is not None and session.entry_id != entry_id:
            return session
        played = await find_played(ctx, session.playable)
        settled = await settle(uow, session, played, now=now, position_ms=position_ms)
        queue = await uow.rows.get_queue(session_id)
        heard = await heard_of(ctx, [*queues.names_of(queue), session.playable])
        is_over = is_at_end(settled.position_ms, played.duration_ms)
        changed, entry = step(queue, rules.current_entry(session), heard, is_over)
        await leave(uow, settled, played, now=now, goes_on=entry is not None)
        await save(uow, settled, played)
        if entry is None:
            moved = rules.end(settled, now=now)
            await uow.rows.drop_queue(session_id)
        else:
            speed = await speed_of(uow, session.user_id, entry.playable)
            moved = rules.begin(settled, entry, now=now, speed_percent=speed, is_at_end=is_over)
            await uow.rows.save_queue(changed)
        await uow.rows.save_session(moved)
        await uow.commit()
    ctx.loaders.media.queue_by_session_id.clear(session_id)
    await tell(ctx, moved)
    return moved


def _entries(name: str, keys: Sequence[PlayableKey], since: int) -> list[QueueEntry]:
    return [QueueEntry(f"{name}.{place}", str(key), since) for place, key in enumerate(keys, 1)]
