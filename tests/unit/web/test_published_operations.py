"""What gateways know of published operations, and what it costs them."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from db.read import StatementCount
from domain.users.manifests import hash_of
from resolvers.users.operations import publish_operations, retire_operations
from tests.conftest import ADMIN
from tests.fakes.operation_checks import checks_of
from web.documents.published_operations import PublishedOperations

HELLO = "query Hello { hello }"
OLD = "query Old { old }"


@pytest.fixture
def admin(as_viewer):
    ctx = as_viewer(ADMIN)
    return replace(ctx, ports=replace(ctx.ports, operation_checks=checks_of()))


@pytest.fixture
def known(admin):
    return PublishedOperations(admin.clock.now)


async def publish(ctx, operations, *, client="web", version="1"):
    manifest = json.dumps(operations)
    await publish_operations(ctx, client=client, version=version, manifest=manifest)


async def refresh(ctx, known) -> tuple[list[str], int]:
    """The new texts, and how many statements it took to know them."""
    before = StatementCount.total
    new = await known.refresh(ctx.read("users"))
    return sorted(new), StatementCount.total - before


async def test_a_gateway_reads_what_is_new_and_no_more(admin, known) -> None:
    nothing = await refresh(admin, known)
    await publish(admin, {"hello": HELLO})
    first = await refresh(admin, known)
    unchanged = await refresh(admin, known)
    await publish(admin, {"hello": HELLO, "old": OLD}, version="2")
    second = await refresh(admin, known)

    assert nothing == ([], 1)
    assert first == ([HELLO], 3)
    assert unchanged == ([], 1)
    assert second == ([OLD], 3)


async def test_finding_reads_nothing(admin, known) -> None:
    await publish(admin, {"hello": HELLO})
    await known.refresh(admin.read("users"))
    before = StatementCount.total

    found = [
        known.find(name)
        for name in ("hello", hash_of(HELLO), f"sha256:{hash_of(HELLO)}", "none", "sha256:")
    ]

    assert found == [HELLO, HELLO, HELLO, None, None]
    assert StatementCount.total == before


async def test_a_client_has_its_own_operations(admin, known) -> None:
    await publish(admin, {"hello": HELLO})
    await publish(admin, {"old": OLD, "other-id-of-hello": HELLO}, client="acme")
    await known.refresh(admin.read("users"))

    assert known.find("hello", client="web") == HELLO
    assert known.find("hello", client="acme") is None
    assert known.find(hash_of(HELLO), client="acme") == HELLO
    assert known.find("old", client="web") is None
    assert known.has_version("old", "acme", "1")
    assert not known.has_version("old", "acme", "2")
    assert not known.has_version("none", "acme", "1")


async def test_an_operation_ends_with_its_last_version_to_the_second(admin, known, outside) -> None:
    await publish(admin, {"hello": HELLO})
    await publish(admin, {"hello": HELLO}, version="2")
    await retire_operations(admin, client="web", version="1", grace=timedelta(seconds=10))
    await retire_operations(admin, client="web", version="2", grace=timedelta(seconds=20))
    await known.refresh(admin.read("users"))

    outside.clock.advance(seconds=19)
    before = known.find("hello")
    outside.clock.advance(seconds=1)

    assert before == HELLO
    assert known.find("hello") is None
    assert await refresh(admin, known) == ([], 1)
    assert known.documents() == []


async def test_an_id_goes_before_a_hash_that_reads_the_same(admin, known) -> None:
    await publish(admin, {hash_of(OLD): HELLO, "old": OLD})
    await known.refresh(admin.read("users"))

    assert known.find(hash_of(OLD)) == HELLO
    assert known.find(f"sha256:{hash_of(OLD)}") == OLD
