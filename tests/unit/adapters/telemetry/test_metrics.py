"""Figures as Prometheus reads them, and to whom they are shown."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.telemetry.metrics import OTHER, Metrics
from adapters.telemetry.metrics_server import MetricsAddress, showing_metrics


async def samples_of(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Samples of ours, by name and labels."""
    text = (await metrics.write()).decode()
    return {
        (sample.name, tuple(sample.labels.items())[::-1]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("tutti_")
    }


async def test_a_histogram_counts_what_stayed_below_each_bound() -> None:
    metrics = Metrics()
    series = metrics.timings("fetch", "Fetches.", ["subgraph"], bounds=(0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7.0):
        series.of("media").add(seconds)

    assert await samples_of(metrics) == {
        ("tutti_fetch_seconds_bucket", (("subgraph", "media"), ("le", "0.1"))): 2,
        ("tutti_fetch_seconds_bucket", (("subgraph", "media"), ("le", "1.0"))): 3,
        ("tutti_fetch_seconds_bucket", (("subgraph", "media"), ("le", "+Inf"))): 4,
        ("tutti_fetch_seconds_count", (("subgraph", "media"),)): 4,
        ("tutti_fetch_seconds_sum", (("subgraph", "media"),)): pytest.approx(7.65),
    }


async def test_more_labels_than_may_be_are_one() -> None:
    metrics = Metrics()
    series = metrics.counts("errors", "Errors.", ["code"], series_max=2)
    for code in ("A", "B", "C", "D", "A"):
        series.of(code).add()

    assert await samples_of(metrics) == {
        ("tutti_errors_total", (("code", "A"),)): 2,
        ("tutti_errors_total", (("code", "B"),)): 1,
        ("tutti_errors_total", (("code", OTHER),)): 2,
    }


async def test_what_others_count_is_read_when_it_is_asked_for() -> None:
    metrics, found = Metrics(), {"here": 1.0}
    metrics.read_gauges("open", "Open.", ["where"], lambda: [((k,), v) for k, v in found.items()])
    metrics.read_counts("told", "Told.", [], lambda: [((), 7)])
    found["there"] = 2.0

    assert await samples_of(metrics) == {
        ("tutti_open", (("where", "here"),)): 1,
        ("tutti_open", (("where", "there"),)): 2,
        ("tutti_told_total", ()): 7,
    }


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
async def test_promtool_finds_nothing_wrong() -> None:
    metrics = Metrics()
    metrics.timings("fetch", "Fetches.", ["subgraph"]).of('a "label" \\ of\nodd text').add(1)
    metrics.counts("errors", "Errors.", ["code"]).of("A").add()

    checked = await asyncio.to_thread(
        subprocess.run,
        ["promtool", "check", "metrics"],
        input=await metrics.write(),
        capture_output=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, b"")


@pytest.fixture
async def shown() -> AsyncIterator[httpx.AsyncClient]:
    """A client of figures that are shown to who has the token."""
    metrics = Metrics()
    metrics.counts("errors", "Errors.", ["code"]).of("A").add()
    address = MetricsAddress(host="127.0.0.1", port=0, token="a token of ours")
    async with (
        showing_metrics(metrics, address) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("_case", "path", "authorization", "status"),
    [
        ("the token", "/metrics", "Bearer a token of ours", 200),
        ("no token", "/metrics", None, 401),
        ("another token", "/metrics", "Bearer another", 401),
        ("life, which is no secret", "/health", None, 200),
        ("something else", "/graphql", "Bearer a token of ours", 404),
    ],
)
async def test_figures_are_shown_to_who_has_the_token(
    _case, path, authorization, status, shown
) -> None:
    headers = {} if authorization is None else {"authorization": authorization}

    answer = await shown.get(path, headers=headers)

    assert answer.status_code == status
    assert ("tutti_errors_total" in answer.text) == (path == "/metrics" and status == 200)


async def test_figures_are_only_read(shown) -> None:
    assert (await shown.post("/metrics")).status_code == 405


async def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = MetricsAddress(host="127.0.0.1", port=taken.getsockname()[1])

        with pytest.raises(OSError, match="TUTTI_METRICS_PORT"):
            async with showing_metrics(Metrics(), address):
                pass
