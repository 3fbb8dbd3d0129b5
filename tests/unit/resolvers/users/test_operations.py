"""Publishing operations, retiring them, and what a changed schema breaks."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from db.read import StatementCount
from domain.users.manifests import hash_of
from errors import BadInput, Conflict, Forbidden, ManifestRefused, NotFound, Unauthenticated
from loaders.operations import LINKS_OF_MANIFESTS, TEXTS_OF_OPERATIONS, VALID_MANIFESTS
from resolvers.users.operations import (
    check_published,
    list_published,
    publish_operations,
    retire_operations,
)
from tests.conftest import ADMIN, ANNA
from tests.fakes.operation_checks import WITHOUT_OLD, checks_of

HELLO = "query Hello { hello }"
OLD = "query Old { old }"
OPERATIONS = {"hello": HELLO, "old": OLD}


@pytest.fixture
def admin(as_viewer):
    """An admin's context over a small schema."""
    return over(as_viewer(ADMIN), checks_of())


def over(ctx, checks):
    return replace(ctx, ports=replace(ctx.ports, operation_checks=checks))


async def publish(ctx, operations=OPERATIONS, *, client="web", version="1"):
    return await publish_operations(
        ctx, client=client, version=version, manifest=json.dumps(operations)
    )


async def published_ids(ctx) -> set[tuple[str, str, str]]:
    manifests = await ctx.read("users").fetch(VALID_MANIFESTS, now=ctx.clock.now())
    rows = await ctx.read("users").fetch(LINKS_OF_MANIFESTS, keys=[each.id for each in manifests])
    named = {each.id: each for each in manifests}
    return {
        (named[row.manifest_id].client, named[row.manifest_id].version, row.operation_id)
        for row in rows
    }


async def test_a_published_manifest_is_there_with_its_texts(admin) -> None:
    published = await publish(admin)

    manifests = await admin.read("users").fetch(VALID_MANIFESTS, now=admin.clock.now())
    rows = await admin.read("users").fetch(TEXTS_OF_OPERATIONS, keys=["hello", "old", "none"])
    assert manifests == [published.manifest]
    assert {row.id: (row.body, row.sha256) for row in rows} == {
        "hello": (HELLO, hash_of(HELLO)),
        "old": (OLD, hash_of(OLD)),
    }


async def test_nothing_is_kept_of_a_manifest_with_one_wrong_operation(admin) -> None:
    wrong = {
        **OPERATIONS,
        "none": "{ none }",
        "cut": "{ hello",
        "two": "query A { hello } query B { hello }",
    }

    with pytest.raises(ManifestRefused) as refused:
        await publish(admin, wrong)

    told = {(fault.about, fault.code, fault.message) for fault in refused.value.faults}
    assert told == {
        (
            "none",
            "GRAPHQL_VALIDATION_FAILED",
            "Cannot query field 'none' on type 'Query'. (line 1, column 3)",
        ),
        (
            "cut",
            "GRAPHQL_PARSE_FAILED",
            "Syntax Error: Expected Name, found <EOF>. (line 1, column 8)",
        ),
        ("two", "MANIFEST_REFUSED", "A document has exactly one operation."),
    }
    assert await list_published(admin) == []


async def test_an_id_never_gets_another_text(admin) -> None:
    await publish(admin)

    with pytest.raises(ManifestRefused) as refused:
        await publish(admin, {"hello": "query Hello { old }", "new": HELLO}, client="ios")

    assert [(each.about, each.code) for each in refused.value.faults] == [
        ("hello", "DOCUMENT_ID_TAKEN")
    ]
    assert await published_ids(admin) == {("web", "1", "hello"), ("web", "1", "old")}


async def test_an_id_of_the_house_is_refused(as_viewer) -> None:
    ctx = over(as_viewer(ADMIN), checks_of(hello="{ hello }"))

    with pytest.raises(ManifestRefused) as refused:
        await publish(ctx)

    assert [each.about for each in refused.value.faults] == ["hello"]


async def test_several_clients_share_an_operation(admin) -> None:
    await publish(admin)
    await publish(admin, {"hello": HELLO}, client="ios", version="9")

    assert await published_ids(admin) == {
        ("web", "1", "hello"),
        ("web", "1", "old"),
        ("ios", "9", "hello"),
    }


async def test_publishing_again_changes_nothing_and_another_manifest_is_refused(admin) -> None:
    first = await publish(admin)

    assert await publish(admin) == first
    with pytest.raises(Conflict):
        await publish(admin, {"hello": HELLO})
    assert len(await published_ids(admin)) == 2


async def test_a_retired_version_ends_after_its_grace_and_not_before(admin, outside) -> None:
    await publish(admin)

    retired = await retire_operations(admin, client="web", version="1", grace=timedelta(hours=1))
    later = await retire_operations(admin, client="web", version="1", grace=timedelta(days=9))

    assert later == retired
    outside.clock.advance(seconds=3_599)
    assert len(await published_ids(admin)) == 2
    outside.clock.advance(seconds=1)
    assert await published_ids(admin) == set()


async def test_publishing_a_retired_version_makes_it_valid_again(admin) -> None:
    first = await publish(admin)
    await retire_operations(admin, client="web", version="1")

    assert await publish(admin) == first


async def test_ids_are_free_again_long_after_their_retirement(admin, outside) -> None:
    await publish(admin)
    await retire_operations(admin, client="web", version="1", grace=timedelta(0))
    outside.clock.advance(seconds=91 * 86_400)

    await publish(admin, {"hello": OLD}, version="2")

    assert [each.version for each in await list_published(admin)] == ["2"]


@pytest.mark.parametrize(
    ("_case", "changes", "refusal"),
    [
        ("an unknown version", {"version": "2"}, NotFound),
        ("a grace without end", {"grace": timedelta(days=366)}, BadInput),
        ("a negative grace", {"grace": timedelta(seconds=-1)}, BadInput),
    ],
)
async def test_a_retirement_that_cannot_be_is_refused(_case, changes, refusal, admin) -> None:
    await publish(admin)

    with pytest.raises(refusal):
        await retire_operations(admin, **{"client": "web", "version": "1", **changes})

    assert len(await published_ids(admin)) == 2


@pytest.mark.parametrize("name", ["", "a" * 65, "web\n", " web", "{}"])
async def test_a_client_has_a_name_that_can_be_told(name, admin) -> None:
    with pytest.raises(BadInput):
        await publish(admin, client=name)


async def test_a_new_schema_tells_once_what_it_breaks(admin, as_viewer) -> None:
    await publish(admin)
    changed = over(as_viewer(ADMIN), checks_of(WITHOUT_OLD))

    before = await check_published(admin)
    broken = await check_published(changed)
    statements = StatementCount.total
    again = await check_published(changed)

    assert before == []
    assert [(each.client, each.version, each.id) for each in broken] == [("web", "1", "old")]
    assert broken[0].fault.startswith("Cannot query field 'old' on type 'Query'.")
    assert again == broken
    assert StatementCount.total - statements == 2
    assert [each.broken_count for each in await list_published(admin)] == [1]


async def test_the_list_counts_operations_in_one_statement(admin) -> None:
    await publish(admin)
    await publish(admin, {"hello": HELLO}, version="2")
    statements = StatementCount.total

    listed = await list_published(admin)

    assert StatementCount.total - statements == 1
    assert [(each.version, each.operation_count, each.broken_count) for each in listed] == [
        ("1", 2, 0),
        ("2", 1, 0),
    ]


@pytest.mark.parametrize("act", [publish, list_published])
async def test_only_admins_manage_clients(act, as_viewer) -> None:
    with pytest.raises(Unauthenticated):
        await act(as_viewer())
    with pytest.raises(Forbidden):
        await act(as_viewer(ANNA))


async def test_of_two_who_publish_an_id_at_once_one_is_refused(admin) -> None:
    both = await asyncio.gather(
        publish(admin, {"a": HELLO, "b": OLD}, client="web"),
        publish(admin, {"b": HELLO, "a": OLD}, client="ios"),
        return_exceptions=True,
    )

    refused = [each for each in both if isinstance(each, ManifestRefused)]
    assert [{fault.about for fault in each.faults} for each in refused] == [{"a", "b"}]
    assert len(await list_published(admin)) == 1


async def test_the_same_version_published_twice_at_once_is_there_once(admin) -> None:
    first, second = await asyncio.gather(publish(admin), publish(admin))

    assert first == second
    assert len(await published_ids(admin)) == 2
