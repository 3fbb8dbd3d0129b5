"""The whole house, measured and traced: figures as Prometheus reads them, spans as OTLP says."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from db.engine import DOMAINS, Databases
from domain.clock import SystemClock
from federation.transport.signing import SignatureVerifier
from house import open_app
from lone_subgraph import load_definition
from maintenance import migrate_all
from settings import Settings
from telemetry import Telemetry, open_telemetry
from tests.e2e.catalogue import write_catalogue, write_people
from tests.e2e.house import example
from tests.fakes.otlp import OtlpReceiver, otlp_receiver
from tests.fakes.server import running_server
from web.observed_house import watching
from web.subgraph_app import ToldContexts, build_subgraph_app
from wiring import internal_signing_key, open_use_case_context
from workers.figures import JobFigures

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0{flag}"
TRACKS = "query Tracks { tracks(first: 2) { nodes { title artist { name followerCount } } } }"
GUIDE = Path("docs/howto/observe.md")
SECONDS = "tutti_operation_seconds"
ACCOUNT = {"email": "ann@tutti.example", "username": "ann", "password": "correct horse"}


class Observed:
    """A house, its front, and what is seen of it."""

    def __init__(self, client: httpx.AsyncClient, telemetry: Telemetry) -> None:
        self.client = client
        self.telemetry = telemetry

    async def ask(self, body: dict, **headers: str) -> httpx.Response:
        return await self.client.post("/graphql", json=body, headers=headers)

    async def figures(self) -> dict[str, float]:
        """Samples as `name{label=value,…}`."""
        assert self.telemetry.metrics is not None
        text = (await self.telemetry.metrics.write()).decode()
        return {
            sample.name
            + "{"
            + ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items()))
            + "}": (sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


async def furnish(settings: Settings) -> None:
    """Tables and a small catalogue."""
    await migrate_all(settings)
    databases = Databases(dict.fromkeys(DOMAINS, settings.urls_by_domain()["media"]))
    await write_people(databases)
    await write_catalogue(databases, range(10))
    await databases.close()


@pytest.fixture
async def open_observed(tmp_path: Path):
    """Opens houses over one data folder."""
    furnished: list[Path] = []

    @asynccontextmanager
    async def open_one(**given: object) -> AsyncIterator[Observed]:
        patient = {"fetch_seconds_max": 30, "operation_seconds_max": 60, "cache": False}
        settings = Settings(data_dir=tmp_path, **{**patient, **given})
        if not furnished:
            await furnish(settings)
            furnished.append(tmp_path)
        async with (
            open_telemetry(settings, service="tutti-test") as telemetry,
            open_app(settings, "http://tutti.test", telemetry=telemetry) as app,
        ):
            transport = httpx.ASGITransport(app, client=("10.1.2.3", 4000))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://tutti.test"
            ) as client:
                yield Observed(client, telemetry)

    return open_one


@pytest.fixture
def receiver():
    with otlp_receiver() as receiver:
        yield receiver


async def test_figures_tell_of_operations_clients_subgraphs_and_what_is_behind(
    open_observed,
) -> None:
    async with open_observed(metrics_port=0) as house:
        for _ in range(3):
            await house.ask({"documentId": "home"}, **{"graphql-client-name": "web"})
        wrong = await house.ask({"query": "{ nothing }"})
        unknown = await house.ask({"documentId": "none"})
        figures = await house.figures()

    assert wrong.json()["errors"]
    assert unknown.json()["errors"]
    (home,) = [name for name in figures if "_count{" in name and "=Home:" in name]
    assert re.fullmatch(SECONDS + r"_count{kind=query,operation=Home:[0-9a-f]{8}}", home)
    assert figures[home] == 3
    in_time = home.replace("_count", "_bucket").replace(",", ",le=+Inf,")
    assert figures[in_time] == 3
    assert figures["tutti_client_operation_seconds_count{client=unnamed}"] == 1
    assert figures["tutti_client_operation_seconds_count{client=other}"] == 3
    assert figures["tutti_errors_total{code=GRAPHQL_VALIDATION_FAILED}"] == 1
    assert figures["tutti_errors_total{code=PERSISTED_QUERY_NOT_FOUND}"] == 1
    for subgraph in DOMAINS:
        assert figures[f"tutti_fetch_seconds_count{{subgraph={subgraph}}}"] >= 1
        assert figures[f"tutti_fetch_errors_total{{subgraph={subgraph}}}"] == 0
    assert figures["tutti_plan_cache_total{outcome=hit}"] >= 2
    assert figures["tutti_plan_cache_entries{}"] >= 1
    assert figures["tutti_planning_seconds_count{}"] >= 1
    assert figures["tutti_live_messages_total{outcome=dropped}"] == 0
    assert figures["tutti_live_connected{}"] == 1
    assert figures["tutti_read_statements_total{}"] > 0
    assert figures["tutti_operations_running{}"] == 0
    assert figures["tutti_sockets_open{}"] == 0
    assert figures["process_cpu_seconds_total{}"] > 0


async def test_every_figure_that_is_written_down_exists(open_observed) -> None:
    rows = [line.split("|")[1] for line in GUIDE.read_text().splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}

    async with open_observed(metrics_port=0, cache=True) as house:
        JobFigures(house.telemetry.metrics, SystemClock())
        text = (await house.telemetry.metrics.write()).decode()

    shown = set(re.findall(r"# TYPE tutti_(\w+) ", text))
    assert told == shown


async def test_a_trace_leads_from_the_request_to_its_statements(
    open_observed, receiver: OtlpReceiver
) -> None:
    async with open_observed(otlp_endpoint=receiver.url, trace_ratio=1) as house:
        answers = [await house.ask({"query": TRACKS, "operationName": "Tracks"}) for _ in range(3)]

    assert "errors" not in answers[-1].json()
    requests = receiver.named("POST /graphql")
    assert [each.attributes["tutti.request_id"] for each in requests] == [
        each.headers["x-request-id"] for each in answers
    ]
    assert {each.attributes["http.response.status_code"] for each in requests} == {200}
    assert {each.service for each in receiver.spans} == {"tutti-test"}
    for request in requests:
        spans = [each for each in receiver.spans if each.trace_id == request.trace_id]
        paths = [receiver.path_of(each) for each in spans]
        head = ["POST /graphql", "graphql.operation"]
        assert ["POST /graphql", "graphql.parse"] in paths
        assert [*head, "fetch media"] in paths
        assert [*head, "fetch social"] in paths
        statements = [path for path in paths if path[-1] == "SELECT"]
        assert statements
        assert all(path[:2] == head and path[2].startswith("fetch ") for path in statements)
    assert any(path[3].startswith("resolve ") for path in statements)  # those of the last one
    planned = [receiver.path_of(each) for each in receiver.named("graphql.plan")]
    assert planned == [["POST /graphql", "graphql.operation", "graphql.plan"]]
    operation = receiver.named("graphql.operation")[0]
    assert operation.attributes["graphql.operation.name"] == "Tracks"


async def test_a_mutation_is_traced_to_what_it_writes_and_tells_no_secret(
    open_observed, receiver: OtlpReceiver
) -> None:
    async with open_observed(otlp_endpoint=receiver.url, trace_ratio=1) as house:
        text = (
            example("register")
            .replace("$password: String!, ", "")
            .replace("$password", '"correct horse"')
        )
        account = {name: value for name, value in ACCOUNT.items() if name != "password"}
        answer = await house.ask({"query": text, "variables": account})

    assert answer.json()["data"]["register"]["problems"] == []
    written = [each for each in receiver.spans if each.name == "INSERT"]
    assert written
    for each in written:
        assert receiver.path_of(each)[:3] == ["POST /graphql", "graphql.operation", "fetch users"]
    told = json.dumps([each.attributes for each in receiver.spans])
    assert "correct horse" not in told
    assert ACCOUNT["email"] not in told


@pytest.mark.parametrize(
    ("_case", "callers", "flag", "is_traced", "is_continued"),
    [
        ("a service of ours has sampled it", ["10.0.0.0/8"], "1", True, True),
        ("a service of ours has not", ["10.0.0.0/8"], "0", False, False),
        ("anybody says so", [], "1", False, False),
        ("another network says so", ["192.168.0.0/16"], "1", False, False),
    ],
)
async def test_only_services_of_ours_are_believed_about_their_trace(
    _case, callers, flag, is_traced, is_continued, open_observed, receiver: OtlpReceiver
) -> None:
    given = {"otlp_endpoint": receiver.url, "trace_ratio": 0, "trace_callers": callers}
    async with open_observed(**given) as house:
        traceparent = TRACEPARENT.format(flag=flag)
        await house.ask({"query": TRACKS}, traceparent=traceparent)

    requests = receiver.named("POST /graphql")
    assert bool(requests) == is_traced
    if is_continued:
        assert requests[0].trace_id == traceparent.split("-")[1]
        assert requests[0].parent_id == traceparent.split("-")[2]


async def test_an_operation_that_fails_is_marked(open_observed, receiver: OtlpReceiver) -> None:
    async with open_observed(otlp_endpoint=receiver.url, trace_ratio=1) as house:
        await house.ask({"query": "{ me { email } nothing }"})

    (operation,) = receiver.named("graphql.operation")
    assert operation.is_failed


async def test_logs_of_a_sampled_request_tell_its_trace(
    open_observed, receiver: OtlpReceiver, monkeypatch
) -> None:
    seen: list[dict] = []

    async def broken(*_: object, **__: object) -> None:
        seen.append(structlog.contextvars.get_contextvars())
        raise ZeroDivisionError

    monkeypatch.setattr("web.traced_front.TracedEngine.execute", broken)
    async with open_observed(otlp_endpoint=receiver.url, trace_ratio=1) as house:
        with capture_logs():
            answer = await house.ask({"query": TRACKS})

    (request,) = receiver.named("POST /graphql")
    (bound,) = seen
    assert bound["trace_id"] == request.trace_id
    assert bound["span_id"] == request.span_id
    assert bound["request_id"] == answer.headers["x-request-id"]


async def test_a_trace_goes_on_in_a_subgraph_elsewhere(
    open_observed, receiver: OtlpReceiver, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, otlp_endpoint=receiver.url, trace_ratio=1)
    await migrate_all(settings)
    async with (
        open_telemetry(settings, service="tutti-media", is_asked_only=True) as telemetry,
        open_use_case_context(settings, ("media",)) as base,
        watching(base, telemetry.metrics, telemetry.tracing),
        running_server(
            build_subgraph_app(
                load_definition("media"),
                ToldContexts(base=base),
                SignatureVerifier(internal_signing_key(settings)),
                checks={},
                tracing=telemetry.tracing,
            )
        ) as address,
    ):
        urls = {"media": f"http://{address}/graphql"}
        given = {"otlp_endpoint": receiver.url, "trace_ratio": 1, "subgraph_urls": urls}
        async with open_observed(**given) as house:
            answer = await house.ask({"query": TRACKS})
        async with open_observed(**{**given, "trace_ratio": 0}) as house:
            await house.ask({"query": TRACKS})

    assert "errors" not in answer.json()
    elsewhere = [each for each in receiver.spans if each.service == "tutti-media"]
    (request,) = [each for each in elsewhere if each.name == "POST /graphql"]
    assert receiver.path_of(request) == [
        "POST /graphql",
        "graphql.operation",
        "fetch media",
        "POST /graphql",
    ]
    assert request.attributes["tutti.request_id"] == answer.headers["x-request-id"]
    (statement,) = [each for each in elsewhere if each.name == "SELECT"]
    assert receiver.path_of(statement)[:4] == receiver.path_of(request)


async def test_who_wants_neither_pays_for_neither(open_observed) -> None:
    async with open_observed() as house:
        answer = await house.ask({"query": TRACKS})

    assert house.telemetry == Telemetry()
    assert "errors" not in answer.json()
