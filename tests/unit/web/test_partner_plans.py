"""What a partner's plan and use come to over HTTP and event streams."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from adapters.rate_limit.memory import MemoryBuckets
from domain.users.partner_usage import UseStatus
from errors import QuotaExceeded
from federation.errors import RequestError
from tests.factories.partners import a_plan
from tests.unit.web.conftest import make_context
from tests.unit.web.known import PARTNER_KEY, SANDBOX_KEY, a_key
from tests.unit.web.test_graphql_sse import STREAM
from web.guards.partner_keys import PartnerKeys
from web.guards.partner_uses import PartnerUses
from web.guards.rate_limits import RateLimits
from web.wire.client_request import ClientRequest

HEADERS = {"x-api-key": PARTNER_KEY}
GREETING = {"documentId": "greeting"}


class CountedUses(PartnerUses):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(None)
        self.heard: list[tuple[str, str, UseStatus]] = []

    def count(self, key_id: Any, operation: str, status: UseStatus) -> None:
        self.heard.append((key_id, operation, status))


class Estimates:
    """Every operation costs as much."""

    def __init__(self, cost: int | None) -> None:
        self.cost = cost

    async def estimate_cost(self, _request: object) -> int:
        if self.cost is None:
            raise RequestError("The text is wrong.", code="WRONG")
        return self.cost


class Allowances:
    """Lets in so many, one at a time."""

    def __init__(self, left: int) -> None:
        self.left = left

    async def take(self, client: ClientRequest) -> None:
        if not self.left:
            raise QuotaExceeded("used up", quota="day", retry_after_seconds=9)
        self.left -= 1

    def running(self, _client: ClientRequest) -> nullcontext[None]:
        return nullcontext()


@pytest.fixture
def uses() -> CountedUses:
    return CountedUses()


@pytest.fixture
def limited() -> Callable[[int], dict[str, object]]:
    def parts_of(left: int) -> dict[str, object]:
        limits = RateLimits(own=MemoryBuckets(), allowances=Allowances(left))
        return {"make_context": limits.guard(make_context, lambda _: "")}

    return parts_of


@pytest.fixture
def planned() -> PartnerKeys:
    """A partner whose plan allows operations of cost 10."""
    keys = PartnerKeys()
    keys.keep([a_key(PARTNER_KEY, partner_plan="basic")], [a_plan(cost_max=10)])
    return keys


async def test_a_quota_that_is_used_up_is_429_and_counted_as_refused(
    open_client, uses, limited
) -> None:
    client = open_client(partner_uses=uses, **limited(1))

    answers = [await client.post("/graphql", json=GREETING, headers=HEADERS) for _ in range(2)]

    assert [each.status_code for each in answers] == [200, 429]
    assert answers[1].json()["errors"][0]["extensions"]["code"] == "QUOTA_EXCEEDED"
    assert answers[1].headers["retry-after"] == "9"
    assert uses.heard == [
        (PARTNER_KEY, "greeting", UseStatus.OK),
        (PARTNER_KEY, "greeting", UseStatus.REFUSED),
    ]


async def test_who_has_no_key_takes_of_no_quota(open_client, uses, limited) -> None:
    client = open_client(partner_uses=uses, **limited(0))

    answer = await client.post("/graphql", json={"query": "{ hello }"})

    assert answer.status_code == 200
    assert uses.heard == []


async def test_a_stream_takes_one_of_a_quota_and_counts_once(open_client, uses, limited) -> None:
    client = open_client(partner_uses=uses, **limited(1))

    answer = await client.post("/graphql", json=GREETING, headers={**HEADERS, **STREAM})

    assert answer.status_code == 200
    assert "QUOTA_EXCEEDED" not in answer.text
    assert uses.heard == [(PARTNER_KEY, "greeting", UseStatus.OK)]


async def test_free_text_of_a_sandbox_key_is_counted_without_its_text(open_client, uses) -> None:
    client = open_client(partner_uses=uses)

    body = {"query": "{ hello }"}
    await client.post("/graphql", json=body, headers={"x-api-key": SANDBOX_KEY})

    assert uses.heard == [(SANDBOX_KEY, "", UseStatus.OK)]


@pytest.mark.parametrize(
    ("cost", "status", "code"), [(10, 200, None), (11, 400, "COST_ABOVE_PLAN"), (None, 200, None)]
)
async def test_an_operation_may_cost_what_the_plan_says(
    cost, status, code, open_client, planned
) -> None:
    client = open_client(partners=planned, estimates=Estimates(cost))

    answer = await client.post("/graphql", json=GREETING, headers=HEADERS)

    assert answer.status_code == status
    if code is not None:
        extensions = answer.json()["errors"][0]["extensions"]
        assert (extensions["code"], extensions["details"]["limit"]) == (code, 10)


async def test_cost_is_not_asked_for_where_no_plan_limits_it(open_client) -> None:
    client = open_client(estimates=Estimates(10**9))

    answer = await client.post("/graphql", json=GREETING, headers=HEADERS)

    assert answer.status_code == 200
