"""A general gateway that is measured and traced."""

from pathlib import Path

import pytest

from adapters.telemetry.metrics import Metrics
from adapters.telemetry.otlp import sending_traces
from tests.fakes.otlp import otlp_receiver
from tests.integration.federation.general import general_gateway, put, supergraph
from tests.integration.federation.test_general_gateway import (
    MEDIA,
    NEWER,
    OPTIONS,
    SOCIAL,
    TRACK,
    answer_likes,
)
from tests.patience import until
from tests.unit.federation.transport.peers import answering, http, peer

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "supergraph.graphql"


async def test_fetches_are_counted_through_a_change_of_the_supergraph(path: Path) -> None:
    metrics = Metrics()
    async with peer(answering(http(TRACK))) as media, peer(answer_likes) as social:
        addresses = ("social", social.url, SOCIAL)
        path.write_text(supergraph(("media", media.url, MEDIA), addresses))
        async with general_gateway(path, OPTIONS, metrics) as gateway:
            await gateway.ask("query One { track { title likes } }")
            before = gateway.engine.api_schema
            put(path, supergraph(("media", media.url, NEWER), addresses))
            await gateway.file.load()
            await until(lambda: gateway.engine.api_schema is not before)
            await gateway.ask("query One { track { title likes } }")
            text = (await metrics.write()).decode()

    assert 'tutti_fetch_seconds_count{subgraph="media"} 2.0' in text
    assert 'tutti_fetch_seconds_count{subgraph="social"} 2.0' in text
    assert 'tutti_fetch_errors_total{subgraph="social"} 0.0' in text
    assert 'tutti_subgraph_left_alone{subgraph="media"} 0.0' in text
    assert 'tutti_operation_seconds_count{kind="query",operation="other"} 2.0' in text
    assert text.count("# TYPE tutti_fetch_seconds ") == 1


async def test_subgraphs_are_told_the_trace_of_the_request_and_not_one_a_client_names(
    path: Path,
) -> None:
    with (
        otlp_receiver() as receiver,
        sending_traces(receiver.url, service="test", ratio=1) as tracing,
    ):
        async with peer(answering(http(TRACK))) as media, peer(answer_likes) as social:
            addresses = ("media", media.url, MEDIA), ("social", social.url, SOCIAL)
            path.write_text(supergraph(*addresses))
            async with general_gateway(path, OPTIONS, tracing=tracing) as gateway:
                headers = {"traceparent": CALLER}
                await gateway.post("{ track { title likes } }", headers=headers)
            told = [str(each.seen[0].header("traceparent")) for each in (media, social)]

    (request,) = receiver.named("POST /graphql")
    assert request.trace_id != CALLER.split("-")[1]
    assert {each.rpartition("-")[0] for each in told} == {
        f"00-{request.trace_id}-{request.span_id}"
    }
    for name in ("fetch media", "fetch social"):
        (fetch,) = receiver.named(name)
        assert receiver.path_of(fetch) == ["POST /graphql", "graphql.operation", name]
