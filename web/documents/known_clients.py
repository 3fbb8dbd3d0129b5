"""What a gateway knows of its clients: their operations, their keys, and what they use."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from domain.messages import channels
from errors import DependencyError
from federation.engine import Engine
from resolvers.context import UseCaseContext
from resolvers.users.operations import check_published
from web.documents.automatic_persisted_queries import AutomaticDocuments
from web.documents.following import follow, try_once
from web.documents.operation_usage import OperationUsage
from web.documents.persisted_documents import DocumentManifest, Documents
from web.documents.published_operations import PublishedOperations
from web.documents.warm_start import warm_up
from web.guards.partner_allowances import PartnerAllowances
from web.guards.partner_keys import PartnerKeys
from web.guards.partner_uses import PartnerUses

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClients:
    """The parts of it that the front asks."""

    documents: Documents
    partners: PartnerKeys
    usage: OperationUsage
    allowances: PartnerAllowances
    uses: PartnerUses
    """What partners' keys are used for."""


@asynccontextmanager
async def know_clients(
    base: UseCaseContext,
    engine: Engine,
    *,
    own: DocumentManifest,
    automatic: AutomaticDocuments | None,
    persisted_only: frozenset[str],
) -> AsyncIterator[KnownClients]:
    """Read all of it, plan what is published, and follow the database until the end."""
    read, now = base.read("users"), base.clock.now
    published, partners = PublishedOperations(now), PartnerKeys(now)
    documents = Documents(
        own=own, published=published, automatic=automatic, persisted_only=persisted_only
    )
    usage = OperationUsage(base, lambda: engine.api_schema, published)
    allowances, uses = PartnerAllowances(base, partners), PartnerUses(base)

    async def refresh_operations() -> None:
        await warm_up(engine, await published.refresh(read))

    async def refresh_keys() -> None:
        await partners.refresh(read)

    async def hear_of_keys() -> None:
        async with base.ports.live.listen(channels.PARTNER_KEYS) as messages:
            async for _changed in messages:
                await try_once(refresh_keys)

    await try_once(lambda: published.refresh(read))
    await try_once(refresh_keys)
    await warm_up(engine, documents.texts())
    work: list[Awaitable[None]] = [
        follow(refresh_keys),
        try_once(hear_of_keys),
        follow(refresh_operations),
        usage.keep_flushing(),
        uses.keep_flushing(),
        try_once(lambda: report_broken(base)),
    ]
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        yield KnownClients(
            documents=documents,
            partners=partners,
            usage=usage,
            allowances=allowances,
            uses=uses,
        )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await usage.flush()
            await uses.flush()
            await allowances.close()
        except DependencyError:
            log.warning("usage_not_kept", exc_info=True)


async def report_broken(base: UseCaseContext) -> None:
    """Check published operations against a schema that is new, and tell the log what it breaks."""
    for each in await check_published(base):
        log.warning(
            "published_operation_broken",
            client=each.client,
            version=each.version,
            document_id=each.id,
            fault=each.fault,
        )
