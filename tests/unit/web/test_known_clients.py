"""What a gateway does for its clients beside answering them."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from db.read import Read
from domain.users.operations import PublishedManifest
from errors import DatabaseBusy, DependencyError, Unauthenticated
from resolvers.users.operations import publish_operations
from resolvers.users.partners import add_partner_key, revoke_partner_key
from tests.conftest import ADMIN
from tests.fakes.operation_checks import WITHOUT_OLD, checks_of
from tests.patience import until
from web.documents import following, known_clients
from web.documents.known_clients import know_clients, report_broken
from web.documents.persisted_documents import DocumentManifest

HELLO = "query Hello { hello }"
OLD = "query Old { old }"
OWN = "query Own { hello }"


class WarmedEngine:
    """Remembers what was planned before anybody asked."""

    def __init__(self) -> None:
        self.warmed: list[str] = []
        self.api_schema = checks_of().api_schema

    async def warm(self, document: str) -> None:
        self.warmed.append(document)


@pytest.fixture
def admin(as_viewer):
    ctx = as_viewer(ADMIN)
    return replace(ctx, ports=replace(ctx.ports, operation_checks=checks_of()))


@pytest.fixture
def engine():
    return WarmedEngine()


@pytest.fixture
def gateway(admin, engine, monkeypatch):
    """Opens what a gateway knows; it follows the database without delay."""
    monkeypatch.setattr(following, "REFRESH_SECONDS", 0.01)

    @asynccontextmanager
    async def open_one():
        own = DocumentManifest({"own": OWN})
        async with know_clients(
            admin, engine, own=own, automatic=None, persisted_only=frozenset()
        ) as known:
            yield known

    return open_one


async def publish(ctx, operations, *, version="1") -> PublishedManifest:
    manifest = json.dumps(operations)
    return await publish_operations(ctx, client="web", version=version, manifest=manifest)


def is_good(known, secret: str) -> bool:
    try:
        return known.partners.find_partner(secret, "127.0.0.1") is not None
    except Unauthenticated:
        return False


async def test_plans_are_made_at_the_start_and_when_something_is_published(
    admin, engine, gateway
) -> None:
    await publish(admin, {"hello": HELLO})

    async with gateway() as known:
        at_the_start = list(engine.warmed)
        await publish(admin, {"hello": HELLO, "old": OLD}, version="2")
        await until(lambda: OLD in engine.warmed)
        found = known.documents.published.find("old")

    assert at_the_start == [OWN, HELLO]
    assert engine.warmed == [OWN, HELLO, OLD]
    assert found == OLD


async def test_a_start_with_a_new_schema_tells_the_log_what_it_breaks(admin) -> None:
    await publish(admin, {"hello": HELLO, "old": OLD})
    changed = replace(admin, ports=replace(admin.ports, operation_checks=checks_of(WITHOUT_OLD)))

    with capture_logs() as logs:
        await report_broken(changed)

    assert [(each["event"], each["client"], each["document_id"]) for each in logs] == [
        ("published_operation_broken", "web", "old")
    ]


async def test_a_gateway_starts_and_goes_on_while_its_database_is_away(
    admin, gateway, monkeypatch
) -> None:
    is_away = [True]
    fetch = type(admin.databases.of("users").read).fetch

    async def refuse(self: Read, query: object, **parameters: object) -> object:
        if is_away[0]:
            raise DatabaseBusy("away")
        return await fetch(self, query, **parameters)

    await publish(admin, {"hello": HELLO})
    monkeypatch.setattr(type(admin.databases.of("users").read), "fetch", refuse)

    async with gateway() as known:
        missing = known.documents.published.find("hello")
        is_away[0] = False
        await until(lambda: known.documents.published.find("hello"))
        is_away[0] = True
        kept = known.documents.published.find("hello")

    assert (missing, kept) == (None, HELLO)


async def test_a_revoked_key_is_refused_at_once(admin, gateway, monkeypatch) -> None:
    monkeypatch.setattr(following, "REFRESH_SECONDS", 3_600.0)

    async with gateway() as known:
        made = await add_partner_key(admin, partner="acme")
        await until(lambda: is_good(known, made.secret))
        await revoke_partner_key(admin, made.key.id)
        await until(lambda: not is_good(known, made.secret))


async def test_keys_are_followed_while_the_bus_is_away(admin, gateway, monkeypatch) -> None:
    async def refuse(*_given: object) -> None:
        raise DependencyError("away")

    monkeypatch.setattr(type(admin.ports.live), "publish", refuse)

    async with gateway() as known:
        made = await add_partner_key(admin, partner="acme")

        await until(lambda: is_good(known, made.secret))


async def test_counts_that_cannot_be_written_at_the_end_stop_nobody(gateway, monkeypatch) -> None:
    async def refuse(*_given: object) -> None:
        raise DatabaseBusy("away")

    monkeypatch.setattr(known_clients.OperationUsage, "flush", refuse)

    with capture_logs() as logs:
        async with gateway() as known:
            known.usage.count(HELLO, "web", "1")

    assert [each["event"] for each in logs] == ["usage_not_kept"]
