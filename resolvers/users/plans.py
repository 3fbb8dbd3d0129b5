"""Partners' plans: written, given to partners, and listed."""

from dataclasses import replace

from db.repositories.partners import PartnersRepository
from domain.policies.users import require_manage_clients
from domain.users.clients import checked_client
from domain.users.partners import Partner
from domain.users.plans import NAME, PLANS_MAX, PartnerPlan, checked_plan
from errors import BadInput, NotFound, TooLarge
from loaders.partners import PLANS
from resolvers.context import RequestContext
from resolvers.users.partner_news import tell_gateways


async def save_partner_plan(ctx: RequestContext, plan: PartnerPlan) -> PartnerPlan:
    """Add a plan, or change the one of its name for all who have it.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        BadInput: a value is out of its bounds, or a plan of live keys would become one of sandbox
            keys or the other way round.
        TooLarge: there are as many plans as there may be.
    """
    require_manage_clients(ctx.viewer)
    plan = replace(checked_plan(plan), changed_at=ctx.clock.now())
    async with ctx.unit_of_work(PartnersRepository) as uow:
        before = await uow.rows.find_plan(plan.name)
        if before is not None and before.is_sandbox != plan.is_sandbox:
            raise BadInput("A plan stays one of live or of sandbox keys.", field="is_sandbox")
        await uow.rows.save_plan(plan)
        if await uow.rows.count_plans() > PLANS_MAX:
            raise TooLarge(f"There are at most {PLANS_MAX} plans.", limit=PLANS_MAX)
        await uow.commit()
    await tell_gateways(ctx)
    return plan


async def give_partner_plan(ctx: RequestContext, *, partner: str, plan: str | None) -> Partner:
    """Give a plan to a partner's live keys, or take it away (None).

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        NotFound: there is no such partner, or no such plan.
        BadInput: no name, or the plan is for sandbox keys: give it to a key.
    """
    require_manage_clients(ctx.viewer)
    name = checked_client(partner, field="partner")
    async with ctx.unit_of_work(PartnersRepository) as uow:
        found = await uow.rows.lock_partner(name)
        if found is None:
            raise NotFound("There is no such partner.", field="partner")
        if plan is not None:
            await find_plan(uow.rows, plan, is_sandbox=False)
        changed = replace(found, plan=plan, plan_since=ctx.clock.now())
        await uow.rows.save_partner(changed)
        await uow.commit()
    await tell_gateways(ctx)
    return changed


async def list_partner_plans(ctx: RequestContext) -> list[PartnerPlan]:
    """All plans, by name.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
    """
    require_manage_clients(ctx.viewer)
    return await ctx.read("users").fetch(PLANS)


async def find_plan(rows: PartnersRepository, name: str, *, is_sandbox: bool) -> str:
    """The name of a plan that is there and for such keys.

    Raises:
        NotFound: there is no such plan.
        BadInput: it is for the other kind of keys.
    """
    plan = await rows.find_plan(name) if NAME.fullmatch(name) else None
    if plan is None:
        raise NotFound("There is no such plan.", field="plan")
    if plan.is_sandbox != is_sandbox:
        kind = "sandbox" if plan.is_sandbox else "live"
        raise BadInput(f"This plan is for {kind} keys.", field="plan")
    return plan.name
