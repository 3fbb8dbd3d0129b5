"""A partner's subscription ends with its key."""

from contextlib import aclosing
from dataclasses import replace

import pytest

from tests.unit.web.known import PARTNER_KEY, a_key, published
from web.operations.operation_runner import OperationRunner
from web.wire.client_request import ClientRequest
from web.wire.graphql_params import GraphQLParams

FOREVER = "subscription Forever { forever }"
CLIENT = ClientRequest(request_id="test", api_key=PARTNER_KEY)


@pytest.fixture
def runner(parts):
    documents = replace(parts.documents, published=published({"acme": {"forever": FOREVER}}))
    return OperationRunner(replace(parts, documents=documents))


@pytest.mark.parametrize(
    ("_case", "keys", "codes"),
    [
        ("its key is good", [a_key(PARTNER_KEY)], []),
        ("its key was revoked", [], ["UNAUTHENTICATED"]),
        ("its key is for elsewhere", [a_key(PARTNER_KEY, networks=["10.0.0.0/8"])], ["FORBIDDEN"]),
    ],
)
async def test_a_subscription_goes_on_while_the_key_is_good(
    _case, keys, codes, runner, parts, engine
) -> None:
    operation = await runner.read_operation(GraphQLParams(document_id="forever"), CLIENT)
    async with aclosing(runner.stream(operation, CLIENT)) as events:
        first = await anext(events)
        parts.partners.keep(keys)
        engine.gate.set()
        second = await anext(events)

    assert first.data == {"forever": 0}
    assert [each["extensions"]["code"] for each in second.errors] == codes
    assert second.data == ({"forever": 1} if not codes else None)
