"""Counts what partners' keys are used for: in memory, and in the database every few seconds."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

import structlog

from cancellation import end_if_cancelled
from domain.ids import PartnerKeyId
from domain.users.manifests import HASH_PREFIX
from domain.users.partner_usage import OPERATION_CHARS_MAX, PartnerUse, UseStatus
from domain.users.usage import day_of
from errors import AppError, DependencyError
from federation.errors import FederationError
from resolvers.context import UseCaseContext
from resolvers.users.partner_usage import forget_partner_uses, record_partner_uses
from web.guards.partner_keys import KnownPartner
from web.wire.graphql_params import GraphQLParams

FLUSH_SECONDS = 10.0
"""How long a count waits in memory; so much is lost where a process is killed."""
ROWS_MAX = 20_000
"""Keys times operations times endings between two flushes; what is more is not counted."""

log = structlog.get_logger(__name__)

_Key = tuple[PartnerKeyId, str, UseStatus]


class Watches(Protocol):
    """Who is told how an operation ends."""

    def end(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """It was answered with these errors; `Any` because subgraphs wrote some of them."""

    def fail(self, error: BaseException) -> None:
        """It was refused, or given up because its client left."""


class PartnerUses:
    """Counts the operations of partners of this process."""

    def __init__(self, ctx: UseCaseContext) -> None:
        self._ctx = ctx
        self._counts: dict[_Key, int] = {}
        self._missed = 0
        self._tidied: datetime | None = None

    def watch(self, partner: KnownPartner, params: GraphQLParams, other: Watches | None) -> Watches:
        """Count an operation when it ends, and tell the other who watches it.

        A sandbox key may send any text, so its operations are not told apart.
        """
        operation = params.document_id
        if operation is None and params.query_hash is not None:
            operation = HASH_PREFIX + params.query_hash
        if partner.is_sandbox or operation is None:
            operation = ""
        return _Watched(self, partner.key_id, operation[:OPERATION_CHARS_MAX], other)

    def count(self, key_id: PartnerKeyId, operation: str, status: UseStatus) -> None:
        """Count one operation; does no more than that."""
        key = (key_id, operation, status)
        if key in self._counts or len(self._counts) < ROWS_MAX:
            self._counts[key] = self._counts.get(key, 0) + 1
        else:
            self._missed += 1

    async def keep_flushing(self) -> None:
        """Write what was counted every FLUSH_SECONDS; ends when it is cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except Exception:
                end_if_cancelled()
                log.exception("partner_uses_not_kept")

    async def flush(self) -> None:
        """Write what was counted; what cannot be written now is counted again."""
        counts, self._counts = self._counts, {}
        if self._missed:
            log.warning("partner_uses_not_counted", operations=self._missed)
            self._missed = 0
        if not counts:
            return
        day = day_of(self._ctx.clock.now())
        uses = [
            PartnerUse(day=day, key_id=key_id, operation=operation, status=status, count=count)
            for (key_id, operation, status), count in counts.items()
        ]
        try:
            await record_partner_uses(self._ctx, uses)
        except (DependencyError, asyncio.CancelledError):
            for key, count in counts.items():
                self._counts[key] = self._counts.get(key, 0) + count
            raise
        if self._tidied != day:
            await forget_partner_uses(self._ctx)
            self._tidied = day


class _Watched:
    """One operation of a partner."""

    __slots__ = ("_key_id", "_operation", "_other", "_uses")

    def __init__(
        self, uses: PartnerUses, key_id: PartnerKeyId, operation: str, other: Watches | None
    ) -> None:
        self._uses = uses
        self._key_id = key_id
        self._operation = operation
        self._other = other

    def end(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Count it as answered, with errors or without."""
        self._count(UseStatus.ERRORS if errors else UseStatus.OK)
        if self._other is not None:
            self._other.end(errors)

    def fail(self, error: BaseException) -> None:
        """Count it as refused, or as broken off."""
        is_refused = isinstance(error, AppError | FederationError)
        self._count(UseStatus.REFUSED if is_refused else UseStatus.ERRORS)
        if self._other is not None:
            self._other.fail(error)

    def _count(self, status: UseStatus) -> None:
        self._uses.count(self._key_id, self._operation, status)
