"""What partners' plans allow in a day, in a month, and at the same time.

Requests of a quota are taken out of the database in blocks before any of them is let in, so no
number of gateways lets in more than the quota. A block is a thousandth of it (`block_of`): so much
a killed gateway loses, and so much each of the others may hold when the last are asked for. A
gateway that ends gives back what it holds.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from math import ceil

import structlog

from domain.users.partner_usage import QuotaTaken
from domain.users.plans import PartnerPlan, QuotaPeriod, block_of
from errors import DependencyError, QuotaExceeded
from resolvers.context import UseCaseContext
from resolvers.users.partner_usage import give_back_quotas, take_of_quota
from web.guards.partner_keys import KnownPartner, PartnerKeys
from web.wire.client_request import ClientRequest

EMPTY_SECONDS = 5.0
"""So long a quota that is used up is not asked for again."""
AWAY_SECONDS = 1.0
"""So long the database is not asked again that did not answer."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Block:
    """Requests of one quota that this process may let in."""

    begin: datetime
    left: int = 0
    taken: int = 0
    """What all processes had taken of the quota when this one took last."""
    asked_again_at: float = 0.0


class PartnerAllowances:
    """Counts what partners with plans ask for; costs nothing for anybody else."""

    def __init__(self, ctx: UseCaseContext, partners: PartnerKeys) -> None:
        self._ctx = ctx
        self._partners = partners
        self._blocks: dict[tuple[str, QuotaPeriod], _Block] = {}
        self._locks: dict[tuple[str, QuotaPeriod], asyncio.Lock] = {}
        self._running: Counter[str] = Counter()
        self._away_until = 0.0

    async def take(self, client: ClientRequest) -> None:
        """Take one request of each quota of the partner whose key was sent, or none of any.

        While the database does not answer, requests are let in and not counted.

        Raises:
            QuotaExceeded: one of them is used up.
        """
        partner = self._planned(client)
        if partner is None:
            return
        assert partner.plan is not None
        taken: list[_Block] = []
        for period, limit in partner.plan.quotas.items():
            block = await self._block(partner.owner, period, limit)
            if block is None:
                continue
            if not block.left:
                for each in taken:
                    each.left += 1
                self._tell(client, partner.plan, period, block, limit)
                raise self._refusal(partner.plan, period, block.begin, limit)
            block.left -= 1
            taken.append(block)
            self._tell(client, partner.plan, period, block, limit)

    def running(self, client: ClientRequest) -> AbstractContextManager[None]:
        """Hold one of the operations that may run at the same time in this process.

        Raises:
            QuotaExceeded: as many run as may.
        """
        partner = self._planned(client)
        if partner is None or partner.plan is None or partner.plan.concurrent_max is None:
            return nullcontext()
        return self._one(partner.owner, partner.plan, partner.plan.concurrent_max)

    async def close(self) -> None:
        """Give back what is left."""
        now = self._ctx.clock.now()
        returned = [
            QuotaTaken(owner=owner, period=period, begins_at=block.begin, taken=block.left)
            for (owner, period), block in sorted(self._blocks.items())
            if block.left and block.begin == period.begin(now)
        ]
        self._blocks.clear()
        if returned:
            await give_back_quotas(self._ctx, returned)

    def _planned(self, client: ClientRequest) -> KnownPartner | None:
        """The partner whose key was sent, if it has a plan."""
        partner = self._partners.find_partner(client.api_key, client.client_host)
        return None if partner is None or partner.plan is None else partner

    async def _block(self, owner: str, period: QuotaPeriod, limit: int) -> _Block | None:
        """What may be let in of a quota, taken out anew where it is used up; None: not known."""
        key = owner, period
        block = self._current(key)
        if not self._is_due(block):
            return block
        async with self._locks.setdefault(key, asyncio.Lock()):
            block = self._current(key)  # another request may have taken it meanwhile
            if self._is_due(block):
                if time.monotonic() < self._away_until:
                    return None
                try:
                    await self._take_out(key, block, limit)
                except DependencyError as error:
                    self._away_until = time.monotonic() + AWAY_SECONDS
                    log.warning("quota_not_counted", owner=owner, error=error.message)
                    return None
            return block

    def _current(self, key: tuple[str, QuotaPeriod]) -> _Block:
        begin = key[1].begin(self._ctx.clock.now())
        block = self._blocks.get(key)
        if block is None or block.begin != begin:
            block = self._blocks[key] = _Block(begin)
        return block

    def _is_due(self, block: _Block) -> bool:
        return not block.left and time.monotonic() >= block.asked_again_at

    async def _take_out(self, key: tuple[str, QuotaPeriod], block: _Block, limit: int) -> None:
        owner, period = key
        wanted = QuotaTaken(
            owner=owner, period=period, begins_at=block.begin, taken=block_of(limit)
        )
        granted, block.taken = await take_of_quota(self._ctx, wanted, limit)
        block.left += granted
        if not granted:
            block.asked_again_at = time.monotonic() + EMPTY_SECONDS

    @contextmanager
    def _one(self, owner: str, plan: PartnerPlan, concurrent_max: int) -> Iterator[None]:
        if self._running[owner] >= concurrent_max:
            raise QuotaExceeded(
                f"The plan {plan.name} allows {concurrent_max} operations at the same time.",
                quota="concurrent",
                plan=plan.name,
                limit=concurrent_max,
                retry_after_seconds=1,
            )
        self._running[owner] += 1
        try:
            yield
        finally:
            self._running[owner] -= 1
            if not self._running[owner]:
                del self._running[owner]

    def _tell(
        self,
        client: ClientRequest,
        plan: PartnerPlan,
        period: QuotaPeriod,
        block: _Block,
        limit: int,
    ) -> None:
        """Let the answer say how the quota stands, as far as this process knows."""
        whole = int((period.end(block.begin) - block.begin).total_seconds())
        left = max(0, limit - block.taken) + block.left
        client.answer_headers.extend(
            (
                ("ratelimit-policy", f'"{period}";q={limit};w={whole}'),
                ("ratelimit", f'"{period}";r={left};t={self._seconds_left(period, block.begin)}'),
            )
        )

    def _refusal(
        self, plan: PartnerPlan, period: QuotaPeriod, begin: datetime, limit: int
    ) -> QuotaExceeded:
        ends = period.end(begin)
        return QuotaExceeded(
            f"The plan {plan.name} allows {limit} requests in a {period}; they are used up until "
            f"{ends.isoformat()}.",
            quota=period.value,
            plan=plan.name,
            limit=limit,
            resets_at=ends.isoformat(),
            retry_after_seconds=self._seconds_left(period, begin),
        )

    def _seconds_left(self, period: QuotaPeriod, begin: datetime) -> int:
        return ceil((period.end(begin) - self._ctx.clock.now()).total_seconds())
