"""Tasks of the media domain: bring files in, and make streams of them."""

import logging
from typing import Final

from domain.ids import PlayableKey, PlayableKind
from domain.messages.commands import (
    DropStream,
    FallAsleep,
    ImportFile,
    ImportFolder,
    IndexNames,
    LearnWords,
    ProcessPlayable,
    ProcessTrack,
    RankPlays,
    ReleaseDue,
    RotateStorageKeys,
    SweepObjects,
    SweepUploads,
    TakeInUpload,
)
from domain.messages.events import TrackChanged, VideoChanged
from resolvers.media import (
    downloads,
    importing,
    learning,
    orphans,
    playback,
    processing,
    ranking,
    releasing,
    renaming,
    storage_keys,
    sweeping,
    taking_in,
)
from workers.context import WorkerContext
from workers.registry import handles, on

log = logging.getLogger(__name__)

FOLDER_SECONDS_MAX: Final = 600
FILE_SECONDS_MAX: Final = 600
ROTATE_SECONDS_MAX: Final = 6 * 60 * 60
LEARN_SECONDS_MAX: Final = 600
SLEEP_SECONDS_MAX: Final = 30
TAKE_IN_SECONDS_MAX: Final = 60 * 60
SWEEP_SECONDS_MAX: Final = 600
ORPHANS_SECONDS_MAX: Final = 60 * 60
PROCESS_SECONDS_MAX: Final = 6 * 60 * 60
"""A recording of 24 hours on a small machine; each FFmpeg has a tighter bound of its own."""


@handles(ImportFolder, attempts_max=3, seconds_max=FOLDER_SECONDS_MAX)
async def import_folder(command: ImportFolder, ctx: WorkerContext) -> None:
    """Queue the files of a folder; those queued or imported before are not doubled."""
    await importing.import_folder(ctx, command.folder, command.owner_id, ctx.progress)


@handles(ImportFile, attempts_max=5, seconds_max=FILE_SECONDS_MAX)
async def import_file(command: ImportFile, ctx: WorkerContext) -> None:
    """Make a track of a file; a file that was imported is known by its content."""
    await importing.import_file(ctx, ctx.tools.transcoder, command.path, command.owner_id)


@handles(ProcessPlayable, queue="media", attempts_max=3, seconds_max=PROCESS_SECONDS_MAX)
async def process_playable(command: ProcessPlayable, ctx: WorkerContext) -> None:
    """Make a stream of a file; every object has a fixed key, so twice is once."""
    await _process(PlayableKey(command.kind, command.playable_id), ctx)


@handles(ProcessTrack, queue="media", attempts_max=3, seconds_max=PROCESS_SECONDS_MAX)
async def process_track(command: ProcessTrack, ctx: WorkerContext) -> None:
    """The same, as it was queued before other things than tracks could be processed."""
    await _process(PlayableKey(PlayableKind.TRACK, command.track_id), ctx)


@handles(DropStream, seconds_max=FILE_SECONDS_MAX)
async def drop_stream(command: DropStream, ctx: WorkerContext) -> None:
    """Delete a stream that is served no more; what is gone already is no error."""
    key = PlayableKey(command.kind, command.playable_id)
    await processing.drop_stream(ctx, key, command.folder)


@handles(SweepObjects, attempts_max=3, seconds_max=ORPHANS_SECONDS_MAX)
async def sweep_objects(command: SweepObjects, ctx: WorkerContext) -> None:
    """Delete what nothing refers to; a second run finds less to do."""
    del command
    swept = await orphans.sweep(ctx)
    log.info("swept %s", swept)


async def _process(key: PlayableKey, ctx: WorkerContext) -> None:
    await processing.process(
        ctx,
        ctx.tools.transcoder,
        key,
        on_progress=ctx.progress,
        is_last_attempt=ctx.is_last_attempt,
    )


@handles(RotateStorageKeys, attempts_max=5, seconds_max=ROTATE_SECONDS_MAX)
async def rotate_storage_keys(_command: RotateStorageKeys, ctx: WorkerContext) -> None:
    """Bring what is stored under the newest key; a stopped run goes on where it was."""
    await storage_keys.rotate_storage_keys(ctx)


@handles(ReleaseDue, attempts_max=5, seconds_max=FILE_SECONDS_MAX)
async def release_due(_command: ReleaseDue, ctx: WorkerContext) -> None:
    """Let go what is due; each goes once, under its lock."""
    await releasing.let_go_due(ctx)


@handles(IndexNames, attempts_max=5, seconds_max=FILE_SECONDS_MAX)
async def index_names(command: IndexNames, ctx: WorkerContext) -> None:
    """Search finds works by the names around them; a second run writes the same entries."""
    await renaming.index_names(ctx, command.artist_id)


@handles(LearnWords, attempts_max=3, seconds_max=LEARN_SECONDS_MAX)
async def learn_words(command: LearnWords, ctx: WorkerContext) -> None:
    """Learn what is new, batch by batch; what was learned is marked, so twice is once."""
    await learning.learn_words(ctx)


@handles(FallAsleep, seconds_max=SLEEP_SECONDS_MAX)
async def fall_asleep(command: FallAsleep, ctx: WorkerContext) -> None:
    """Pause what a sleep timer ends; a session that is paused by then is left as it is."""
    await playback.fall_asleep(ctx, command.session_id)


@handles(TakeInUpload, queue="media", attempts_max=5, seconds_max=TAKE_IN_SECONDS_MAX)
async def take_in_upload(command: TakeInUpload, ctx: WorkerContext) -> None:
    """Make an original of a file that came in pieces; its key is its hash, so twice is once."""
    await taking_in.take_in(
        ctx,
        ctx.tools.transcoder,
        command.upload_id,
        on_progress=ctx.progress,
        is_last_attempt=ctx.is_last_attempt,
    )


@handles(SweepUploads, attempts_max=1, seconds_max=SWEEP_SECONDS_MAX)
async def sweep_uploads(command: SweepUploads, ctx: WorkerContext) -> None:
    """Remove what is left of uploads that expired; what is gone already is no error."""
    del command
    await sweeping.sweep_uploads(ctx)


@handles(RankPlays, attempts_max=3, seconds_max=LEARN_SECONDS_MAX)
async def rank_plays(command: RankPlays, ctx: WorkerContext) -> None:
    """Score what is new; how far it is is marked in the same commits, so twice is once."""
    await ranking.rank_plays(ctx)


@on(TrackChanged, name="media.mark_track_downloads", seconds_max=FILE_SECONDS_MAX)
async def mark_track_downloads(event: TrackChanged, ctx: WorkerContext) -> None:
    """Let devices that keep a track look at it anew; twice does no harm."""
    await downloads.mark_changed(ctx, PlayableKey(PlayableKind.TRACK, event.track_id))


@on(VideoChanged, name="media.mark_video_downloads", seconds_max=FILE_SECONDS_MAX)
async def mark_video_downloads(event: VideoChanged, ctx: WorkerContext) -> None:
    """Let devices that keep a video look at it anew; twice does no harm."""
    await downloads.mark_changed(ctx, PlayableKey(PlayableKind.VIDEO, event.video_id))
