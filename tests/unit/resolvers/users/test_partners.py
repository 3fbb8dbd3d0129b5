"""Partners' keys: what is kept of them, how they are found, and how they end."""

from datetime import timedelta

import pytest

from db.read import StatementCount
from domain.ids import PartnerKeyId
from domain.users.manifests import hash_of
from errors import BadInput, Conflict, Forbidden, NotFound, Unauthenticated
from resolvers.users.partners import (
    add_partner_key,
    list_partner_keys,
    revoke_partner_key,
    rotate_partner_key,
)
from tests.conftest import ADMIN, ANNA
from web.guards.partner_keys import PartnerKeys

HOST = "203.0.113.7"


@pytest.fixture
def admin(as_viewer):
    return as_viewer(ADMIN)


@pytest.fixture
async def known(admin):
    """Keys as a gateway knows them: `await known()` reads them again."""
    keys = PartnerKeys(admin.clock.now)

    async def read() -> PartnerKeys:
        await keys.refresh(admin.read("users"))
        return keys

    return read


async def test_a_key_is_shown_once_and_kept_as_its_hash(admin, known) -> None:
    made = await add_partner_key(admin, partner="acme", scopes=["write", "read"])

    (listed,) = await list_partner_keys(admin)
    partner = (await known()).find_partner(made.secret, HOST)

    assert made.secret.startswith("tutti_live_")
    assert listed.hash == hash_of(made.secret)
    assert listed.prefix == made.secret[:18]
    assert made.secret not in repr(listed)
    assert (partner.name, partner.scopes) == ("acme", {"read", "write"})


async def test_a_gateway_reads_keys_again_only_where_some_changed(admin, known) -> None:
    async def statements() -> int:
        before = StatementCount.total
        await known()
        return StatementCount.total - before

    first = await add_partner_key(admin, partner="acme")
    taken = [await statements(), await statements()]
    await rotate_partner_key(admin, first.key.id)
    taken += [await statements(), await statements()]
    await revoke_partner_key(admin, first.key.id)
    taken += [await statements(), await statements()]

    assert taken == [3, 1, 3, 1, 3, 1]


async def test_two_keys_are_of_one_partner(admin) -> None:
    first = await add_partner_key(admin, partner="acme")
    second = await add_partner_key(admin, partner="acme", is_sandbox=True)

    assert [each.partner for each in await list_partner_keys(admin)] == ["acme", "acme"]
    assert first.secret.startswith("tutti_live_")
    assert second.secret.startswith("tutti_test_")


async def test_keys_are_found_by_their_beginning_in_one_statement(admin) -> None:
    live = await add_partner_key(admin, partner="acme")
    await add_partner_key(admin, partner="acme", is_sandbox=True)
    statements = StatementCount.total

    found = await list_partner_keys(admin, prefix=live.key.prefix)

    assert StatementCount.total - statements == 1
    assert [each.id for each in found] == [live.key.id]
    assert len(await list_partner_keys(admin, prefix="tutti")) == 2
    assert await list_partner_keys(admin, prefix="tutti%live") == []


async def test_nobody_looks_for_a_whole_key(admin) -> None:
    made = await add_partner_key(admin, partner="acme")

    with pytest.raises(BadInput):
        await list_partner_keys(admin, prefix=made.secret)


async def test_both_keys_are_good_while_they_overlap(admin, known, outside) -> None:
    old = await add_partner_key(admin, partner="acme", scopes=["live"], days=100)
    outside.clock.advance(days=10)

    new = await rotate_partner_key(admin, old.key.id, overlap=timedelta(days=2))

    assert (new.key.scopes, new.key.expires_at) == (["live"], admin.clock.now() + timedelta(100))
    keys = await known()
    assert keys.find_partner(old.secret, HOST) == keys.find_partner(old.secret, "")
    outside.clock.advance(days=2)
    with pytest.raises(Unauthenticated):
        keys.find_partner(old.secret, HOST)
    assert (await known()).find_partner(new.secret, HOST).name == "acme"


async def test_an_overlap_never_lengthens_a_life(admin, outside) -> None:
    old = await add_partner_key(admin, partner="acme", days=1)

    await rotate_partner_key(admin, old.key.id, overlap=timedelta(days=30))

    kept = {each.id: each.expires_at for each in await list_partner_keys(admin)}
    assert kept[old.key.id] == old.key.expires_at


async def test_a_revoked_key_is_nobodys(admin, known) -> None:
    made = await add_partner_key(admin, partner="acme")
    revoked = await revoke_partner_key(admin, made.key.id)

    with pytest.raises(Unauthenticated):
        (await known()).find_partner(made.secret, HOST)
    with pytest.raises(Conflict):
        await rotate_partner_key(admin, made.key.id)
    assert await revoke_partner_key(admin, made.key.id) == revoked


@pytest.mark.parametrize(
    ("_case", "networks", "host", "is_let_in"),
    [
        ("anywhere", [], "198.51.100.1", True),
        ("inside", ["203.0.113.0/24"], HOST, True),
        ("inside the second", ["10.0.0.0/8", "203.0.113.7"], HOST, True),
        ("mapped into IPv6", ["203.0.113.0/24"], "::ffff:203.0.113.7", True),
        ("outside", ["10.0.0.0/8"], HOST, False),
        ("of the other family", ["2001:db8::/32"], HOST, False),
        ("without an address", ["0.0.0.0/0"], "", False),
    ],
)
async def test_a_key_is_good_within_its_networks(
    _case, networks, host, is_let_in, admin, known
) -> None:
    made = await add_partner_key(admin, partner="acme", networks=networks)
    keys = await known()

    if is_let_in:
        assert keys.find_partner(made.secret, host).name == "acme"
    else:
        with pytest.raises(Forbidden):
            keys.find_partner(made.secret, host)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("partner", {"partner": ""}),
        ("scopes", {"scopes": ["admin"]}),
        ("networks", {"networks": ["10.0.0.1/8"]}),
        ("networks", {"networks": ["10.0.0.1"] * 51}),
        ("days", {"days": 0}),
        ("days", {"days": 1_099}),
    ],
)
async def test_a_key_that_cannot_be_is_refused(field, changes, admin) -> None:
    with pytest.raises(BadInput) as refused:
        await add_partner_key(admin, **{"partner": "acme", **changes})

    assert refused.value.details["field"] == field
    assert await list_partner_keys(admin) == []


async def test_nobody_has_a_key_that_was_not_made(admin, known) -> None:
    with pytest.raises(NotFound):
        await rotate_partner_key(admin, PartnerKeyId("none"))
    with pytest.raises(NotFound):
        await revoke_partner_key(admin, PartnerKeyId("none"))
    keys = await known()
    assert keys.find_partner(None, HOST) is None
    with pytest.raises(Unauthenticated):
        keys.find_partner("tutti_live_guessed", HOST)


async def test_only_admins_manage_partners(as_viewer) -> None:
    for act in (
        lambda ctx: add_partner_key(ctx, partner="acme"),
        lambda ctx: rotate_partner_key(ctx, PartnerKeyId("k")),
        lambda ctx: revoke_partner_key(ctx, PartnerKeyId("k")),
        lambda ctx: list_partner_keys(ctx),
    ):
        with pytest.raises(Unauthenticated):
            await act(as_viewer())
        with pytest.raises(Forbidden):
            await act(as_viewer(ANNA))
