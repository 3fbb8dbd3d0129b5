"""Making a new stream of something that is READY, while the old one is served."""

from dataclasses import replace

from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.processing import ProcessingRepository
from domain.ids import JobId, PlayableKey
from domain.media.records import Playable, PlayableState
from domain.messages.commands import process_command
from domain.policies.media import require_manage_playable
from errors import Conflict
from resolvers.context import RequestContext


async def reprocess(ctx: RequestContext, key: PlayableKey) -> tuple[Playable, JobId]:
    """Read and transcode the original of something READY anew; asked twice is asked once.

    Whoever listens meanwhile hears the stream that was there before; it is deleted when the new
    one is served and the last address of the old has ended.

    Raises:
        NotFound: no such thing for this viewer.
        Forbidden: the viewer neither owns it nor is an admin.
        Conflict: it is not READY.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        playable = require_manage_playable(ctx.viewer, await uow.rows.lock_playable(key))
        if playable.state is not PlayableState.READY:
            raise Conflict("Only what is READY is processed anew; retry what failed.", field="id")
        work = ProcessingRepository(uow.connection)
        processing = await work.lock_processing(key)
        if not processing.is_asked:
            await work.save_processing(replace(processing, run=processing.run + 1, is_asked=True))
            await work.forget_steps(key)
        job_id = await uow.send(process_command(key), owner_id=playable.owner_id)
        await uow.commit()
    return playable, job_id
