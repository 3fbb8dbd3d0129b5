"""What the front counts, and its bounds whatever clients send."""

from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.telemetry.metrics import Metrics
from tests.unit.web.conftest import HELLO
from tests.unit.web.known import PARTNER_KEY
from tests.unit.web.socket_peer import dialled, next_of
from web.observing import front_metrics
from web.observing.front_metrics import FREE_MAX, OFTEN, FrontMetrics
from web.routes import build_app


class Figures:
    """Reads the samples of a name by the value of one label."""

    def __init__(self) -> None:
        self.metrics = Metrics()

    async def of(self, name: str, label: str) -> dict[str, float]:
        text = (await self.metrics.write()).decode()
        return {
            sample.labels[label]: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name
        }


@pytest.fixture
def figures() -> Figures:
    return Figures()


@pytest.fixture
async def client(parts, figures):
    app = build_app(replace(parts, metrics=FrontMetrics(figures.metrics)), checks={})
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tutti.test") as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, **headers: str) -> None:
    await client.post("/graphql", json={"query": query}, headers=headers)


async def test_what_was_asked_for_by_id_has_figures_from_the_first_time(client, figures) -> None:
    await client.post("/graphql", json={"documentId": "home"})
    await ask(client, HELLO)

    counted = await figures.of("tutti_operation_seconds_count", "operation")
    (home,) = [name for name in counted if name.startswith("Home:")]
    assert counted == {home: 1, "other": 1}


async def test_a_text_has_figures_of_its_own_once_it_came_often(client, figures) -> None:
    for _ in range(OFTEN + 4):
        await ask(client, "query Often { hello }")

    counted = await figures.of("tutti_operation_seconds_count", "operation")
    (often,) = [name for name in counted if name.startswith("Often:")]
    assert counted == {often: 5, "other": OFTEN - 1}


async def test_however_many_texts_and_names_come_figures_stay_few(client, figures) -> None:
    for number in range(FREE_MAX + 5):
        for _ in range(OFTEN):
            name = f"client{number}"
            await ask(client, f"query Q{number} {{ hello }}", **{"graphql-client-name": name})

    for name, label in (("operation", "operation"), ("client_operation", "client")):
        counted = await figures.of(f"tutti_{name}_seconds_count", label)
        assert len(counted) == FREE_MAX + 1
        assert sum(counted.values()) == (FREE_MAX + 5) * OFTEN


async def test_what_came_seldom_is_forgotten(client, figures, monkeypatch) -> None:
    monkeypatch.setattr(front_metrics, "WAITING_MAX", 3)
    for number in range(50):
        await ask(client, f"query Q{number} {{ hello }}")

    labels = client._transport.app.known._runner._parts.metrics._operations["query"]
    assert len(labels._waiting) <= 3


async def test_partners_are_told_apart_and_names_of_others_are_not_believed(
    client, figures
) -> None:
    await client.post(
        "/graphql", json={"documentId": "greeting"}, headers={"x-api-key": PARTNER_KEY}
    )
    await ask(client, HELLO, **{"graphql-client-name": "acme"})

    counted = await figures.of("tutti_client_operation_seconds_count", "client")
    assert counted == {"acme": 1, "other": 1}


@pytest.mark.parametrize(
    ("_case", "query", "headers", "code", "operation"),
    [
        ("a field that failed", "{ forbidden }", {}, "FORBIDDEN", "other"),
        ("a bug", "{ broken }", {}, "INTERNAL", "other"),
        ("no such field", "{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED", "other"),
        ("no GraphQL", "{", {}, "GRAPHQL_PARSE_FAILED", "invalid"),
        ("a bad token", HELLO, {"authorization": "Bearer bad"}, "UNAUTHENTICATED", "other"),
    ],
)
async def test_errors_are_counted_by_code_and_operation(
    _case, query, headers, code, operation, client, figures
) -> None:
    await ask(client, query, **headers)

    assert await figures.of("tutti_errors_total", "code") == {code: 1}
    errors = await figures.of("tutti_operation_errors_total", "operation")
    assert errors == {operation: 1}


async def test_a_request_that_is_none_is_counted_by_its_code(client, figures) -> None:
    await client.post("/graphql", content=b"{", headers={"content-type": "application/json"})

    assert await figures.of("tutti_errors_total", "code") == {"BAD_REQUEST": 1}
    assert await figures.of("tutti_operation_seconds_count", "operation") == {}


async def test_sockets_and_subscriptions_are_counted_while_they_are_open(serve, figures) -> None:
    address = await serve(metrics=FrontMetrics(figures.metrics))
    async with dialled(address) as peer:
        await peer.init()
        await peer.ask("subscription { forever }")
        assert await peer.hear() == next_of({"forever": 0})

        text = (await figures.metrics.write()).decode()

    assert "tutti_sockets_open 1.0" in text
    assert "tutti_subscriptions_open 1.0" in text
