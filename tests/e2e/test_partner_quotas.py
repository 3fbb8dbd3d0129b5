"""A partner's quota over real gateways, of which one is killed."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.users.plans import block_of
from tests.e2e.processes import Gateway
from tests.e2e.site import Site

TERMS = "query Terms { royaltyPerThousandPlays { currency } }"
DAY = 500
PAUSED = 50


def ask(gateway: Gateway, key: str) -> int:
    """The status of one request."""
    body = {"documentId": "radio.terms"}
    return gateway.client.post("/graphql", json=body, headers={"x-api-key": key}).status_code


@pytest.mark.slow
def test_a_killed_gateway_costs_a_block_and_the_quota_is_never_exceeded(
    site: Site, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"radio.terms": TERMS}))
    site.run_command("operations", "publish", "--client", "radio", "--version", "1", str(manifest))
    site.run_command("partners", "plan", "basic", "--per-day", str(DAY))
    key = site.run_command("partners", "add", "--partner", "radio").strip()
    site.run_command("partners", "give", "--partner", "radio", "--plan", "basic")
    killed, left = site.gateway(), site.gateway()

    answered = sum(ask(killed, key) == 200 for _ in range(PAUSED))
    killed.kill()
    with ThreadPoolExecutor(8) as asking:
        statuses = list(asking.map(lambda _: ask(left, key), range(DAY)))
    answered += statuses.count(200)

    assert set(statuses) == {200, 429}
    assert DAY - block_of(DAY) <= answered <= DAY
    left.stop()  # it writes what it has counted
    uses = site.run_command("partners", "usage", "--partner", "radio")
    assert ",radio.terms,ok," in uses
