"""`TUTTI_METRICS_PORT` with several processes: each shows its own figures."""

import socket
from contextlib import ExitStack

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.processes import Gateway, run_gateway
from tests.patience import SECONDS_MAX

TOKEN = "a token of ours"


def free_ports(count: int) -> int:
    """The first of so many ports in a row that nobody listens on at this moment."""
    for first in range(20_000, 30_000, count):
        with ExitStack() as probing:
            try:
                for port in range(first, first + count):
                    probe = probing.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return first
    raise AssertionError("no ports")


def figures_at(port: int) -> dict[str, float]:
    """The sums of the samples there, by name; nothing while nobody answers."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics", headers=headers, timeout=SECONDS_MAX)
    except httpx.TransportError:
        return {}
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0) + sample.value
    return sums


@pytest.mark.slow
def test_each_gateway_and_the_worker_show_their_own(tmp_path) -> None:
    port = free_ports(3)
    parent = Gateway(tmp_path, workers="2", metrics_port=str(port), metrics_token=TOKEN, rates="{}")
    try:
        parent.wait_for(lambda: parent.output.count("Tutti listens on") == 2)
        for _ in range(40):  # each on a connection of its own: the kernel deals them out
            answer = httpx.post(
                f"{parent.url}/graphql", json={"query": "{ __typename }"}, timeout=SECONDS_MAX
            )
            assert answer.status_code == 200
        parent.wait_for(lambda: figures_at(port + 2))
        shown = [figures_at(port + number) for number in range(3)]
        refused = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=SECONDS_MAX)
        at_clients = parent.client.get("/metrics")
    finally:
        parent.end()

    answered = [each.get("tutti_operation_seconds_count", 0) for each in shown]
    assert sum(answered) == 40
    assert answered[2] == 0, "a worker answers nobody"
    assert all(each["process_resident_memory_bytes"] > 0 for each in shown)
    assert refused.status_code == 401
    assert at_clients.status_code == 404


def test_production_shows_metrics_to_others_with_a_token_only(tmp_path) -> None:
    code, told = run_gateway(
        environment="production",
        data_dir=str(tmp_path),
        token_signing_key="x",
        url_signing_key="x" * 32,
        storage__sealed="false",
        metrics_port="9464",
        metrics_host="0.0.0.0",
    )

    assert code == 1
    assert "TUTTI_METRICS_TOKEN" in told
