"""Resolvers of others run as they would anywhere: real tasks, own timeouts, and an end."""

import asyncio
import contextvars
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLResolveInfo

from federation.program.bindings import Batch, Bindings
from tests.unit.federation.program.comparing import a_schema, compiled, messages, same

SDL = """
    type Query { items: [Item!]! item: Item words: [String] }
    type Mutation { step(n: Int!): Item must(n: Int!): Int! }
    type Subscription { tick(to: Int!): Item }
    type Item { n: Int! slow: Int must: Int! items: [Item] seen: String }
"""
WHO: contextvars.ContextVar[str] = contextvars.ContextVar("WHO", default="nobody")


class Item:
    """Has a number."""

    def __init__(self, n: int) -> None:
        self.n = n


def items(count: int) -> dict[str, Any]:
    return {"items": [Item(n) for n in range(count)], "item": Item(7)}


async def test_what_resolvers_are_told_is_what_graphql_core_tells_them() -> None:
    def seen(_: Item, info: GraphQLResolveInfo[Any]) -> str:
        told = (
            info.field_name,
            info.path.as_list(),
            [step.typename for step in (info.path, info.path.prev, info.path.prev.prev)],  # type: ignore[union-attr]
            [node.loc and node.loc.start for node in info.field_nodes],
            str(info.return_type),
            info.parent_type.name,
            sorted(info.fragments),
            info.variable_values.coerced,
            info.operation.operation.value,
            info.context,
            type(info.root_value).__name__,
            isinstance(info, GraphQLResolveInfo),
        )
        return repr(told)

    schema = a_schema(SDL, {"Item.seen": seen, "Item.items": lambda *_: [Item(1), None, Item(2)]})
    document = """
        query($on: Boolean!) { items { items { s: seen ...More } ...Below } item { seen } }
        fragment More on Item { s: seen @include(if: $on) }
        fragment Below on Item { items { n } }
    """

    for on in (True, False):
        await same(schema, document, items(2), variables={"on": on}, context="ctx")


async def test_coroutines_of_a_level_and_of_its_fields_wait_side_by_side() -> None:
    all_here = asyncio.Barrier(6)

    async def meet(item: Item, _: Any) -> int:
        await all_here.wait()
        return item.n

    schema = a_schema(SDL, {"Item.slow": meet, "Item.must": meet})

    answer = await compiled(schema, items(3)).run("{ items { slow must } }", {}, None)

    assert answer.data == {"items": [{"slow": n, "must": n} for n in range(3)]}


async def test_a_level_goes_on_when_its_own_field_is_ready() -> None:
    below_was_reached = asyncio.Event()

    async def fast(_: Item, _info: Any) -> list[Item]:
        return [Item(1)]

    async def waits_for_it(_: Item, _info: Any) -> int:
        await below_was_reached.wait()
        return 1

    async def below(_: Item, _info: Any) -> str:
        below_was_reached.set()
        return "here"

    resolvers = {"Item.items": fast, "Item.slow": waits_for_it, "Item.seen": below}

    answer = await compiled(a_schema(SDL, resolvers), items(1)).run(
        "{ items { slow items { seen } } }", {}, None
    )

    assert answer.data == {"items": [{"slow": 1, "items": [{"seen": "here"}]}]}


async def test_a_pool_of_one_is_enough_for_fifty_resolvers() -> None:
    pool = asyncio.Semaphore(1)

    async def lent(item: Item, _: Any) -> int:
        async with pool:
            await asyncio.sleep(0)
            return item.n

    schema = a_schema(SDL, {"Item.slow": lent, "Item.must": lent})

    answer = await compiled(schema, items(50)).run("{ items { slow must } }", {}, None)

    assert not answer.errors


async def test_timeouts_and_context_variables_are_a_resolvers_own() -> None:
    async def patient(item: Item, _: Any) -> str:
        WHO.set(f"item {item.n}")
        try:
            async with asyncio.timeout(0 if item.n else None):
                await asyncio.sleep(0.001)
        except TimeoutError:
            return f"{WHO.get()} gave up"
        return f"{WHO.get()} waited"

    token = WHO.set("the caller")
    answer = await compiled(a_schema(SDL, {"Item.seen": patient}), items(2)).run(
        "{ items { seen } }", {}, None
    )

    assert answer.data == {"items": [{"seen": "item 0 waited"}, {"seen": "item 1 gave up"}]}
    assert WHO.get() == "the caller"
    WHO.reset(token)


async def test_a_caller_that_leaves_ends_all_tasks_and_waits_for_their_end() -> None:
    began = asyncio.Event()
    ended: list[int] = []

    async def endless(item: Item, _: Any) -> int:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(item.n)
        return 0

    schema = a_schema(SDL, {"Item.slow": endless, "Item.must": endless})
    others = asyncio.all_tasks()
    request = asyncio.create_task(
        compiled(schema, items(3)).run("{ items { slow must } item { slow } }", {}, None)
    )
    await began.wait()

    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request

    assert sorted(ended) == [0, 0, 1, 1, 2, 2, 7]
    assert asyncio.all_tasks() == others


async def test_a_resolver_that_is_cancelled_cancels_the_request_and_leaves_no_task() -> None:
    async def cancelled(_: Item, _info: Any) -> int:
        raise asyncio.CancelledError

    async def endless(_: Item, _info: Any) -> int:
        await asyncio.Event().wait()
        return 0

    schema = a_schema(SDL, {"Item.slow": cancelled, "Item.must": endless})
    others = asyncio.all_tasks()

    with pytest.raises(asyncio.CancelledError):
        await compiled(schema, items(2)).run("{ items { slow must } }", {}, None)

    assert asyncio.all_tasks() == others


async def test_awaitables_of_all_kinds_and_in_lists_are_awaited() -> None:
    async def later(value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    def words(*_: Any) -> list[Any]:
        future = asyncio.get_running_loop().create_future()
        future.set_result("f")
        return ["a", later("b"), later(ValueError("c")), future, later(None), ValueError("d")]

    def more(*_: Any) -> Any:
        return later([later(Item(1)), None, later(ValueError("e")), Item(2)])

    async def stream(*_: Any) -> AsyncIterator[Any]:
        yield Item(3)
        yield later(Item(4))

    schema = a_schema(SDL, {"Query.words": words, "Query.items": stream, "Item.items": more})

    await same(schema, "{ words items { n items { n } } }")


async def test_an_error_of_a_resolver_keeps_its_own_path_and_extensions() -> None:
    def told(item: Item, _: Any) -> int:
        if item.n:
            raise GraphQLError("told", path=["elsewhere"], extensions={"code": "TOLD"})
        return GraphQLError("returned", extensions={"code": "TOLD"})  # type: ignore[return-value]

    answer = await same(a_schema(SDL, {"Item.slow": told}), "{ items { slow } }", items(2))

    assert messages(answer) == ["returned", "told"]


async def test_mutations_run_one_after_the_other_with_all_that_is_below() -> None:
    log: list[str] = []

    async def step(_: Any, _info: Any, n: int) -> Item:
        log.append(f"begin {n}")
        await asyncio.sleep(0)
        return Item(n)

    async def below(item: Item, _: Any) -> int:
        await asyncio.sleep(0)
        log.append(f"end {item.n}")
        return item.n

    schema = a_schema(SDL, {"Mutation.step": step, "Item.slow": below})

    await compiled(schema).run(
        "mutation { a: step(n: 1) { slow } b: step(n: 2) { slow } }", {}, None
    )

    assert log == ["begin 1", "end 1", "begin 2", "end 2"]


@pytest.mark.parametrize("value", [None, "no number", ValueError("refused")], ids=repr)
async def test_a_mutation_that_may_not_fail_and_does_ends_those_after_it(value: Any) -> None:
    ran: list[int] = []

    def must(_: Any, _info: Any, n: int) -> Any:
        ran.append(n)
        return value if n == 2 else n

    schema = a_schema(SDL, {"Mutation.must": must})
    document = "mutation { a: must(n: 1) b: must(n: 2) c: must(n: 3) }"

    answer = await same(schema, document)

    assert answer.data is None
    assert ran == [1, 2] * 3


async def test_every_resolver_is_called_once_whatever_fails() -> None:
    calls: list[str] = []

    def count(name: str, value: Any) -> Any:
        def resolve(*_: Any) -> Any:
            calls.append(name)
            if isinstance(value, Exception):
                raise value
            return value

        return resolve

    resolvers = {
        "Query.items": count("items", [Item(0)]),
        "Item.slow": count("slow", "no number"),
        "Item.must": count("must", None),
        "Item.seen": count("seen", ValueError("no")),
    }

    await compiled(a_schema(SDL, resolvers)).run("{ items { slow seen must } }", {}, None)

    assert sorted(calls) == ["items", "must", "seen", "slow"]


async def test_each_event_of_a_subscription_is_answered_by_the_program() -> None:
    closed: list[bool] = []

    async def tick(_: Any, _info: Any, to: int) -> AsyncIterator[Any]:
        try:
            for n in range(to):
                yield {"tick": Item(n)}
            raise ValueError("the source broke")
        finally:
            closed.append(True)

    batches = Bindings(fields={("Item", "slow"): Batch(lambda some, _: [each.n for each in some])})
    schema = a_schema(SDL)
    schema.type_map["Subscription"].fields["tick"].subscribe = tick  # type: ignore[attr-defined]
    program = compiled(schema, bindings=batches)

    document = "subscription($to: Int!) { tick(to: $to) { n slow } }"
    events = program.follow(document, {"to": 2}, None)

    for n in range(2):
        assert (await anext(events)).data == {"tick": {"n": n, "slow": n}}
    with pytest.raises(ValueError, match="broke"):
        await anext(events)
    assert closed == [True]
    assert not program.fallbacks


async def test_a_subscription_whose_reader_leaves_closes_its_source() -> None:
    closed: list[bool] = []

    async def tick(_: Any, _info: Any, to: int) -> AsyncIterator[Any]:
        try:
            while True:
                yield {"tick": Item(to)}
        finally:
            closed.append(True)

    schema = a_schema(SDL)
    schema.type_map["Subscription"].fields["tick"].subscribe = tick  # type: ignore[attr-defined]
    events = compiled(schema).follow("subscription { tick(to: 1) { n } }", {}, None)

    await anext(events)
    await events.aclose()

    assert closed == [True]


async def test_a_subscription_that_cannot_be_opened_is_one_answer_with_errors() -> None:
    schema = a_schema(SDL)
    program = compiled(schema)

    for variables in ({"to": 1}, {"to": "x"}):
        events = program.follow("subscription($to: Int!) { tick(to: $to) { n } }", variables, None)
        answers = [event async for event in events]
        assert [each.data for each in answers] == [None]
        assert len(answers[0].errors or ()) == 1


async def test_what_is_waited_for_alone_needs_no_task() -> None:
    tasks: list[Any] = []

    async def alone(*_: Any) -> Item:
        tasks.append(asyncio.current_task())
        async with asyncio.timeout(None):
            await asyncio.sleep(0)
        tasks.append(asyncio.current_task())
        return Item(1)

    async def impatient(*_: Any) -> int:
        async with asyncio.timeout(0):
            await asyncio.sleep(1)
        return 0

    schema = a_schema(SDL, {"Query.item": alone, "Item.slow": impatient})

    answer = await compiled(schema).run("{ item { n slow } }", {}, None)

    assert tasks == [asyncio.current_task()] * 2
    assert answer.data == {"item": {"n": 1, "slow": None}}
    assert [type(each.original_error) for each in answer.errors or ()] == [TimeoutError]


async def test_a_caller_that_leaves_ends_what_is_waited_for_alone() -> None:
    began = asyncio.Event()
    ended: list[bool] = []

    async def endless(*_: Any) -> Item:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            ended.append(True)
        return Item(0)

    schema = a_schema(SDL, {"Query.item": endless})
    request = asyncio.create_task(compiled(schema).run("{ item { n } }", {}, None))
    await began.wait()

    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request

    assert ended == [True]
