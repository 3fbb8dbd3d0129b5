"""Clients of the whole house: their operations, their keys, and what is known of their use."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

import house
from db.read import StatementCount
from domain.users.manifests import hash_of
from domain.viewer import Role
from resolvers.users.accounts import register_account
from resolvers.users.sessions import open_session
from settings import Settings
from tests.databases import REDIS_URL
from tests.e2e.house import error_codes
from tests.patience import POLL_SECONDS, SECONDS_MAX
from web.documents import following, operation_usage
from web.guards import partner_uses

TERMS = "query Terms { royaltyPerThousandPlays { currency } }"
ANSWER = {"data": {"royaltyPerThousandPlays": {"currency": "USD"}}}
PUBLISH = """mutation ($client: String!, $version: String!, $manifest: String!) {
  publishOperations(input: { client: $client, version: $version, manifest: $manifest }) {
    operationCount
    problems { code field message }
  }
}"""
RETIRE = """mutation ($client: String!, $grace: Int!) {
  retireOperations(input: { client: $client, version: "1", graceSeconds: $grace }) {
    retiresAt
    problems { code }
  }
}"""
ADD_KEY = """mutation ($networks: [String!], $sandbox: Boolean) {
  addPartnerKey(input: { partner: "radio", networks: $networks, sandbox: $sandbox }) {
    secret
    key { id partner prefix scopes networks isSandbox expiresAt }
    problems { code field }
  }
}"""
SAVE_PLAN = """mutation ($day: BigInt, $cost: BigInt) {
  savePartnerPlan(
    input: { name: "basic", dailyRequests: $day, costMax: $cost, rateRequests: 100 }
  ) {
    plan { name rateRequests rateSeconds dailyRequests monthlyRequests costMax isSandbox }
    problems { code field }
  }
}"""
GIVE_PLAN = """mutation ($partner: String!, $plan: String) {
  givePartnerPlan(input: { partner: $partner, plan: $plan }) { partner problems { code field } }
}"""
DEAR = "query Dear { tracks(first: 100) { nodes { title artist { name } } } }"
ACCOUNT = """query Account($partner: String) {
  partnerAccount(partner: $partner) {
    partner
    plan { name }
    quotas { period keyId plan limit taken resetsAt }
    uses { day prefix operation status count }
  }
}"""
FIELD_USE = """{ fieldUse(fields: ["Query.royaltyPerThousandPlays"]) {
  field client version name count
} }"""


@dataclass(frozen=True)
class Gateway:
    """A gateway as it is deployed, and an admin's token."""

    client: httpx.AsyncClient
    token: str

    async def ask(self, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.client.post("/graphql", json=body, headers=sent)
        return answer.json()

    async def command(self, document: str, **variables: object) -> dict[str, Any]:
        """What an admin asks or tells."""
        answer = await self.ask(
            {"query": document, "variables": variables}, authorization=f"Bearer {self.token}"
        )
        assert "errors" not in answer, answer
        return answer["data"]

    async def publish(self, client: str, operations: dict[str, str]) -> dict[str, Any]:
        manifest = json.dumps(operations)
        data = await self.command(PUBLISH, client=client, version="1", manifest=manifest)
        return data["publishOperations"]


@pytest.fixture
def settings(database_url: str, profile: str, tmp_path: Path) -> Settings:
    redis_url = REDIS_URL if profile == "distributed" else None
    own = tmp_path / "own.json"
    own.write_text(json.dumps({"home": "query Home { me { email } }"}))
    return Settings(
        data_dir=tmp_path,
        demo=False,
        database_url=database_url,
        redis_url=redis_url,
        persisted_documents=own,
    )


@pytest.fixture
def start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Starts gateways on one database; they follow it without delay."""
    monkeypatch.setattr(following, "REFRESH_SECONDS", 0.02)
    monkeypatch.setattr(operation_usage, "FLUSH_SECONDS", 0.02)
    monkeypatch.setattr(partner_uses, "FLUSH_SECONDS", 0.02)

    @asynccontextmanager
    async def start_one(**changes: object) -> AsyncIterator[Gateway]:
        own = settings.model_copy(update=changes)
        async with house.open_app(own, "http://tutti.test") as app:
            transport = httpx.ASGITransport(app, client=("127.0.0.1", 4000))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://tutti.test", timeout=60
            ) as client:
                yield Gateway(client, "")

    return start_one


async def make_admin(settings: Settings) -> str:
    async with house.open_use_case_context(settings) as base:
        account = await register_account(
            base,
            email="ada@tutti.example",
            username="ada",
            password="correct horse",
            roles=(Role.ADMIN,),
        )
        return (await open_session(base, account)).access_token


async def come_true(asked: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """Ask until the answer is as wanted; gateways follow each other within some seconds."""
    async with asyncio.timeout(SECONDS_MAX):
        while not wanted(answer := await asked()):
            await asyncio.sleep(POLL_SECONDS)
    return answer


async def test_what_one_gateway_publishes_all_of_them_run(
    start: Callable[..., Any], settings: Settings
) -> None:
    token = await make_admin(settings)
    async with start() as first, start() as second:
        admin = replace(first, token=token)
        refused = await admin.publish("web", {"web.terms": TERMS, "none": "{ none }"})
        published = await admin.publish("web", {"web.terms": TERMS})

        found = [
            await come_true(partial(each.ask, {"documentId": "web.terms"}), ANSWER.__eq__)
            for each in (first, second)
        ]
        await admin.command(RETIRE, client="web", grace=0)
        ended = await come_true(
            lambda: second.ask({"documentId": "web.terms"}), lambda a: "errors" in a
        )

    assert [each["field"] for each in refused["problems"]] == ["none"]
    assert (published["operationCount"], published["problems"]) == (1, [])
    assert found == [ANSWER, ANSWER]
    assert error_codes(ended) == ["PERSISTED_QUERY_NOT_FOUND"]


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_get_by_id_reads_nothing_to_find_its_operation(
    start: Callable[..., Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await make_admin(settings)
    async with start() as gateway:
        await replace(gateway, token=token).publish("web", {"web.terms": TERMS})
        await come_true(partial(gateway.ask, {"documentId": "web.terms"}), ANSWER.__eq__)

    monkeypatch.setattr(following, "REFRESH_SECONDS", 3_600)
    async with start() as gateway:  # what was published is known from the start
        await come_true(partial(gateway.ask, {"documentId": "web.terms"}), ANSWER.__eq__)
        before = StatementCount.total
        answers = [
            (await gateway.client.get(f"/graphql/o/{name}")).json()
            for name in ("web.terms", f"sha256:{hash_of(TERMS)}")
        ]
        statements = StatementCount.total - before

    assert answers == [ANSWER, ANSWER]
    assert statements == 0


async def test_a_partner_runs_what_it_published_and_nothing_else(
    start: Callable[..., Any], settings: Settings
) -> None:
    token = await make_admin(settings)
    async with start() as gateway:
        admin = replace(gateway, token=token)
        await admin.publish("radio", {"radio.terms": TERMS})
        await admin.publish("web", {"web.version": "{ __typename }"})
        made = (await admin.command(ADD_KEY, networks=["127.0.0.0/8"]))["addPartnerKey"]
        far = (await admin.command(ADD_KEY, networks=["10.0.0.0/8"]))["addPartnerKey"]
        wrong = (await admin.command(ADD_KEY, networks=["everywhere"]))["addPartnerKey"]
        key = made["secret"]

        asking = partial(gateway.ask, {"documentId": "radio.terms"})
        own = await come_true(partial(asking, x_api_key=key), ANSWER.__eq__)
        elsewhere = await come_true(
            partial(asking, x_api_key=far["secret"]),
            lambda answer: error_codes(answer) != ["UNAUTHENTICATED"],
        )
        refused = [
            await gateway.ask({"query": "{ __typename }"}, x_api_key=key),
            await gateway.ask({"documentId": "web.version"}, x_api_key=key),
            await gateway.ask({"documentId": "home"}, x_api_key=key),
            await asking(x_api_key="made up"),
        ]

    assert own == ANSWER
    assert made["key"]["partner"] == "radio"
    assert made["key"]["scopes"] == ["READ"]
    assert key.startswith(made["key"]["prefix"])
    assert [each["field"] for each in wrong["problems"]] == ["networks"]
    assert [error_codes(each) for each in refused] == [
        ["PERSISTED_DOCUMENT_REQUIRED"],
        ["PERSISTED_QUERY_NOT_FOUND"],
        ["PERSISTED_QUERY_NOT_FOUND"],
        ["UNAUTHENTICATED"],
    ]
    assert error_codes(elsewhere) == ["FORBIDDEN"]


async def test_an_apollo_hash_is_known_to_all_gateways_of_its_profile(
    start: Callable[..., Any], profile: str
) -> None:
    text = f"query Shared{profile.title()} {{ royaltyPerThousandPlays {{ currency }} }}"
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}
    async with start() as first, start() as second:
        sent = await first.ask({"query": text, "extensions": persisted})
        own = await first.ask({"extensions": persisted})
        others = await second.ask({"extensions": persisted})

    assert sent == own == ANSWER
    if profile == "distributed":
        assert others == ANSWER
    else:
        assert error_codes(others) == ["PERSISTED_QUERY_NOT_FOUND"]


@pytest.mark.parametrize("profile", ["embedded"])
async def test_free_text_can_be_switched_off_for_all(
    start: Callable[..., Any],
) -> None:
    async with start(persisted_only=frozenset("*")) as gateway:
        text = await gateway.ask({"query": TERMS})
        known = await gateway.ask({"documentId": "home"})

    assert error_codes(text) == ["PERSISTED_DOCUMENT_REQUIRED"]
    assert known == {"data": {"me": None}}


async def test_an_admin_learns_who_asks_for_a_field(
    start: Callable[..., Any], settings: Settings
) -> None:
    token = await make_admin(settings)
    named = {"apollographql_client_name": "web", "apollographql_client_version": "7"}
    async with start() as first, start() as second:
        admin = replace(first, token=token)
        for gateway in (first, second, second):
            await gateway.ask({"query": TERMS}, **named)

        rows = await come_true(
            lambda: admin.command(FIELD_USE),
            lambda data: sum(int(row["count"]) for row in data["fieldUse"]) == 3,
        )

    assert rows["fieldUse"] == [
        {
            "field": "Query.royaltyPerThousandPlays",
            "client": "web",
            "version": "7",
            "name": "Terms",
            "count": rows["fieldUse"][0]["count"],
        }
    ]


@pytest.mark.parametrize("profile", ["embedded"])
async def test_what_was_counted_is_written_when_a_gateway_ends(
    start: Callable[..., Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await make_admin(settings)
    monkeypatch.setattr(operation_usage, "FLUSH_SECONDS", 3_600)
    async with start() as gateway:
        await gateway.ask({"query": TERMS})

    async with start() as gateway:
        rows = await replace(gateway, token=token).command(FIELD_USE)

    assert [(row["client"], row["name"]) for row in rows["fieldUse"]] == [("", "Terms")]


async def a_planned_partner(admin: Gateway, *, day: int) -> str:
    """A partner of a plan, with its operations published; its key."""
    operations = {"radio.terms": TERMS, "radio.account": ACCOUNT, "radio.dear": DEAR}
    assert (await admin.publish("radio", operations))["problems"] == []
    made = (await admin.command(ADD_KEY))["addPartnerKey"]
    saved = (await admin.command(SAVE_PLAN, day=day, cost=50))["savePartnerPlan"]
    given = (await admin.command(GIVE_PLAN, partner="radio", plan="basic"))["givePartnerPlan"]
    assert saved["problems"] == given["problems"] == []
    assert saved["plan"]["dailyRequests"] == str(day)
    return str(made["secret"])


async def test_a_partner_is_held_to_its_plan_and_sees_what_it_used(
    start: Callable[..., Any], settings: Settings
) -> None:
    token = await make_admin(settings)
    async with start() as gateway:
        admin = replace(gateway, token=token)
        key = await a_planned_partner(admin, day=3)

        async def ask(document_id: str) -> httpx.Response:
            body = {"documentId": document_id}
            return await gateway.client.post("/graphql", json=body, headers={"x-api-key": key})

        first = await come_true(
            lambda: ask("radio.account"), lambda answer: "ratelimit-policy" in answer.headers
        )
        assert first.headers.get_list("ratelimit-policy")[-1] == '"day";q=3;w=86400'
        assert first.json()["data"]["partnerAccount"]["partner"] == "radio"
        dear = await ask("radio.dear")
        assert dear.json()["errors"][0]["extensions"]["code"] == "COST_ABOVE_PLAN"
        answers = [await ask("radio.terms") for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        details = answers[2].json()["errors"][0]["extensions"]["details"]
        assert (details["quota"], details["plan"], details["limit"]) == ("day", "basic", 3)
        assert answers[2].headers["retry-after"] == str(details["retry_after_seconds"])

        counted = await come_true(
            lambda: admin.command(ACCOUNT, partner="radio"),
            lambda data: len(data["partnerAccount"]["uses"]) >= 3,
        )
        account = counted["partnerAccount"]
        uses = {(each["operation"], each["status"]): each["count"] for each in account["uses"]}
        assert uses[("radio.terms", "OK")] == "2"
        assert uses[("radio.terms", "REFUSED")] == "1"
        assert "ratelimit-policy" in answers[0].headers
        assert answers[0].headers["cache-control"].startswith("private, ")
        page = await gateway.client.post("/partners/usage", data={"key": key})
        assert "<td>refused</td>" in page.text
        (quota,) = account["quotas"]
        assert (quota["period"], quota["limit"], quota["taken"]) == ("DAY", "3", "3")


async def test_people_see_the_same_on_a_page_and_in_a_file(
    start: Callable[..., Any], settings: Settings
) -> None:
    token = await make_admin(settings)
    async with start() as gateway:
        admin = replace(gateway, token=token)
        key = await a_planned_partner(admin, day=1_000)
        await come_true(
            lambda: gateway.ask({"documentId": "radio.terms"}, x_api_key=key),
            lambda answer: answer == ANSWER,
        )
        await come_true(
            lambda: admin.command(ACCOUNT, partner="radio"),
            lambda data: data["partnerAccount"]["uses"],
        )
        get, post = gateway.client.get, gateway.client.post
        empty = await get("/partners/usage")
        page = await post("/partners/usage", data={"key": key, "days": "7"})
        by_header = await get("/partners/usage", headers={"x-api-key": key})
        by_admin = await get(
            "/partners/usage?partner=radio", headers={"authorization": f"Bearer {token}"}
        )
        file = await post("/partners/usage.csv", data={"key": key})
        refused = [
            await post("/partners/usage", data={"key": "guessed"}),
            await post("/partners/usage.csv", data={"key": "guessed"}),
            await get("/partners/usage.csv"),
            await get(f"/partners/usage?key={key}&partner=radio"),
            await get("/partners/usage?partner=radio&days=x"),
            await post("/partners/usage", data={"key": "k" * 5_000}),
        ]

    assert "<form" in empty.text
    assert "radio" not in empty.text
    for each in (page, by_header, by_admin):
        assert each.status_code == 200
        assert "<td>radio.terms</td>" in each.text
        assert "<td>1000</td>" in each.text
        assert each.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in each.headers["content-security-policy"]
    assert file.headers["content-type"].startswith("text/csv")
    head, *rows = file.text.splitlines()
    assert head == "day,key_id,prefix,operation,status,count"
    assert any(",radio.terms,ok,1" in row for row in rows)
    assert [each.status_code for each in refused] == [401, 401, 401, 404, 400, 413]
