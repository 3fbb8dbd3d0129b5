"""What an operator does by hand: bring the databases up to date, look after jobs that gave up."""

import asyncio
import sys

from db.engine import Databases
from db.migrate import migrate
from errors import BadInput
from settings import Settings
from wiring import (
    bucket_address,
    build_bus_backend,
    build_cache,
    build_key_rotation,
    build_store,
    prepare_data_folder,
)


async def migrate_all(settings: Settings) -> None:
    """Bring every database to its newest revision, and make the bucket if there is to be one."""
    prepare_data_folder(settings)
    databases = Databases(settings.urls_by_domain())
    try:
        await migrate(databases)
    finally:
        await databases.close()
    if settings.s3_bucket is not None:
        from adapters.storage.buckets import make_bucket  # loads boto3

        await asyncio.to_thread(make_bucket, bucket_address(settings))


async def purge_cache(settings: Settings, pattern: str) -> None:
    """Let all gateways forget the answers and entities that have a tag like this."""
    from adapters.broadcast.bus import Bus
    from domain.cache_tags import require_pattern
    from domain.messages import channels
    from domain.messages.codec import encode
    from domain.messages.operator import CachePurge

    try:
        purge = CachePurge(pattern=require_pattern(pattern))
    except BadInput as refusal:
        sys.exit(refusal.message)
    databases, cache = Databases(settings.urls_by_domain()), build_cache(settings)
    try:
        if cache is not None:
            await cache.purge_matching(purge.pattern)  # where no gateway runs that would
        async with Bus(build_bus_backend(settings, databases)) as bus:
            await bus.publish(channels.OPERATOR, encode(purge))
    finally:
        await databases.close()
        if cache is not None:
            await cache.close()


async def look_after_jobs(settings: Settings, action: str, job_id: str | None) -> None:
    """List the jobs that gave up (`dead`), or queue one of them again (`retry`)."""
    from workers.dead_jobs import list_dead, retry_dead

    databases = Databases(settings.urls_by_domain())
    try:
        if action == "dead":
            for job in await list_dead(databases):
                print(f"{job.id}  {job.name}  {job.attempts} attempts  {job.error}")
        elif job_id is None:
            sys.exit("usage: python gateway.py jobs retry ID")
        elif not await retry_dead(databases, job_id):
            sys.exit(f"{job_id} is no job that gave up")
    finally:
        await databases.close()


async def look_after_storage(settings: Settings, action: str) -> None:
    """Look at all sealed objects and bring them under the active key (`rotate`), or seal those
    that lie there from before anything was sealed (`seal`)."""
    prepare_data_folder(settings)
    rotation = build_key_rotation(settings, build_store(settings))
    if rotation is None:
        sys.exit("objects are not sealed here; TUTTI_STORAGE__KEYS or TUTTI_STORAGE__SEALED=true")
    if action == "seal":
        print(f"{await rotation.seal_plain()} objects were sealed")
        return
    told = await rotation.rotate(is_from_start=True)
    print(
        f"all are under {told.key_id}: {told.rewrapped} were brought there, "
        f"{told.current} were already, {told.removed} belonged to nothing, {told.damaged} damaged"
    )
    if told.damaged:
        sys.exit("some keys are damaged; the log names them")
