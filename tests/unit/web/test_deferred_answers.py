"""What an operation defers, as clients of either wire format read it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from federation.engine import Engine
from federation.fetch.fetch import FetchResult
from tests.federation.federated import build_engine
from tests.federation.test_defer import SOURCES, TABLES
from tests.federation.test_failures import Scripted
from tests.patience import until
from tests.unit.web.parts import parts_in
from tests.unit.web.test_graphql_sse import COMPLETE, events_in
from web.wire.limits import WebLimits

OLD = "multipart/mixed;deferSpec=20220824, application/json"
NEW = "multipart/mixed;incrementalSpec=v0.2, application/json"
QUERY = '{ track { title ... @defer(label: "l") { likes } } }'
FIRST = {"track": {"title": "One"}}

OpenClient = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def ask(open_client: OpenClient) -> AsyncIterator[Callable[..., Any]]:
    """Ask a front over a real engine; of `social` a test may write the answers."""
    engines: list[Engine] = []

    async def ask_one(
        query: str,
        accept: str,
        *,
        social: Callable[..., Any] | None = None,
        limits: WebLimits | None = None,
        **more: Any,
    ) -> httpx.Response:
        transports = {} if social is None else {"social": Scripted(social)}
        engine = build_engine(SOURCES, TABLES, transports=transports)
        engines.append(engine)
        client = open_client(engine=engine, deferring=engine, limits=limits, **more)
        return await client.post("/graphql", json={"query": query}, headers={"accept": accept})

    yield ask_one
    for engine in engines:
        engine.close()


async def test_the_older_format_names_label_and_path(ask) -> None:
    answer = await ask(QUERY, OLD)

    expected = 'multipart/mixed;boundary="graphql";deferSpec=20220824'
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert parts_in(answer.content) == [
        {"data": FIRST, "hasNext": True},
        {
            "incremental": [{"data": {"likes": 5}, "path": ["track"], "label": "l"}],
            "hasNext": False,
        },
    ]


async def test_the_newer_format_goes_by_id(ask) -> None:
    answer = await ask(QUERY, NEW)

    expected = 'multipart/mixed;boundary="graphql";incrementalSpec=v0.2'
    assert answer.headers["content-type"] == expected
    assert parts_in(answer.content) == [
        {
            "data": FIRST,
            "pending": [{"id": "0", "path": ["track"], "label": "l"}],
            "hasNext": True,
        },
        {
            "incremental": [{"id": "0", "data": {"likes": 5}}],
            "completed": [{"id": "0"}],
            "hasNext": False,
        },
    ]


async def test_what_lies_deeper_has_a_path_of_its_own(ask) -> None:
    query = "{ track { title length { __typename } ... @defer { likes length { seconds } } } }"

    old = parts_in((await ask(query, OLD)).content)
    new = parts_in((await ask(query, NEW)).content)

    items = [item for part in old[1:] for item in part["incremental"]]
    assert sorted(map(str, (item["path"] for item in items))) == [
        "['track', 'length']",
        "['track']",
    ]
    deeper = [i for part in new[1:] for i in part.get("incremental", []) if "subPath" in i]
    assert deeper == [{"id": "0", "subPath": ["length"], "data": {"seconds": 3}}]


@pytest.mark.parametrize(
    ("accept", "as_parts"),
    [("text/event-stream", OLD), ("text/event-stream;incrementalSpec=v0.2", NEW)],
    ids=["older", "newer"],
)
async def test_events_carry_what_parts_do(accept, as_parts, ask) -> None:
    answer = await ask(QUERY, accept)

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert events_in(answer.text) == [
        *(("next", part) for part in parts_in((await ask(QUERY, as_parts)).content)),
        COMPLETE,
    ]


@pytest.mark.parametrize(
    ("_case", "accept", "query"),
    [
        ("a plain client", "application/json", QUERY),
        ("a client that would rather wait", "application/json, multipart/mixed;q=0.5", QUERY),
        ("nothing deferred", NEW, "{ track { title likes } }"),
    ],
)
async def test_others_get_one_complete_answer(_case, accept, query, ask) -> None:
    answer = await ask(query, accept)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json() == {"data": {"track": {"title": "One", "likes": 5}}}


@pytest.mark.parametrize("accept", [OLD, NEW], ids=["older", "newer"])
async def test_a_mutation_comes_at_once(accept, ask) -> None:
    answer = await ask("mutation { rename { id ... @defer { likes } } }", accept)

    assert answer.json() == {"data": {"rename": {"id": "2", "likes": 6}}}


async def test_a_client_that_reads_parts_only_gets_one_part(ask) -> None:
    answer = await ask("{ track { title } }", "multipart/mixed;deferSpec=20220824")

    assert parts_in(answer.content) == [{"data": FIRST}]


async def test_parts_that_fail_as_a_whole_are_told_of_in_either_format(ask) -> None:
    def answer(_: object) -> FetchResult:
        return FetchResult(data={"_entities": [{"sure": None, "likes": 5}]})

    query = '{ track { title ... @defer(label: "l") { sure likes } } }'
    old_answer = await ask(query, OLD, social=answer)
    _, old = parts_in(old_answer.content)
    _, new = parts_in((await ask(query, NEW, social=answer)).content)

    (item,) = old["incremental"]
    (error,) = item.pop("errors")
    assert item == {"data": None, "path": ["track"], "label": "l"}
    assert error["path"] == ["track", "sure"]
    assert error["extensions"]["requestId"] == old_answer.headers["x-request-id"]
    assert "incremental" not in new
    assert [(each["id"], each["errors"][0]["path"]) for each in new["completed"]] == [
        ("0", ["track", "sure"])
    ]


async def test_a_wrong_document_is_told_of_in_one_part(ask) -> None:
    answer = await ask("{ track { titel ... @defer { likes } } }", OLD)

    (part,) = parts_in(answer.content)
    assert part["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert (part["hasNext"], "data" in part) == (False, False)


async def test_a_bad_token_is_told_by_the_status(open_client, engine) -> None:
    client = open_client(deferring=engine)
    headers = {"accept": OLD, "authorization": "Bearer bad"}

    answer = await client.post(
        "/graphql", json={"query": "{ ... @defer { hello } }"}, headers=headers
    )

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


async def test_parts_that_take_too_long_end_the_answer(ask) -> None:
    stopped: list[str] = []

    async def never() -> FetchResult:
        try:
            await asyncio.sleep(3600)
        finally:
            stopped.append("social")
        return FetchResult()

    limits = WebLimits(operation_seconds_max=0.5)

    answer = await ask(QUERY, OLD, social=lambda _: never(), limits=limits)

    first, last = parts_in(answer.content)
    assert first == {"data": FIRST, "hasNext": True}
    assert last["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
    assert last["hasNext"] is False
    await until(lambda: stopped == ["social"])


async def test_what_a_client_left_is_not_fetched_any_more(serve) -> None:
    stopped: list[str] = []

    async def never() -> FetchResult:
        try:
            await asyncio.sleep(3600)
        finally:
            stopped.append("social")
        return FetchResult()

    engine = build_engine(SOURCES, TABLES, transports={"social": Scripted(lambda _: never())})
    address = await serve(engine=engine, deferring=engine)
    async with (
        httpx.AsyncClient() as client,
        client.stream(
            "POST", f"http://{address}/graphql", json={"query": QUERY}, headers={"accept": OLD}
        ) as answer,
    ):
        heard = b""
        async for chunk in answer.aiter_bytes():
            heard += chunk
            if heard.count(b"--graphql") == 2:
                break

    assert json.loads(heard.split(b"\r\n\r\n")[1].partition(b"\r\n")[0])["data"] == FIRST
    await until(lambda: stopped == ["social"])
    engine.close()
