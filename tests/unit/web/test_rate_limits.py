"""Rate limits on every transport: by address, by account and by partner's key."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

import pytest

from adapters.rate_limit.memory import MemoryBuckets
from domain.rate_limits import Quota, Want
from errors import RateLimited
from settings import Rates, Settings
from tests.unit.web.conftest import make_context
from tests.unit.web.known import HELLO, PARTNER_KEY, SANDBOX_KEY, a_key
from tests.unit.web.socket_peer import code_of, dialled, next_of
from tests.unit.web.test_graphql_sse import STREAM, events_in
from web.guards.partner_keys import PartnerKeys
from web.guards.rate_limits import PartnerQuotas, RateLimits, per_minute
from web.wire.client_request import ClientRequest

HOUR = 3_600
ADDRESS = Quota(name="address", tokens=2, seconds=HOUR)
USER = Quota(name="user", tokens=2, seconds=HOUR)
PARTNER = Quota(name="partner", tokens=2, seconds=HOUR)
DETAILS = {"limit": 2, "window_seconds": HOUR, "retry_after_seconds": HOUR // 2}

Limited = dict[str, object]


def viewer_of(context: str) -> str:
    return "" if context == "anonymous" else context


def limited(**changes: object) -> Limited:
    """The parts of a front that limits what it is told to."""
    limits = RateLimits(own=MemoryBuckets(now=lambda: 1_000.0), **changes)
    return {
        "admit": limits.admit_address,
        "make_context": limits.guard(make_context, viewer_of),
        "viewer_of": viewer_of,
    }


def bearer(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("body", [{"query": HELLO}, {"documentId": "home"}])
async def test_an_address_is_refused_with_429_and_told_when_to_come_back(
    method: str, body: dict[str, str], open_client: Callable
) -> None:
    client = open_client(**limited(per_address=ADDRESS))
    sent = {"params": body} if method == "GET" else {"json": body}

    answers = [await client.request(method, "/graphql", **sent) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    refused = answers[2]
    error = refused.json()["errors"][0]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["details"] == DETAILS
    assert refused.headers.get_list("retry-after") == ["1800"]
    assert refused.headers["ratelimit-policy"] == '"address";q=2;w=3600'
    assert refused.headers["ratelimit"] == '"address";r=0;t=1800'


async def test_documents_that_are_wrong_count_as_well(open_client: Callable) -> None:
    client = open_client(**limited(per_address=ADDRESS))

    answers = [
        await client.post("/graphql", json=body)
        for body in ({"query": "{"}, {"documentId": "unknown"}, {"query": HELLO})
    ]

    assert answers[2].status_code == 429


async def test_an_account_is_refused_wherever_it_comes_from(open_client: Callable) -> None:
    client = open_client(**limited(per_user=USER))

    ann = [
        await client.post("/graphql", json={"query": HELLO}, headers=bearer("ann"))
        for _ in range(3)
    ]
    ben = await client.post("/graphql", json={"query": HELLO}, headers=bearer("ben"))
    nobody = [await client.post("/graphql", json={"query": HELLO}) for _ in range(3)]

    assert [each.status_code for each in ann] == [200, 200, 429]
    assert ann[2].headers["ratelimit"] == '"user";r=0;t=1800'
    assert ben.status_code == 200
    assert [each.status_code for each in nobody] == [200, 200, 200]


async def test_a_partner_is_told_what_is_left(open_client: Callable) -> None:
    client = open_client(**limited(partner_want=lambda client: Want(PARTNER, "acme")))

    answers = [
        await client.post(
            "/graphql", json={"documentId": "greeting"}, headers={"x-api-key": PARTNER_KEY}
        )
        for _ in range(3)
    ]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert [each.headers["ratelimit"] for each in answers] == [
        '"partner";r=1;t=1800',
        '"partner";r=0;t=3600',
        '"partner";r=0;t=1800',
    ]


async def test_a_mutation_that_is_refused_has_no_effect(open_client: Callable, engine) -> None:
    client = open_client(**limited(per_user=replace(USER, tokens=1)))

    for _ in range(2):
        body = {"query": "mutation { add(amount: 1) }"}
        await client.post("/graphql", json=body, headers=bearer("ann"))

    assert engine.total == 1


async def test_a_stream_of_events_is_refused_with_429(open_client: Callable) -> None:
    client = open_client(**limited(per_address=ADDRESS))
    body = {"query": "subscription { ticks(count: 1) }"}

    answers = [await client.post("/graphql", json=body, headers=STREAM) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert events_in(answers[0].text)[0] == ("next", {"data": {"ticks": 0}})


async def test_a_stream_of_events_takes_one_token_of_an_account(open_client: Callable) -> None:
    client = open_client(**limited(per_user=USER))
    headers = {**STREAM, **bearer("anna")}

    answers = [
        await client.post("/graphql", json={"query": query}, headers=headers)
        for query in ("subscription { ticks(count: 1) }", HELLO, HELLO)
    ]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert events_in(answers[0].text)[0] == ("next", {"data": {"ticks": 0}})
    assert events_in(answers[1].text)[0] == ("next", {"data": {"hello": "world"}})


async def test_an_operation_of_a_shared_stream_takes_one_token(open_client: Callable) -> None:
    client = open_client(**limited(per_user=Quota(name="user", tokens=3, seconds=HOUR)))
    reserved = await client.put("/graphql/stream", headers=bearer("anna"))
    headers = {**bearer("anna"), "x-graphql-event-stream-token": reserved.text}

    answers = [
        await client.post(
            "/graphql/stream",
            json={"query": HELLO, "extensions": {"operationId": name}},
            headers=headers,
        )
        for name in "abc"
    ]

    assert [each.status_code for each in (reserved, *answers)] == [201, 202, 202, 429]


async def test_a_shared_stream_counts_for_its_address(open_client: Callable) -> None:
    client = open_client(**limited(per_address=ADDRESS))

    answers = [await client.put("/graphql/stream") for _ in range(3)]

    assert [each.status_code for each in answers] == [201, 201, 429]


async def test_an_operation_on_a_socket_is_refused_and_the_socket_stays(serve: Callable) -> None:
    async with dialled(await serve(**limited(per_address=ADDRESS))) as peer:
        await peer.init()
        for number in range(2):
            await peer.ask(HELLO, id=str(number))
            await peer.hear()
            await peer.hear()

        await peer.ask(HELLO, id="late")
        heard = await peer.hear()
        await peer.tell({"type": "ping"})
        alive = await peer.hear()

    assert code_of(heard) == "RATE_LIMITED"
    assert (heard["type"], heard["id"]) == ("error", "late")
    assert heard["payload"][0]["extensions"]["details"] == DETAILS
    assert alive == {"type": "pong"}


async def test_a_socket_of_an_account_that_comes_too_often_is_told_to_try_later(
    serve: Callable,
) -> None:
    address = await serve(**limited(per_user=replace(USER, tokens=1)))
    async with dialled(address) as first:
        await first.init(authorization="Bearer ann")

        async with dialled(address) as second:
            await second.tell(
                {"type": "connection_init", "payload": {"authorization": "Bearer ann"}}
            )
            code, reason = await second.end()

    assert code == 1013
    assert reason.startswith("Too many tries")


async def test_an_account_is_counted_on_sockets_too(serve: Callable) -> None:
    async with dialled(await serve(**limited(per_user=USER))) as peer:
        await peer.init(authorization="Bearer ann")  # the log-in counts
        await peer.ask(HELLO, id="1")
        first, _complete = [await peer.hear() for _ in range(2)]
        await peer.ask(HELLO, id="2")
        second = await peer.hear()

    assert first == next_of({"hello": "world"}, id="1")
    assert code_of(second) == "RATE_LIMITED"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_an_ipv6_network_counts_as_one_address(one: str, other: str, is_same: bool) -> None:
    limits = RateLimits(own=MemoryBuckets(), per_address=replace(ADDRESS, tokens=1))
    limits.admit_address(ClientRequest(request_id="1", client_host=one))

    with pytest.raises(RateLimited) if is_same else nullcontext():
        limits.admit_address(ClientRequest(request_id="2", client_host=other))


def test_rates_are_settings_and_hold_in_production_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = {"token_signing_key": "x", "url_signing_key": "x" * 32, "storage": {"sealed": False}}
    free, bound = Settings(), Settings(environment="production", **keys)
    monkeypatch.setenv("TUTTI_RATES__ADDRESS", "7")
    monkeypatch.setenv("TUTTI_RATES__PARTNERS", '{"acme": 60000}')

    chosen = Settings().request_rates

    assert free.request_rates is None
    assert bound.request_rates == Rates()
    assert chosen == Rates(address=7, partners={"acme": 60_000})


@pytest.mark.parametrize(
    ("api_key", "want"),
    [
        (PARTNER_KEY, Want(per_minute("partner", 100), "acme")),
        (SANDBOX_KEY, Want(per_minute("sandbox", 10), "acme")),
        ("key-of-big", None),
        (None, None),
    ],
)
def test_a_partner_may_ask_as_its_plan_says(api_key: str | None, want: Want | None) -> None:
    keys = PartnerKeys()
    sandbox = a_key(SANDBOX_KEY, is_sandbox=True)
    keys.keep([a_key(PARTNER_KEY), sandbox, a_key("key-of-big", partner="big")])
    quotas = PartnerQuotas(
        partners=keys,
        usual=per_minute("partner", 100),
        sandbox=per_minute("sandbox", 10),
        by_name={"big": per_minute("partner", 0)},
    )

    assert quotas(ClientRequest(request_id="1", api_key=api_key)) == want
