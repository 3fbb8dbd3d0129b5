"""Tasks of the media domain: bring files in, and make streams of them."""

from typing import Final

from domain.messages.commands import ImportFile, ImportFolder, ProcessTrack
from resolvers.media import importing, processing
from workers.context import WorkerContext
from workers.registry import handles

FOLDER_SECONDS_MAX: Final = 600
FILE_SECONDS_MAX: Final = 600
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


@handles(ProcessTrack, queue="media", attempts_max=3, seconds_max=PROCESS_SECONDS_MAX)
async def process_track(command: ProcessTrack, ctx: WorkerContext) -> None:
    """Make a stream of a track's file; every object has a fixed key, so twice is once."""
    await processing.process_track(
        ctx,
        ctx.tools.transcoder,
        command.track_id,
        on_progress=ctx.progress,
        is_last_attempt=ctx.is_last_attempt,
    )
