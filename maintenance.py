"""What an operator does by hand: bring the databases up to date, look after jobs that gave up."""

import asyncio
import sys

from db.engine import Databases
from db.migrate import migrate
from settings import Settings
from wiring import bucket_address, prepare_data_folder


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
