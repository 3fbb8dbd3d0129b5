"""What partners use: taken out of their quotas, counted, and told to them and to admins."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta

from db.read import fetch_one
from db.repositories.partners import PartnersRepository
from domain.ids import PartnerKeyId
from domain.policies.users import require_manage_clients, require_see_partner
from domain.users.clients import checked_client
from domain.users.partner_usage import (
    EXPORTED_MAX,
    PartnerAccount,
    PartnerUse,
    QuotaStanding,
    QuotaTaken,
    ToldUse,
    owner_of,
)
from domain.users.partners import Partner
from domain.users.plans import PartnerPlan, QuotaPeriod
from domain.users.usage import DAYS_DEFAULT, KEPT_DAYS, day_of
from errors import BadInput, NotFound
from loaders.partners import (
    KEYS_WITH_PLANS,
    PARTNER_BY_ID,
    PARTNER_BY_NAME,
    PLANS,
    QUOTAS_TAKEN,
    USES_OF_PARTNER,
)
from resolvers.context import RequestContext, UseCaseContext


async def take_of_quota(ctx: UseCaseContext, wanted: QuotaTaken, limit: int) -> tuple[int, int]:
    """Take requests out of a quota, as far as they go; how many, and how many are taken in all.

    Raises:
        DatabaseBusy: the database did not take it in time.
    """
    async with ctx.unit_of_work(PartnersRepository) as uow:
        taken = await uow.rows.take_of_quota(wanted, limit)
        await uow.commit()
    return taken


async def give_back_quotas(ctx: UseCaseContext, returned: Sequence[QuotaTaken]) -> None:
    """Put back what was taken out and not used."""
    async with ctx.unit_of_work(PartnersRepository) as uow:
        for each in returned:
            await uow.rows.give_back_quota(each)
        await uow.commit()


async def record_partner_uses(ctx: UseCaseContext, uses: Sequence[PartnerUse]) -> None:
    """Add counts to those of their days."""
    async with ctx.unit_of_work(PartnersRepository) as uow:
        await uow.rows.add_uses(uses)
        await uow.commit()


async def forget_partner_uses(ctx: UseCaseContext) -> None:
    """Drop what is older than KEPT_DAYS; once a day is enough."""
    async with ctx.unit_of_work(PartnersRepository) as uow:
        await uow.rows.forget_uses(day_of(ctx.clock.now()) - KEPT_DAYS)
        await uow.commit()


async def read_partner_account(
    ctx: RequestContext, *, partner: str | None = None, days: int = DAYS_DEFAULT
) -> PartnerAccount:
    """A partner's plan, how its quotas stand, and what its keys were used for; oldest first.

    Without a name it is the partner whose key was sent. At most ROWS_TOLD_MAX rows are told;
    `export_partner_uses` gives all.

    Raises:
        NotFound: there is no such partner for this viewer.
        Unauthenticated: no partner was named, and no key was sent.
        BadInput: too many days, or no name.
    """
    found = await _find(ctx, partner)
    return PartnerAccount(
        partner_id=found.id,
        partner=found.name,
        plan=(await _plans(ctx)).get(found.plan or ""),
        quotas=await _quotas(ctx, found),
        uses=await _page(ctx, found, _since(ctx, days), None),
    )


async def export_partner_uses(
    ctx: RequestContext, *, partner: str | None = None, days: int = DAYS_DEFAULT
) -> AsyncGenerator[list[ToldUse], None]:
    """All of what a partner's keys were used for, page by page; at most EXPORTED_MAX rows.

    Raises:
        NotFound, Unauthenticated, BadInput: as `read_partner_account`.
    """
    found, since = await _find(ctx, partner), _since(ctx, days)
    told, last = 0, None
    while told < EXPORTED_MAX:
        page = await _page(ctx, found, since, last)
        if not page:
            return
        yield page
        told, last = told + len(page), page[-1]


async def _find(ctx: RequestContext, name: str | None) -> Partner:
    read, own = ctx.read("users"), ctx.viewer.partner_id
    if name is not None:
        found = await fetch_one(read, PARTNER_BY_NAME, name=checked_client(name, field="partner"))
    elif own is not None:
        found = await fetch_one(read, PARTNER_BY_ID, partner_id=own)
    else:
        require_manage_clients(ctx.viewer)
        raise BadInput("Name the partner.", field="partner")
    if found is None:
        raise NotFound("There is no such partner.")
    require_see_partner(ctx.viewer, found.id)
    return found


def _since(ctx: RequestContext, days: int) -> datetime:
    if not 1 <= days <= KEPT_DAYS.days:
        raise BadInput(f"Use is kept for {KEPT_DAYS.days} days.", field="days")
    return day_of(ctx.clock.now()) - timedelta(days=days - 1)


async def _page(
    ctx: RequestContext, partner: Partner, since: datetime, last: ToldUse | None
) -> list[ToldUse]:
    return await ctx.read("users").fetch(
        USES_OF_PARTNER,
        partner_id=partner.id,
        since=since,
        after_day=since if last is None else last.day,
        after_key="" if last is None else last.key_id,
        after_operation="" if last is None else last.operation,
        after_status="" if last is None else last.status.value,
    )


async def _plans(ctx: RequestContext) -> dict[str, PartnerPlan]:
    return {plan.name: plan for plan in await ctx.read("users").fetch(PLANS)}


async def _quotas(ctx: RequestContext, partner: Partner) -> list[QuotaStanding]:
    """How the quotas of the partner and of its keys with plans of their own stand."""
    read, now = ctx.read("users"), ctx.clock.now()
    keys = await read.fetch(KEYS_WITH_PLANS, partner_id=partner.id, now=now)
    plan_of: dict[PartnerKeyId | None, str | None] = {each.id: each.plan for each in keys}
    plan_of[None] = partner.plan
    owners = {key_id: owner_of(partner.id, key_id) for key_id in plan_of}
    taken = {
        (each.owner, each.period, each.begins_at): each.taken
        for each in await read.fetch(
            QUOTAS_TAKEN, keys=list(owners.values()), since=QuotaPeriod.MONTH.begin(now)
        )
    }
    plans = await _plans(ctx)
    given = [(key_id, plans[name]) for key_id, name in plan_of.items() if name in plans]
    return [
        QuotaStanding(
            period=period,
            key_id=key_id,
            plan=plan.name,
            limit=limit,
            taken=taken.get((owners[key_id], period, period.begin(now)), 0),
            resets_at=period.end(period.begin(now)),
        )
        for key_id, plan in given
        for period, limit in plan.quotas.items()
    ]
