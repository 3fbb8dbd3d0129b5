"""Who used what: counted in memory, written in batches, asked by field."""

import asyncio
import json
from dataclasses import replace

import pytest
from graphql import build_schema
from sqlalchemy import event, func, select

from db.tables.users import operation_usage
from errors import BadInput, DatabaseBusy, Forbidden, Unauthenticated
from resolvers.users import usage as use_cases
from resolvers.users.operations import publish_operations
from resolvers.users.usage import list_field_use
from tests.conftest import ADMIN, ANNA
from tests.fakes.operation_checks import checks_of
from web.documents import operation_usage as counting
from web.documents.operation_usage import OperationUsage, fields_of
from web.documents.published_operations import PublishedOperations

HELLO = "query Hello { hello }"
OLD = "query Old { old hello }"
SCHEMA = build_schema("""
interface Named { name: String }
type Cat implements Named { name: String, lives: Int }
type Dog implements Named { name: String, friend: Cat }
union Pet = Cat | Dog
type Query { hello: String  old: String  named: [Named]  pet: Pet }
""")


@pytest.fixture
def admin(as_viewer):
    ctx = as_viewer(ADMIN)
    return replace(ctx, ports=replace(ctx.ports, operation_checks=checks_of()))


@pytest.fixture
def published(admin):
    return PublishedOperations(admin.clock.now)


@pytest.fixture
def usage(admin, published):
    return OperationUsage(admin, lambda: SCHEMA, published)


async def used(ctx, *fields: str, days: int = 30) -> list[tuple[str, str, str, str, int]]:
    rows = await list_field_use(ctx, fields=fields, days=days)
    return [(each.field, each.client, each.version, each.name, each.count) for each in rows]


@pytest.mark.parametrize(
    ("_case", "document", "fields"),
    [
        ("a field of the root", "{ hello }", {"Query.hello"}),
        ("an alias", "{ a: hello b: hello }", {"Query.hello"}),
        ("no introspection", "{ __typename hello }", {"Query.hello"}),
        (
            "a field of an interface, and of all behind it",
            "{ named { name } }",
            {"Query.named", "Named.name", "Cat.name", "Dog.name"},
        ),
        (
            "through fragments",
            "{ pet { ...D ... on Cat { lives } } } fragment D on Dog { friend { name } }",
            {"Query.pet", "Dog.friend", "Cat.name", "Cat.lives"},
        ),
        ("a field that is not there", "{ hello none }", None),
        ("no GraphQL", "{", None),
    ],
)
def test_an_operation_is_told_by_its_fields(_case, document, fields) -> None:
    assert fields_of(document, SCHEMA) == fields


async def test_counts_of_clients_add_up_over_flushes(admin, usage) -> None:
    for client, version, times in (("web", "1", 3), ("web", "2", 1), ("", "", 2)):
        for _ in range(times):
            usage.count(OLD, client, version)
    usage.count(HELLO, "web", "1")
    await usage.flush()
    usage.count(OLD, "web", "1")
    await usage.flush()

    assert await used(admin, "Query.old") == [
        ("Query.old", "web", "1", "Old", 4),
        ("Query.old", "", "", "Old", 2),
        ("Query.old", "web", "2", "Old", 1),
    ]
    assert len(await used(admin, "Query.hello")) == 4
    assert await used(admin, "Query.none") == []


async def test_days_are_told_apart_and_forgotten(admin, usage, outside) -> None:
    usage.count(OLD, "web", "1")
    await usage.flush()
    outside.clock.advance(days=40)
    usage.count(OLD, "web", "1")
    await usage.flush()
    month, year_half = await used(admin, "Query.old"), await used(admin, "Query.old", days=180)
    outside.clock.advance(days=150)
    usage.count(HELLO, "web", "1")
    await usage.flush()

    assert [row[-1] for row in month] == [1]
    assert [row[-1] for row in year_half] == [2]
    assert await used(admin, "Query.old", days=180) == [("Query.old", "web", "1", "Old", 1)]


async def test_what_does_not_fit_the_schema_is_not_kept(admin, usage) -> None:
    usage.count("{ none }", "web", "1")

    await usage.flush()

    assert await rows_of(admin, operation_usage) == 0


async def test_counting_is_bounded_in_memory(admin, usage, monkeypatch) -> None:
    monkeypatch.setattr(counting, "KEYS_MAX", 2)
    for number in range(5):
        usage.count(f"query N{number} {{ hello }}", "web", "1")
    usage.count("query N0 { hello }", "web", "1")

    await usage.flush()

    assert sorted(row[3:] for row in await used(admin, "Query.hello")) == [("N0", 2), ("N1", 1)]


async def test_a_full_day_takes_what_is_published_and_no_free_text(
    admin, usage, published, monkeypatch
) -> None:
    monkeypatch.setattr(use_cases, "ROWS_PER_DAY_MAX", 1)
    manifest = json.dumps({"old": OLD})
    await publish_operations(admin, client="web", version="1", manifest=manifest)
    await published.refresh(admin.read("users"))
    usage.count(HELLO, "anybody", "1")
    await usage.flush()

    usage.count(HELLO, "anybody", "2")
    usage.count(OLD, "web", "1")
    usage.count(OLD, "web", "made up")
    await usage.flush()

    assert await used(admin, "Query.old") == [("Query.old", "web", "1", "Old", 1)]
    assert [row[2] for row in await used(admin, "Query.hello")] == ["1", "1"]


async def test_counts_wait_while_the_database_is_away(admin, usage, monkeypatch) -> None:
    async def refuse(*_given: object, **_named: object) -> int:
        raise DatabaseBusy("away")

    usage.count(OLD, "web", "1")
    with monkeypatch.context() as away:
        away.setattr(counting, "record_usage", refuse)
        with pytest.raises(DatabaseBusy):
            await usage.flush()
    usage.count(OLD, "web", "1")
    await usage.flush()

    assert [row[-1] for row in await used(admin, "Query.old")] == [2]


async def test_a_flush_is_one_unit_of_work_however_many_rows(admin, usage, databases) -> None:
    usage.count(HELLO, "", "")
    await usage.flush()  # the first of a day also forgets old days
    statements = await statements_of_flush(usage, databases, 1)

    assert await statements_of_flush(usage, databases, 50) == statements
    assert statements == 3


async def test_processes_that_count_the_same_add_up(admin, published) -> None:
    several = [OperationUsage(admin, lambda: SCHEMA, published) for _ in range(4)]
    for each in several:
        each.count(OLD, "web", "1")

    await asyncio.gather(*(each.flush() for each in several))

    assert [row[-1] for row in await used(admin, "Query.old")] == [4]


@pytest.mark.parametrize(
    ("_case", "asked"),
    [
        ("no day", {"days": 0}),
        ("longer than it is kept", {"days": 181}),
        ("too many fields", {"fields": ["Query.hello"] * 501}),
    ],
)
async def test_a_question_has_bounds(_case, asked, admin) -> None:
    with pytest.raises(BadInput):
        await list_field_use(admin, **{"fields": ["Query.hello"], **asked})


async def test_only_admins_see_who_uses_what(as_viewer) -> None:
    with pytest.raises(Unauthenticated):
        await list_field_use(as_viewer(), fields=[])
    with pytest.raises(Forbidden):
        await list_field_use(as_viewer(ANNA), fields=[])


async def rows_of(ctx, table) -> int:
    async with ctx.databases.of("users").engine.connect() as connection:
        count = await connection.execute(select(func.count()).select_from(table))
        return count.scalar_one()


async def statements_of_flush(usage, databases, clients: int) -> int:
    """Count clients, flush, and tell how many statements were sent but begin and end."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "NOTIFY")):
            sent.append(statement)

    for number in range(clients):
        usage.count(OLD, "web", str(number))
    engine = databases.of("users").engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await usage.flush()
    event.remove(engine, "before_cursor_execute", note)
    return len(sent)
