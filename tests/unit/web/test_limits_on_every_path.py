"""Known attacks meet the same bounds however they come: by POST, GET, id, SSE and WebSocket."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from devtools.attacks import Nobody, cyclic, doubling, spreading
from federation.compose.compose import SubgraphSource, compose
from federation.engine import Engine
from federation.limits import EngineLimits
from tests.unit.web.socket_peer import code_of, dialled
from tests.unit.web.test_graphql_sse import STREAM, events_in
from web.json_bytes import dump_json
from web.persisted_documents import Documents, index_documents

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
type Query { ping: String thing: Thing things(first: Int): [Thing] @listSize(assumedSize: 10) }
type Subscription { thing: Thing }
type Thing {
  id: ID
  own3: String
  link0: Thing
  dear: String @cost(weight: 900)
  links(first: Int): [Thing]
    @listSize(slicingArguments: ["first"], assumedSize: 10, requireOneSlicingArgument: false)
}
"""
ALIASES = " ".join(f"a{number}: id" for number in range(51))


@dataclass(frozen=True)
class Case:
    """A document that means more than it looks like."""

    document: str
    code: str
    variables: Mapping[str, Any] | None = None


CASES = {
    "doubling fragments": Case(doubling(30), "OPERATION_TOO_COMPLEX"),
    "validation walking fragments repeatedly": Case(spreading(8, 8), "OPERATION_TOO_COMPLEX"),
    "counter wrap": Case(doubling(600, "link0"), "OPERATION_TOO_COMPLEX"),
    "recursion of fragments": Case(cyclic(3), "GRAPHQL_VALIDATION_FAILED"),
    "recursion of the parser": Case("{ thing " * 900, "DOCUMENT_TOO_LARGE"),
    "alias limit blind to fragments": Case(
        f"{{ thing {{ ...F link0 {{ ...F }} }} }} fragment F on Thing {{ {ALIASES} }}",
        "TOO_MANY_ALIASES",
    ),
    "root fields in fragments": Case(
        "{ ...F ...F } fragment F on Query { " + "ping " * 26 + "}", "TOO_MANY_ROOT_FIELDS"
    ),
    "depth through fragments": Case(
        "{ thing { "
        + "link0 { " * 30
        + "...F"
        + " }" * 32
        + " fragment F on Thing { "
        + "link0 { " * 30
        + "id"
        + " }" * 31,
        "OPERATION_TOO_DEEP",
    ),
    "directives without end": Case(
        "{ ping " + "@skip(if: false) " * 9 + "}", "TOO_MANY_DIRECTIVES"
    ),
    "a list without end": Case(
        "query ($n: Int) { things(first: $n) { id } }", "LIST_TOO_LONG", {"n": 101}
    ),
    "lists in lists": Case(
        "query ($n: Int) { thing { links(first: $n) { links(first: $n) { id } } } }",
        "COST_TOO_HIGH",
        {"n": 40},
    ),
    "a dear field": Case("{ things { dear } }", "COST_TOO_HIGH"),
}

Ask = Callable[[Case, Callable, Callable, Engine], Awaitable[str]]


@pytest.fixture(scope="module")
def real_engine() -> Iterator[Engine]:
    source = SubgraphSource(name="things", sdl=SDL)
    limits = EngineLimits(operation_cost_max=1_000, planning_seconds_max=30.0)
    made = Engine(compose([source]).sdl, {"things": Nobody()}, limits)
    yield made
    made.close()


def _code(answer: Any) -> str:
    assert "data" not in answer
    return answer["errors"][0]["extensions"]["code"]


async def by_post(case: Case, open_client: Callable, _serve: Callable, engine: Engine) -> str:
    body = {"query": case.document, "variables": case.variables}
    return _code((await open_client(engine=engine).post("/graphql", json=body)).json())


async def by_get(case: Case, open_client: Callable, _serve: Callable, engine: Engine) -> str:
    asked = {"query": case.document, "variables": dump_json(case.variables or {}).decode()}
    return _code((await open_client(engine=engine).get("/graphql", params=asked)).json())


async def by_id(case: Case, open_client: Callable, _serve: Callable, engine: Engine) -> str:
    documents = Documents(own=index_documents({"attack": case.document}))
    client = open_client(engine=engine, documents=documents)
    body = {"documentId": "attack", "variables": case.variables}
    return _code((await client.post("/graphql", json=body)).json())


async def by_events(case: Case, open_client: Callable, _serve: Callable, engine: Engine) -> str:
    body = {"query": case.document, "variables": case.variables}
    answer = await open_client(engine=engine).post("/graphql", json=body, headers=STREAM)
    return _code(events_in(answer.text)[0][1])


async def by_socket(case: Case, _open_client: Callable, serve: Callable, engine: Engine) -> str:
    async with dialled(await serve(engine=engine)) as peer:
        await peer.init()
        await peer.ask(case.document, variables=case.variables)
        return code_of(await peer.hear())


@pytest.mark.parametrize("ask", [by_post, by_get, by_id, by_events, by_socket])
@pytest.mark.parametrize("name", CASES)
async def test_an_attack_is_refused_on_every_path(
    name: str, ask: Ask, open_client: Callable, serve: Callable, real_engine: Engine
) -> None:
    code = await ask(CASES[name], open_client, serve, real_engine)

    assert code == CASES[name].code


async def test_a_subscription_meets_the_same_bounds(serve: Callable, real_engine: Engine) -> None:
    deep = "subscription { thing { " + "link0 { " * 60 + "id" + " }" * 62
    dear = "subscription { thing { links(first: 90) { links(first: 90) { id } } } }"

    codes = [
        await by_socket(Case(document, ""), serve, serve, real_engine) for document in (deep, dear)
    ]

    assert codes == ["OPERATION_TOO_DEEP", "COST_TOO_HIGH"]
