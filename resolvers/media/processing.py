"""From an original file to a stream: what a worker does with everything that can be played."""

from dataclasses import replace
from datetime import timedelta

from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.processing import Processing, ProcessingRepository
from domain.ids import PlayableKey
from domain.media.failures import reason_of
from domain.media.recordings import OnStepProgress, Transcoder
from domain.media.records import Playable, PlayableState
from domain.media.streams import stream_folder
from domain.messages.commands import DropStream
from errors import AppError
from resolvers.context import UseCaseContext
from resolvers.media.pipelines import PIPELINES
from resolvers.media.releases import MediaWork, save_playable
from resolvers.media.steps import Bench, do_steps


async def process(
    ctx: UseCaseContext,
    transcoder: Transcoder,
    key: PlayableKey,
    *,
    on_progress: OnStepProgress,
    is_last_attempt: bool,
) -> None:
    """Take the steps of its kind with something's original, and make it READY.

        UPLOADED ─▶ PROCESSING ─▶ READY | FAILED (reason)       READY ─▶ READY, with a new stream

    Safe to run twice, and after a kill at any point: steps that were finished are not done
    again, and what is READY and was not asked to be done anew is left alone.

    Raises:
        NotAudio: nothing can be made of the file; the record says so.
        DependencyError: something failed that may pass; the record FAILED if this was the
            last attempt.
    """
    begun = await _begin(ctx, key)
    if begun is None:
        return
    playable, run = begun
    bench = Bench(ctx=ctx, transcoder=transcoder, playable=playable, run=run)
    try:
        async with transcoder.workspace(key.id) as folder:
            bench.folder = folder
            await do_steps(bench, PIPELINES[key.kind].steps, on_progress)
    except Exception as error:
        if is_last_attempt or not _may_pass(error):
            await _give_up(ctx, bench, error)
        raise
    await _finish(ctx, bench)


async def _begin(ctx: UseCaseContext, key: PlayableKey) -> tuple[Playable, int] | None:
    """Mark it as PROCESSING, unless it is READY; the record and the run, if there is work."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        playable = await uow.rows.lock_playable(key)
        processing = await ProcessingRepository(uow.connection).lock_processing(key)
        if playable is None or not _is_wanted(playable, processing):
            return None
        if playable.state is PlayableState.UPLOADED or playable.state is PlayableState.FAILED:
            started = replace(
                playable, state=PlayableState.PROCESSING, failure=None, failure_code=None
            )
            playable = await save_playable(uow, started, ctx.clock)
            await uow.commit()
    return playable, processing.run


async def _finish(ctx: UseCaseContext, bench: Bench) -> None:
    """Make it READY, and let the stream go that was served before."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        now = await _still_wanted(uow, bench)
        if now is None:
            return
        pipeline = PIPELINES[now.kind]
        finished = await pipeline.finish(uow, now, bench)
        ready = replace(finished, state=PlayableState.READY)
        ready = await save_playable(uow, ready, ctx.clock)
        if pipeline.settle is not None:
            await pipeline.settle(uow, ready)
        await _close(uow, bench)
        if now.hls_key is not None and stream_folder(now.hls_key) != bench.stream_folder:
            await _drop_later(ctx, uow, now)
        await uow.commit()


async def _give_up(ctx: UseCaseContext, bench: Bench, error: Exception) -> None:
    """Tell the owner why, and leave no half stream behind; a bug of ours is not told.

    What was READY stays so, with the stream that it has; why it got no new one stands on the
    job alone.
    """
    code, message = reason_of(error)
    async with ctx.unit_of_work(MediaRepository) as uow:
        now = await _still_wanted(uow, bench)
        if now is None:
            return
        if now.state is not PlayableState.READY:
            failed = replace(now, state=PlayableState.FAILED, failure_code=code, failure=message)
            await save_playable(uow, failed, ctx.clock)
        await _close(uow, bench)
        await uow.commit()
    await ctx.ports.store.delete_prefix(bench.stream_folder)


async def _still_wanted(uow: MediaWork, bench: Bench) -> Playable | None:
    """The record, held, if its file is still the one we worked on and nobody has finished it."""
    key = bench.playable.playable
    now = await uow.rows.lock_playable(key)
    processing = await ProcessingRepository(uow.connection).lock_processing(key)
    if now is None or now.source_hash != bench.playable.source_hash:
        return None
    return now if processing.run == bench.run and _is_wanted(now, processing) else None


async def _close(uow: MediaWork, bench: Bench) -> None:
    """Nothing is asked for any more, and what the steps found has been taken over."""
    work = ProcessingRepository(uow.connection)
    key = bench.playable.playable
    await work.forget_steps(key)
    processing = await work.lock_processing(key)
    if processing.is_asked:
        await work.save_processing(replace(processing, is_asked=False))


async def _drop_later(ctx: UseCaseContext, uow: MediaWork, served: Playable) -> None:
    """Delete the old stream once the last address that was signed for it has ended."""
    assert served.hls_key is not None
    key = served.playable
    command = DropStream(kind=key.kind, playable_id=key.id, folder=stream_folder(served.hls_key))
    ends = ctx.clock.now() + timedelta(seconds=ctx.limits.stream_url_seconds)
    await uow.send(command, available_at=ends)


async def drop_stream(ctx: UseCaseContext, key: PlayableKey, folder: str) -> None:
    """Delete the objects of a stream, unless it is the one that is served. Twice is once."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        playable = await uow.rows.lock_playable(key)
    if playable is None or playable.hls_key is None or stream_folder(playable.hls_key) != folder:
        await ctx.ports.store.delete_prefix(folder)


def _is_wanted(playable: Playable, processing: Processing) -> bool:
    if playable.deleted_at is not None:
        return False
    if playable.state is PlayableState.READY:
        return processing.is_asked
    return playable.state is not PlayableState.AWAITING_FILE


def _may_pass(error: Exception) -> bool:
    """Whether another attempt may succeed; the worker's runner judges alike."""
    return error.retryable if isinstance(error, AppError) else isinstance(error, TimeoutError)
