"""Background work of any domain, as those see it who asked for it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from db.engine import DOMAINS
from db.outbox import Job, JobState
from domain.ids import JobId
from domain.messages import channels
from domain.policies.media import may_see_job
from domain.viewer import Role
from errors import NotFound
from loaders.jobs import JobById
from resolvers.context import RequestContext

INTERNAL = "INTERNAL"
MASKED = "Something of ours broke; an operator can see what."
"""What everybody but an admin reads of a failure that we did not expect."""

FINISHED = frozenset({JobState.DONE, JobState.DEAD})


async def find_job(ctx: RequestContext, job_id: JobId) -> Job | None:
    """A job of the viewer's own (or any, for an admin); None for all others."""
    return (await find_jobs(ctx, [job_id]))[0]


async def find_jobs(ctx: RequestContext, job_ids: Sequence[JobId]) -> list[Job | None]:
    """Jobs of any domain by their ids, each as `find_job`."""
    by_domain: dict[str, list[JobId]] = {}
    for job_id in job_ids:
        domain = _domain_of(job_id)
        if domain is not None:
            by_domain.setdefault(domain, []).append(job_id)
    found: dict[JobId, Job | None] = {}
    for domain, keys in by_domain.items():
        jobs = await ctx.loaders.jobs(domain).job_by_id.load_all(keys)
        found.update((key, _visible(ctx, job)) for key, job in zip(keys, jobs, strict=True))
    return [found.get(job_id) for job_id in job_ids]


async def get_job(ctx: RequestContext, job_id: JobId) -> Job:
    """A job as it stands now, not as this request may have read it before.

    Raises:
        NotFound: there is no such job for this viewer.
    """
    domain = _domain_of(job_id)
    job = None
    if domain is not None:
        rows = await ctx.read(domain).fetch(JobById.query, keys=[job_id])
        job = _visible(ctx, rows[0] if rows else None)
    if job is None:
        raise NotFound("There is no such job.", field="id")
    return job


async def watch_job(ctx: RequestContext, job_id: JobId) -> AsyncIterator[Job]:
    """Yield the job as it stands, then each change, until it is done or dead.

    We listen before we read, so no change falls between the two.

    Raises:
        NotFound: there is no such job for this viewer.
    """
    async with ctx.ports.live.listen(channels.job(job_id)) as messages:
        latest = await get_job(ctx, job_id)
        yield latest
        if latest.state in FINISHED:
            return
        async for _message in messages:
            ctx.forget_loaded()
            job = await get_job(ctx, job_id)
            if job != latest:
                latest = job
                yield job
            if job.state in FINISHED:
                return


def _domain_of(job_id: JobId) -> str | None:
    """Job ids are `<domain>.<uuid>`."""
    domain = job_id.partition(".")[0]
    return domain if domain in DOMAINS else None


def _visible(ctx: RequestContext, job: Job | None) -> Job | None:
    if job is None or not may_see_job(ctx.viewer, job.owner_id):
        return None
    if job.error_code != INTERNAL or ctx.viewer.has_role(Role.ADMIN):
        return job
    return replace(job, error=MASKED)
