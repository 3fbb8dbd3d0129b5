"""Quotas of plans: exact over all gateways, lost by a block at most, told in every answer."""

import asyncio
from contextlib import contextmanager

import pytest

from db.read import StatementCount
from domain.users.plans import QuotaPeriod, block_of
from errors import BadInput, DatabaseBusy, Forbidden, NotFound, QuotaExceeded, Unauthenticated
from resolvers.users.partner_usage import read_partner_account
from resolvers.users.partners import add_partner_key
from resolvers.users.plans import give_partner_plan, list_partner_plans, save_partner_plan
from tests.conftest import ADMIN, ANNA
from tests.factories.partners import a_plan
from web.guards import partner_allowances
from web.guards.partner_allowances import PartnerAllowances
from web.guards.partner_keys import PartnerKeys
from web.wire.client_request import ClientRequest


@pytest.fixture
def admin(as_viewer):
    return as_viewer(ADMIN)


class Gateway:
    """One of several: its own memory over the same database."""

    def __init__(self, ctx) -> None:
        self.ctx, self.keys = ctx, PartnerKeys(ctx.clock.now)
        self.allowances = PartnerAllowances(ctx, self.keys)

    async def refresh(self) -> None:
        await self.keys.refresh(self.ctx.read("users"))

    async def ask(self, secret: str, count: int = 1) -> int:
        """How many of so many requests at once are let in."""
        asked = [self.allowances.take(a_client(secret)) for _ in range(count)]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert all(each is None or isinstance(each, QuotaExceeded) for each in outcomes), outcomes
        return outcomes.count(None)


def a_client(secret: str | None) -> ClientRequest:
    return ClientRequest(request_id="test", api_key=secret)


@pytest.fixture
def open_gateways(admin):
    async def open_some(count: int) -> list[Gateway]:
        made = [Gateway(admin) for _ in range(count)]
        for each in made:
            await each.refresh()
        return made

    return open_some


async def a_planned_key(admin, **limits: object) -> str:
    await save_partner_plan(admin, a_plan(**limits))
    made = await add_partner_key(admin, partner="acme")
    await give_partner_plan(admin, partner="acme", plan="basic")
    return made.secret


async def taken(admin) -> int:
    """Requests taken out of today's quota of acme, by its own account."""
    account = await read_partner_account(admin, partner="acme")
    return sum(each.taken for each in account.quotas if each.period is QuotaPeriod.DAY)


async def test_all_gateways_together_let_in_the_quota_and_no_more(admin, open_gateways) -> None:
    secret = await a_planned_key(admin, daily_requests=50)
    gateways = await open_gateways(3)

    let_in = [await each.ask(secret, 30) for each in gateways]

    assert sum(let_in) == 50


async def test_two_keys_of_a_partner_share_its_quota_and_one_with_a_plan_does_not(
    admin, open_gateways
) -> None:
    first = await a_planned_key(admin, daily_requests=5)
    second = (await add_partner_key(admin, partner="acme")).secret
    await save_partner_plan(admin, a_plan("own", daily_requests=3))
    own = (await add_partner_key(admin, partner="acme", plan="own")).secret
    (gateway,) = await open_gateways(1)

    assert [await gateway.ask(each, 4) for each in (first, second, own)] == [4, 1, 3]


async def test_who_has_no_plan_and_who_has_no_key_cost_no_statement(admin, open_gateways) -> None:
    free = (await add_partner_key(admin, partner="free")).secret
    (gateway,) = await open_gateways(1)
    before = StatementCount.total

    assert await gateway.ask(free, 10) == 10
    await gateway.allowances.take(a_client(None))

    assert StatementCount.total == before


async def test_a_large_quota_is_taken_out_in_blocks(admin, open_gateways) -> None:
    secret = await a_planned_key(admin, daily_requests=100_000)
    (gateway,) = await open_gateways(1)

    await gateway.ask(secret, 101)

    assert block_of(100_000) == 100
    assert await taken(admin) == 200


async def test_a_gateway_that_ends_gives_back_what_it_holds(admin, open_gateways) -> None:
    secret = await a_planned_key(admin, daily_requests=100_000)
    (gateway,) = await open_gateways(1)
    await gateway.ask(secret, 7)

    await gateway.allowances.close()

    assert await taken(admin) == 7


async def test_a_killed_gateway_costs_the_partner_one_block(admin, open_gateways) -> None:
    secret = await a_planned_key(admin, daily_requests=2_000)
    killed, other = await open_gateways(2)
    assert await killed.ask(secret, 3) == 3

    assert await other.ask(secret, 3_000) == 2_000 - 2 * block_of(2_000)


async def test_a_refusal_says_which_quota_and_until_when(admin, open_gateways) -> None:
    secret = await a_planned_key(admin, daily_requests=5, monthly_requests=2)
    (gateway,) = await open_gateways(1)
    await gateway.ask(secret, 2)
    client = a_client(secret)

    with pytest.raises(QuotaExceeded) as refused:
        await gateway.allowances.take(client)

    details = refused.value.details
    ends = QuotaPeriod.MONTH.end(QuotaPeriod.MONTH.begin(admin.clock.now()))
    assert (details["quota"], details["limit"], details["plan"]) == ("month", 2, "basic")
    assert details["resets_at"] == ends.isoformat()
    assert 0 < details["retry_after_seconds"] <= 31 * 86_400
    policies = [value for name, value in client.answer_headers if name == "ratelimit-policy"]
    assert policies[0] == '"day";q=5;w=86400'
    assert policies[1].startswith('"month";q=2;w=')
    assert await gateway.ask(secret) == 0
    assert await taken(admin) == 3  # the day is not charged for what the month refuses


async def test_the_next_day_begins_anew(admin, open_gateways, outside) -> None:
    secret = await a_planned_key(admin, daily_requests=2)
    (gateway,) = await open_gateways(1)
    assert await gateway.ask(secret, 3) == 2

    outside.clock.advance(days=1)

    assert await gateway.ask(secret, 3) == 2


async def test_a_larger_plan_is_felt_when_the_keys_are_read_again(
    admin, open_gateways, outside, monkeypatch
) -> None:
    monkeypatch.setattr(partner_allowances, "EMPTY_SECONDS", 0.0)
    secret = await a_planned_key(admin, daily_requests=2)
    (gateway,) = await open_gateways(1)
    assert await gateway.ask(secret, 3) == 2
    outside.clock.advance(seconds=1)

    await save_partner_plan(admin, a_plan(daily_requests=5))
    await gateway.refresh()

    assert await gateway.ask(secret, 9) == 3


async def test_nobody_is_refused_because_the_database_is_away(
    admin, open_gateways, monkeypatch
) -> None:
    secret = await a_planned_key(admin, daily_requests=1)
    (gateway,) = await open_gateways(1)

    asked: list[object] = []

    async def away(*args: object) -> tuple[int, int]:
        asked.append(args)
        raise DatabaseBusy("away")

    monkeypatch.setattr(partner_allowances, "take_of_quota", away)
    monkeypatch.setattr(partner_allowances, "AWAY_SECONDS", 1_000.0)
    assert await gateway.ask(secret, 3) == 3
    assert len(asked) == 1  # nobody waits where one has waited in vain
    monkeypatch.undo()
    gateway.allowances._away_until = 0.0
    assert await gateway.ask(secret, 3) == 1


async def test_so_many_run_at_the_same_time_and_no_more(admin, open_gateways) -> None:
    secret = await a_planned_key(admin, concurrent_max=1)
    (gateway,) = await open_gateways(1)
    running = gateway.allowances.running

    with (
        running(a_client(secret)),
        running(a_client(None)),
        pytest.raises(QuotaExceeded) as refused,
        running(a_client(secret)),
    ):
        pass
    with running(a_client(secret)):
        pass

    assert refused.value.details["quota"] == "concurrent"


async def test_a_plan_says_how_fast_too(admin, open_gateways) -> None:
    secret = await a_planned_key(admin, rate_requests=20, rate_seconds=2)
    own = (await add_partner_key(admin, partner="acme", plan="basic")).secret
    (gateway,) = await open_gateways(1)

    rates = [gateway.keys.find_partner(each, "").rate for each in (secret, own)]

    assert [(each.name, each.tokens, each.seconds) for each in rates] == [
        ("partner", 20, 2),
        ("key", 20, 2),
    ]


@contextmanager
def refused(kind: type[Exception], field: str | None = None):
    with pytest.raises(kind) as caught:
        yield
    if field is not None:
        assert caught.value.details["field"] == field


async def test_plans_that_cannot_be_are_refused(admin) -> None:
    with refused(BadInput, "name"):
        await save_partner_plan(admin, a_plan("Big Plan"))
    with refused(BadInput, "daily_requests"):
        await save_partner_plan(admin, a_plan(daily_requests=0))
    with refused(BadInput, "rate_seconds"):
        await save_partner_plan(admin, a_plan(rate_seconds=4_000))
    await save_partner_plan(admin, a_plan("test", is_sandbox=True))
    with refused(BadInput, "is_sandbox"):
        await save_partner_plan(admin, a_plan("test"))
    with refused(BadInput, "plan"):
        await add_partner_key(admin, partner="acme", plan="test")
    with refused(NotFound, "plan"):
        await add_partner_key(admin, partner="acme", plan="none")
    with refused(NotFound, "partner"):
        await give_partner_plan(admin, partner="nobody", plan=None)
    await add_partner_key(admin, partner="acme", plan="test", is_sandbox=True)
    with refused(BadInput, "plan"):
        await give_partner_plan(admin, partner="acme", plan="test")

    assert [each.name for each in await list_partner_plans(admin)] == ["test"]


async def test_a_sandbox_key_does_not_take_of_its_partners_plan(admin, open_gateways) -> None:
    await a_planned_key(admin, daily_requests=1)
    sandbox = (await add_partner_key(admin, partner="acme", is_sandbox=True)).secret
    (gateway,) = await open_gateways(1)

    assert await gateway.ask(sandbox, 5) == 5


async def test_only_admins_manage_plans(as_viewer) -> None:
    for act in (
        lambda ctx: save_partner_plan(ctx, a_plan()),
        lambda ctx: give_partner_plan(ctx, partner="acme", plan=None),
        list_partner_plans,
    ):
        with refused(Unauthenticated):
            await act(as_viewer())
        with refused(Forbidden):
            await act(as_viewer(ANNA))
