"""The local transport: a subgraph in this process answers like any other."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, build_schema

from federation.fetch.fetch import FetchRequest, FetchResult
from federation.program import reference
from federation.transport.local import LocalTransport


def a_schema() -> GraphQLSchema:
    return build_schema(
        """
        type Query { who: String slow: String bad: String add(a: Int!): Int }
        type Subscription { tick: Int broken: Int }
        """
    )


class Root:
    """Resolvers by name."""

    closed = 0

    def who(self, info: Any) -> str:
        return f"seen by {info.context}"

    async def slow(self, info: Any) -> str:
        await asyncio.sleep(0)
        return "at last"

    def bad(self, info: Any) -> str:
        raise ValueError("a secret")

    def add(self, info: Any, a: int) -> int:
        return a + 1

    async def tick(self, info: Any) -> AsyncIterator[dict[str, int]]:
        try:
            for number in range(3):
                yield {"tick": number}
        finally:
            self.closed += 1


async def ask(document: str, **more: Any) -> FetchResult:
    transport = LocalTransport(a_schema(), Root(), **more.pop("options", {}))
    request = FetchRequest(subgraph="s", document=document, **more)
    return await transport.fetch(request, "me")


async def test_resolvers_see_the_context_and_the_variables() -> None:
    result = await ask("query($a: Int!) { who slow add(a: $a) }", variables={"a": 1})

    assert result == FetchResult(data={"who": "seen by me", "slow": "at last", "add": 2})


async def test_errors_are_worded_by_the_hook_and_keep_their_path() -> None:
    seen: list[BaseException | None] = []

    def on_error(error: GraphQLError) -> dict[str, Any]:
        seen.append(error.original_error)
        return {"message": "masked", "extensions": {"code": "INTERNAL"}}

    result = await ask("{ bad who }", options={"on_error": on_error})

    assert result.data == {"bad": None, "who": "seen by me"}
    assert result.errors == [
        {"message": "masked", "extensions": {"code": "INTERNAL"}, "path": ["bad"]}
    ]
    assert [str(each) for each in seen] == ["a secret"]


@pytest.mark.parametrize("document", ["{", "{ nothing }", "query($a: Int!) { add(a: $a) }"])
async def test_a_document_that_cannot_run_is_an_answer_with_errors(document: str) -> None:
    result = await ask(document)

    assert result.data is None
    assert len(result.errors) == 1
    assert "path" not in result.errors[0]


async def test_a_long_document_is_read_beside_the_loop_and_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[int] = []
    read = reference.parse
    monkeypatch.setattr(
        reference, "parse", lambda text: threads.append(threading.get_ident()) or read(text)
    )
    transport = LocalTransport(a_schema(), Root())
    document = "{ " + " ".join(f"a{index}: who" for index in range(200)) + " }"
    request = FetchRequest(subgraph="s", document=document)

    answers = [await transport.fetch(request, "me") for _ in range(3)]

    assert [len(answer.data or {}) for answer in answers] == [200, 200, 200]
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_each_event_is_a_result() -> None:
    root = Root()
    transport = LocalTransport(a_schema(), root)
    request = FetchRequest(
        subgraph="s", document="subscription { tick }", operation_kind="subscription"
    )

    results = [result async for result in transport.subscribe(request, None)]

    assert [result.data for result in results] == [{"tick": 0}, {"tick": 1}, {"tick": 2}]
    assert root.closed == 1


async def test_a_source_is_closed_with_its_stream() -> None:
    root = Root()
    transport = LocalTransport(a_schema(), root)
    stream = transport.subscribe(FetchRequest(subgraph="s", document="subscription { tick }"), None)

    assert (await anext(stream)).data == {"tick": 0}
    await stream.aclose()

    assert root.closed == 1


@pytest.mark.parametrize("field", ["nothing", "broken"])
async def test_a_subscription_that_cannot_open_tells_so(field: str) -> None:
    transport = LocalTransport(a_schema(), Root())
    request = FetchRequest(subgraph="s", document=f"subscription {{ {field} }}")

    results = [result async for result in transport.subscribe(request, None)]

    assert [len(result.errors) for result in results] == [1]
    assert results[0].data is None
