"""Spans of statements, on both databases: reads, writes, and what fails."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import DBAPIError

from adapters.telemetry.traced_statements import trace_statements
from adapters.telemetry.tracing import Tracing
from db.read import query
from db.tables.users import users

NAMES_BY_EMAIL = query(select(users.c.username).where(users.c.email == bindparam("email")), dict)
SECRET = "ann@tutti.example"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(spans) -> Tracing:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return Tracing(provider.get_tracer("test"), ratio=1)


@pytest.fixture
def traced(databases, tracing):
    trace_statements(databases, tracing)
    return databases.of("users")


def told(spans: InMemorySpanExporter, name: str) -> list[dict[str, object]]:
    return [dict(each.attributes) for each in spans.get_finished_spans() if each.name == name]


async def test_a_read_is_a_span_with_its_text_and_rows(traced, tracing, spans) -> None:
    with tracing.request("request", {}, {}):
        rows = await traced.read.fetch(NAMES_BY_EMAIL, email=SECRET)

    (read,) = told(spans, "SELECT")
    assert rows == []
    assert read["db.system.name"] == traced.dialect
    assert read["db.response.returned_rows"] == 0
    assert "FROM users" in str(read["db.query.text"])
    assert SECRET not in str(read)


async def test_without_a_request_nothing_is_traced(traced, spans) -> None:
    await traced.read.fetch(NAMES_BY_EMAIL, email=SECRET)
    async with traced.engine.begin() as connection:
        await connection.execute(text("SELECT 1"))

    assert spans.get_finished_spans() == ()


async def test_what_a_unit_of_work_sends_is_traced_and_a_failure_is_marked(
    traced, tracing, spans
) -> None:
    wrong = insert(users).values(id="ann", email=SECRET)
    with tracing.request("request", {}, {}):
        async with traced.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            with pytest.raises(DBAPIError):
                await connection.execute(wrong)

    (request,) = [each for each in spans.get_finished_spans() if each.name == "request"]
    (failed,) = [each for each in spans.get_finished_spans() if each.name == "INSERT"]
    assert not failed.status.is_ok
    assert failed.parent.span_id == request.context.span_id
    assert SECRET not in str(told(spans, "INSERT"))
    assert SECRET not in str(failed.status.description)
    assert len(told(spans, "SELECT")) >= 1
