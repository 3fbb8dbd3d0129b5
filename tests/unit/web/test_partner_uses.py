"""What partners' keys were used for: counted as it ends, told to the partner and to admins."""

import csv
import io
from dataclasses import replace

import pytest

from domain.users.partner_usage import ToldUse, UseStatus, csv_head, csv_lines
from domain.users.usage import day_of
from domain.viewer import Viewer
from errors import BadInput, DatabaseBusy, Forbidden, NotFound, Unauthenticated
from resolvers.users import partner_usage
from resolvers.users.partner_usage import export_partner_uses, read_partner_account
from resolvers.users.partners import add_partner_key
from resolvers.users.plans import give_partner_plan, save_partner_plan
from tests.conftest import ADMIN, ANNA
from tests.factories.partners import a_plan
from web.guards import partner_uses
from web.guards.partner_keys import PartnerKeys
from web.guards.partner_uses import PartnerUses
from web.wire.graphql_params import GraphQLParams


@pytest.fixture
def admin(as_viewer):
    return as_viewer(ADMIN)


@pytest.fixture
async def key(admin):
    return (await add_partner_key(admin, partner="acme")).key


@pytest.fixture
def uses(admin) -> PartnerUses:
    return PartnerUses(admin)


async def told(admin, **asked: object) -> list[tuple[str, str, int]]:
    account = await read_partner_account(admin, partner="acme", **asked)
    return [(use.operation, use.status.value, use.count) for use in account.uses]


async def test_operations_are_counted_by_how_they_ended(admin, uses) -> None:
    made = await add_partner_key(admin, partner="acme")
    sandbox = await add_partner_key(admin, partner="acme", is_sandbox=True)
    keys = PartnerKeys(admin.clock.now)
    await keys.refresh(admin.read("users"))

    def watch(secret: str, **params: object):
        return uses.watch(keys.find_partner(secret, ""), GraphQLParams(**params), None)

    watch(made.secret, document_id="home").end([])
    watch(made.secret, document_id="home").end([])
    watch(made.secret, document_id="home").end([{"message": "wrong"}])
    watch(made.secret, query_hash="ab" * 32).fail(Forbidden("no"))
    watch(sandbox.secret, query="{ me { id } }").fail(ZeroDivisionError())
    await uses.flush()
    watch(made.secret, document_id="home").end([])
    await uses.flush()

    assert sorted(await told(admin)) == [
        ("", "errors", 1),
        ("home", "errors", 1),
        ("home", "ok", 3),
        ("sha256:" + "ab" * 32, "refused", 1),
    ]


async def test_the_other_who_watches_is_told_as_well(admin, uses, key) -> None:
    heard: list[object] = []

    class Other:
        def end(self, errors: object) -> None:
            heard.append(errors)

        def fail(self, error: BaseException) -> None:
            heard.append(error)

    keys = PartnerKeys(admin.clock.now)
    keys.keep([key])
    partner = keys._by_hash[key.hash]
    failure = Forbidden("no")
    uses.watch(partner, GraphQLParams(document_id="a"), Other()).end([])
    uses.watch(partner, GraphQLParams(document_id="a"), Other()).fail(failure)

    assert heard == [[], failure]


async def test_what_cannot_be_written_is_counted_again(admin, uses, key, monkeypatch) -> None:
    async def away(*_args: object) -> None:
        raise DatabaseBusy("away")

    uses.count(key.id, "home", UseStatus.OK)
    monkeypatch.setattr(partner_uses, "record_partner_uses", away)
    with pytest.raises(DatabaseBusy):
        await uses.flush()
    monkeypatch.undo()
    uses.count(key.id, "home", UseStatus.OK)
    await uses.flush()

    assert await told(admin) == [("home", "ok", 2)]


async def test_counts_that_wait_are_bounded(admin, uses, key, monkeypatch) -> None:
    monkeypatch.setattr(partner_uses, "ROWS_MAX", 2)
    for number in range(5):
        uses.count(key.id, f"op{number}", UseStatus.OK)
    uses.count(key.id, "op0", UseStatus.OK)
    await uses.flush()

    assert await told(admin) == [("op0", "ok", 2), ("op1", "ok", 1)]


async def test_days_are_told_apart_and_old_ones_forgotten(admin, uses, key, outside) -> None:
    uses.count(key.id, "home", UseStatus.OK)
    await uses.flush()
    outside.clock.advance(days=1)
    uses.count(key.id, "home", UseStatus.OK)
    await uses.flush()

    assert len(await told(admin)) == 2
    assert len(await told(admin, days=1)) == 1
    outside.clock.advance(days=180)
    uses.count(key.id, "home", UseStatus.OK)
    await uses.flush()
    assert len(await told(admin, days=180)) == 1


async def test_a_partner_sees_itself_and_nobody_else(admin, as_viewer, uses, key) -> None:
    other = (await add_partner_key(admin, partner="other")).key
    uses.count(key.id, "home", UseStatus.OK)
    uses.count(other.id, "away", UseStatus.OK)
    await uses.flush()
    own = as_viewer(Viewer(partner_id=key.partner_id))

    account = await read_partner_account(own)

    assert account.partner == "acme"
    assert [use.operation for use in account.uses] == ["home"]
    assert await read_partner_account(own, partner="acme") == account
    for viewer in (Viewer(partner_id=key.partner_id), ANNA, Viewer()):
        with pytest.raises(NotFound):
            await read_partner_account(as_viewer(viewer), partner="other")
    with pytest.raises(Unauthenticated):
        await read_partner_account(as_viewer())
    with pytest.raises(BadInput):
        await read_partner_account(admin)
    with pytest.raises(BadInput):
        await read_partner_account(own, days=181)


async def test_quotas_are_told_with_what_is_taken_of_them(admin, key) -> None:
    await save_partner_plan(admin, a_plan(daily_requests=10, monthly_requests=100))
    await save_partner_plan(admin, a_plan("own", daily_requests=7))
    await give_partner_plan(admin, partner="acme", plan="basic")
    own = (await add_partner_key(admin, partner="acme", plan="own")).key

    account = await read_partner_account(admin, partner="acme")

    assert account.plan is not None
    assert account.plan.name == "basic"
    assert {(each.key_id, each.period.value, each.limit) for each in account.quotas} == {
        (None, "day", 10),
        (None, "month", 100),
        (own.id, "day", 7),
    }


async def test_all_uses_are_exported_page_by_page(admin, uses, key, monkeypatch) -> None:
    for number in range(2_500):
        uses.count(key.id, f"op{number:04}", UseStatus.OK)
    await uses.flush()

    pages = [page async for page in export_partner_uses(admin, partner="acme")]
    monkeypatch.setattr(partner_usage, "EXPORTED_MAX", 1_000)
    bounded = [page async for page in export_partner_uses(admin, partner="acme")]

    exported = [use.operation for page in pages for use in page]
    assert exported == [f"op{number:04}" for number in range(2_500)]
    assert [len(page) for page in pages] == [1_000, 1_000, 500]
    assert [len(page) for page in bounded] == [1_000]


def test_a_file_is_csv_and_no_cell_is_a_formula(admin) -> None:
    day = day_of(admin.clock.now())
    use = ToldUse(day, "k1", "tutti_live_abc", "home", UseStatus.OK, 7)
    odd = replace(use, operation='=1+1,"x"\n')

    text = csv_head() + csv_lines([use, odd])

    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["day", "key_id", "prefix", "operation", "status", "count"]
    assert rows[1] == [day.date().isoformat(), "k1", "tutti_live_abc", "home", "ok", "7"]
    assert rows[2][3] == '\'=1+1,"x"\n'
    assert text.count("\r\n") == 3
