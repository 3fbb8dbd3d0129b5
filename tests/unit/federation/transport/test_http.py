"""One subgraph over HTTP: connections kept, queries shared and sent again, deadlines held."""

import asyncio
import json
import time
from typing import Any

import pytest

from federation.transport.breaker import BreakerState
from federation.transport.header_rules import ClientHeaders, HeaderRules
from federation.transport.http import HttpTransport
from federation.transport.options import BreakerLimits, HttpOptions, PoolLimits, RetryLimits
from tests.patience import bound, until
from tests.unit.federation.transport.peers import (
    GOOD,
    Seen,
    answering,
    http,
    mutation,
    peer,
    query,
    silent,
)

QUICK = RetryLimits(attempts_max=3, first_seconds=0.01)
GRACE_SECONDS = 0.05


def codes(result: Any) -> list[str]:
    return [error["extensions"]["code"] for error in result.errors]


async def test_requests_one_after_the_other_share_a_connection() -> None:
    async with peer(answering(http(GOOD))) as subgraph:
        transport = HttpTransport(subgraph.url)

        results = [await transport.fetch(query(i=number), None) for number in range(5)]

        assert [result.data for result in results] == [{"a": 1}] * 5
        assert subgraph.connections_ever == transport.connections_open == 1
        assert subgraph.seen[0].body == b'{"query":"{ a }","variables":{"i":0}}'
        assert subgraph.seen[0].head.startswith("POST /graphql HTTP/1.1\r\n")
        await transport.close()
        assert await subgraph.none_connected()


async def test_an_unused_connection_is_closed_after_a_while() -> None:
    options = HttpOptions(pool=PoolLimits(idle_seconds_max=0.05))
    async with peer(answering(http(GOOD))) as subgraph:
        transport = HttpTransport(subgraph.url, options=options)
        await transport.fetch(query(), None)

        assert await subgraph.none_connected()

        assert transport.connections_open == 0


async def test_never_more_connections_than_the_bound_and_the_others_wait() -> None:
    async def slow(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.01)
        writer.write(http(GOOD))

    options = HttpOptions(pool=PoolLimits(connections_max=3, wait_seconds_max=60), seconds_max=60)
    async with peer(slow) as subgraph:
        transport = HttpTransport(subgraph.url, options=options)

        results = await asyncio.gather(
            *(transport.fetch(query(i=number), None) for number in range(20))
        )

        assert [result.data for result in results] == [{"a": 1}] * 20
        assert subgraph.connections_ever == 3
        await transport.close()


@pytest.mark.parametrize(
    "pool",
    [
        PoolLimits(connections_max=1, wait_seconds_max=0.05),
        PoolLimits(connections_max=1, waiting_max=0),
    ],
)
async def test_who_waits_too_long_or_behind_too_many_is_refused(pool: PoolLimits) -> None:
    options = HttpOptions(pool=pool, seconds_max=60)
    async with peer(silent) as subgraph:
        transport = HttpTransport(subgraph.url, options=options)
        first = asyncio.create_task(transport.fetch(query(i=1), None))
        await until(lambda: subgraph.seen)

        second = await transport.fetch(query(i=2), None)

        assert codes(second) == ["SUBGRAPH_BUSY"]
        assert len(subgraph.seen) == transport.connections_open == 1
        first.cancel()
        await asyncio.wait([first])
        assert transport.connections_open == 0


async def test_a_silent_subgraph_costs_no_more_than_the_deadline() -> None:
    async with peer(silent) as subgraph:
        transport = HttpTransport(subgraph.url, options=HttpOptions(seconds_max=0.2))
        began = time.perf_counter()

        result = await transport.fetch(query(), None)

        assert 0.19 < time.perf_counter() - began < 0.2 + bound(GRACE_SECONDS)
        assert codes(result) == ["SUBGRAPH_TIMEOUT"]
        assert await subgraph.none_connected()


async def test_an_answer_that_drips_costs_no_more_than_the_deadline() -> None:
    async def drip(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n")
        for _ in range(10_000):
            writer.write(b"x")
            await asyncio.sleep(0.01)

    async with peer(drip) as subgraph:
        transport = HttpTransport(subgraph.url, options=HttpOptions(seconds_max=0.2))
        began = time.perf_counter()

        result = await transport.fetch(query(), None)

        assert 0.19 < time.perf_counter() - began < 0.2 + bound(GRACE_SECONDS)
        assert codes(result) == ["SUBGRAPH_TIMEOUT"]
        assert await subgraph.none_connected()


def breaking(times: int, *, after: bytes = b"") -> tuple[list[Seen], Any]:
    """Breaks the first connections off, then answers well."""
    seen: list[Seen] = []

    async def behave(request: Seen, writer: asyncio.StreamWriter) -> None:
        seen.append(request)
        writer.write(after if len(seen) <= times else http(GOOD))
        await writer.drain()
        if len(seen) <= times:
            writer.close()

    return seen, behave


async def test_a_query_is_sent_again_where_no_byte_of_an_answer_came() -> None:
    seen, behave = breaking(2)
    async with peer(behave) as subgraph:
        transport = HttpTransport(subgraph.url, options=HttpOptions(retries=QUICK))

        result = await transport.fetch(query(), None)

        assert result.data == {"a": 1}
        assert len(seen) == 3
        await transport.close()


async def test_tries_are_bounded() -> None:
    seen, behave = breaking(9)
    async with peer(behave) as subgraph:
        transport = HttpTransport(subgraph.url, options=HttpOptions(retries=QUICK))

        result = await transport.fetch(query(), None)

        assert codes(result) == ["SUBGRAPH_UNAVAILABLE"]
        assert len(seen) == 3


async def test_a_mutation_is_sent_once_whatever_happens() -> None:
    seen, behave = breaking(1)
    async with peer(behave) as subgraph:
        transport = HttpTransport(subgraph.url, options=HttpOptions(retries=QUICK))

        result = await transport.fetch(mutation(), None)

        assert codes(result) == ["SUBGRAPH_UNAVAILABLE"]
        assert len(seen) == 1


async def test_a_query_whose_answer_began_is_not_sent_again() -> None:
    seen, behave = breaking(1, after=b"HTTP/1.1 200 OK\r\n")
    async with peer(behave) as subgraph:
        transport = HttpTransport(subgraph.url, options=HttpOptions(retries=QUICK))

        result = await transport.fetch(query(), None)

        assert codes(result) == ["SUBGRAPH_UNAVAILABLE"]
        assert len(seen) == 1


async def test_nobody_listening_is_told_as_unavailable() -> None:
    async with peer(silent) as subgraph:
        url = subgraph.url
    transport = HttpTransport(url, options=HttpOptions(retries=QUICK))

    result = await transport.fetch(query(), None)

    assert codes(result) == ["SUBGRAPH_UNAVAILABLE"]
    assert transport.connections_open == 0


async def test_a_failing_subgraph_is_left_alone_and_tried_again_later() -> None:
    is_broken = True

    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(http("oops", status="503 Oops") if is_broken else http(GOOD))

    limits = BreakerLimits(failures_max=3, open_seconds=2)
    now = 0.0
    async with peer(behave) as subgraph:
        options = HttpOptions(breaker=limits)
        transport = HttpTransport(subgraph.url, options=options, clock=lambda: now)

        failed = [codes(await transport.fetch(query(), None)) for _ in range(5)]

        assert failed == [["SUBGRAPH_UNAVAILABLE"]] * 3 + [["SUBGRAPH_CIRCUIT_OPEN"]] * 2
        assert len(subgraph.seen) == 3
        assert transport.breaker_state is BreakerState.OPEN
        is_broken = False
        now = 2.0
        assert transport.breaker_state is BreakerState.HALF_OPEN
        assert (await transport.fetch(query(), None)).data == {"a": 1}
        assert transport.breaker_state is BreakerState.CLOSED
        await transport.close()


async def test_errors_of_the_operation_do_not_open_the_breaker() -> None:
    refusal = http({"errors": [{"message": "no"}]}, status="500 Oops")
    options = HttpOptions(breaker=BreakerLimits(failures_max=1))
    async with peer(answering(refusal)) as subgraph:
        transport = HttpTransport(subgraph.url, options=options)

        results = [await transport.fetch(query(), None) for _ in range(3)]

        assert [result.errors for result in results] == [[{"message": "no"}]] * 3
        assert transport.breaker_state is BreakerState.CLOSED
        await transport.close()


async def slow_answer(_seen: Seen, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.05)
    writer.write(http(GOOD))


def rules(**given: Any) -> HeaderRules:
    return HeaderRules(forwarded=("authorization", "x-request-id"), read=lambda ctx: ctx, **given)


async def test_equal_queries_at_the_same_time_are_sent_once_and_answered_apart() -> None:
    async with peer(slow_answer) as subgraph:
        transport = HttpTransport(subgraph.url)

        results = await asyncio.gather(*(transport.fetch(query(), None) for _ in range(10)))

        assert len(subgraph.seen) == 1
        assert [result.data for result in results] == [{"a": 1}] * 10
        assert len({id(result.data) for result in results}) == 10
        await transport.close()


async def test_what_differs_in_credentials_or_variables_is_not_shared() -> None:
    async with peer(slow_answer) as subgraph:
        transport = HttpTransport(subgraph.url, rules=rules())

        await asyncio.gather(
            transport.fetch(query(), {"authorization": "Bearer a"}),
            transport.fetch(query(), {"authorization": "Bearer b"}),
            transport.fetch(query(), {}),
            transport.fetch(query(i=1), {}),
        )

        told = {(seen.header("authorization"), seen.body[-9:]) for seen in subgraph.seen}
        assert len(subgraph.seen) == len(told) == 4
        await transport.close()


async def test_the_id_of_a_request_keeps_nobody_from_sharing() -> None:
    async with peer(slow_answer) as subgraph:
        transport = HttpTransport(subgraph.url, rules=rules())

        await asyncio.gather(
            *(transport.fetch(query(), {"x-request-id": f"request-{n}"}) for n in range(3))
        )

        assert [seen.header("x-request-id") for seen in subgraph.seen] == ["request-0"]
        await transport.close()


async def test_mutations_are_never_shared() -> None:
    async with peer(slow_answer) as subgraph:
        transport = HttpTransport(subgraph.url)

        await asyncio.gather(*(transport.fetch(mutation(), None) for _ in range(3)))

        assert len(subgraph.seen) == 3
        await transport.close()


async def test_a_leader_that_leaves_does_not_fail_those_who_joined() -> None:
    may_answer = asyncio.Event()

    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        await may_answer.wait()
        writer.write(http(GOOD))

    async with peer(behave) as subgraph:
        transport = HttpTransport(subgraph.url)
        leader = asyncio.create_task(transport.fetch(query(), None))
        await until(lambda: subgraph.seen)
        followers = [asyncio.create_task(transport.fetch(query(), None)) for _ in range(3)]
        await asyncio.sleep(0)

        leader.cancel()
        may_answer.set()
        results = await asyncio.gather(*followers)

        assert [result.data for result in results] == [{"a": 1}] * 3
        assert leader.cancelled()
        assert len(subgraph.seen) == 1
        await transport.close()


async def test_who_joined_is_answered_by_the_next_attempt_though_the_leader_has_left() -> None:
    seen, behave = breaking(1)
    retries = RetryLimits(attempts_max=2, first_seconds=0.05)
    async with peer(behave) as subgraph:
        transport = HttpTransport(subgraph.url, options=HttpOptions(retries=retries))
        leader = asyncio.create_task(transport.fetch(query(), None))
        follower = asyncio.create_task(transport.fetch(query(), None))
        await until(lambda: transport.connections_open == 0 and seen)

        leader.cancel()
        result = await follower

        assert result.data == {"a": 1}
        assert leader.cancelled()
        assert len(seen) == 2
        await transport.close()


async def test_when_all_leave_nothing_is_left_running_or_open() -> None:
    async with peer(silent) as subgraph:
        transport = HttpTransport(subgraph.url)
        before = asyncio.all_tasks()
        asking = [asyncio.create_task(transport.fetch(query(), None)) for _ in range(3)]
        await until(lambda: subgraph.seen)

        for each in asking:
            each.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

        left = {task for task in asyncio.all_tasks() - before if "Peer" not in repr(task)}
        assert left == set()
        assert transport.connections_open == 0
        assert await subgraph.none_connected()


async def test_a_request_that_finds_a_connection_needs_no_task() -> None:
    running: list[int] = []

    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        running.append(len(asyncio.all_tasks()))
        writer.write(http(GOOD))

    async with peer(behave) as subgraph:
        transport = HttpTransport(subgraph.url)
        await transport.fetch(query(), None)
        the_test_and_the_peer = len(asyncio.all_tasks())

        await transport.fetch(query(), None)
        await transport.fetch(mutation(), None)

        assert running[1:] == [the_test_and_the_peer] * 2
        await transport.close()


async def test_headers_pass_by_the_rules_only() -> None:
    returned: list[tuple[str, str]] = []
    given = {
        "authorization": "Bearer a",
        "cookie": "secret",
        "x-request-id": "bad\r\nx-injected: 1",
        "tutti-viewer": "forged",
    }
    answer = http(GOOD, headers="x-cache: hit\r\nset-cookie: a=b\r\n")
    passing = rules(
        returned=("x-cache",), give_back=lambda _ctx, name, value: returned.append((name, value))
    )
    async with peer(answering(answer)) as subgraph:
        transport = HttpTransport(subgraph.url, rules=passing)

        await transport.fetch(query(), given)

        [seen] = subgraph.seen
        assert seen.header("authorization") == "Bearer a"
        for absent in ("cookie", "x-request-id", "x-injected", "tutti-viewer"):
            assert seen.header(absent) is None
        assert returned == [("x-cache", "hit")]
        await transport.close()


async def test_what_goes_on_of_a_clients_headers_is_found_once_by_each_rules() -> None:
    others = HeaderRules(forwarded=("accept-language",), read=lambda ctx: ctx)
    given = ClientHeaders({"authorization": "Bearer a", "accept-language": "de"})

    found = rules().of_request(given), others.of_request(given)

    assert [each.lines for each in found] == [
        b"authorization: Bearer a\r\n",
        b"accept-language: de\r\n",
    ]
    assert others.of_request(given) is found[1]


@pytest.mark.parametrize("name", ["Authorization", "content-length", "host", "tutti-viewer", "te"])
def test_headers_that_would_break_or_forge_a_call_cannot_be_forwarded(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be forwarded"):
        HeaderRules(forwarded=(name,))


@pytest.mark.parametrize(
    "url",
    ["ftp://x/graphql", "/graphql", "http://", "http://u:p@x/", "http://x/a b", "http://x/\n"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        HttpTransport(url)


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ('{ a(b: "\\u00e9\\n") }', [{"id": "é"}]),
        ("{ a }", 2**70),
        ("{ a }", "\ud800"),
        ('{ a(b: "\ud800") }', 1),
    ],
)
async def test_a_request_says_what_was_given_however_odd(document: str, value: object) -> None:
    async with peer(answering(http(GOOD))) as subgraph:
        transport = HttpTransport(subgraph.url)

        await transport.fetch(query(document, value=value), None)

        asked = json.loads(subgraph.seen[0].body)
        assert asked == {"query": document, "variables": {"value": value}}
        await transport.close()
