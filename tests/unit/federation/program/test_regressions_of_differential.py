"""What random documents found; expected is what graphql-core answers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from federation.program.bindings import Attribute, Batch, Bindings
from tests.unit.federation.program.comparing import a_schema, same


async def numbers() -> AsyncIterator[int]:
    yield 1
    yield 2


async def test_a_coroutine_may_give_an_async_generator() -> None:
    async def resolve(*_: Any) -> AsyncIterator[int]:
        return numbers()

    schema = a_schema("type Query { numbers: [Int] }", {"Query.numbers": resolve})

    answer = await same(schema, "{ numbers }")

    assert answer.data == {"numbers": [1, 2]}


async def test_a_generator_is_read_once_when_another_value_is_unusual() -> None:
    bindings = Bindings(fields={("Query", "numbers"): Batch(lambda _, __: [iter([1, 2])])})
    schema = a_schema(
        "type Query { numbers: [Int] wrong: Int }",
        {"Query.numbers": lambda *_: iter([1, 2]), "Query.wrong": lambda *_: "no number"},
    )

    answer = await same(schema, "{ numbers wrong }", bindings=bindings)

    assert answer.data == {"numbers": [1, 2], "wrong": None}


@pytest.mark.parametrize("document", ["{ nested }", "mutation { nested }"])
async def test_a_generator_among_lists_is_read_once(document: str) -> None:
    def resolve(*_: Any) -> Any:
        return [(number for number in (1, 2))]

    schema = a_schema(
        "type Query { nested: [[Int]] } type Mutation { nested: [[Int]] }",
        {"Query.nested": resolve, "Mutation.nested": resolve},
    )
    bindings = Bindings(
        fields={
            (name, "nested"): Batch(lambda parents, _: [resolve() for _ in parents])
            for name in ("Query", "Mutation")
        }
    )

    for each in (None, bindings):
        answer = await same(schema, document, bindings=each)

        assert answer.data == {"nested": [[1, 2]]}


async def test_only_conditions_are_switches_whatever_other_directives_are_given() -> None:
    sdl = """
        directive @note(of: Note) on FIELD
        input Note { text: String }
        type Query { number: Int }
    """
    schema = a_schema(sdl, {"Query.number": lambda *_: 1})
    document = "query($of: Note) { number @note(of: $of) }"

    answer = await same(schema, document, variables={"of": {"text": "t"}})

    assert answer.data == {"number": 1}


async def test_an_attribute_that_fails_ends_a_mutation_as_a_resolver_does() -> None:
    called: list[str] = []
    schema = a_schema(
        "type Query { a: Int } type Mutation { missing: Int! next: Int }",
        {
            "Mutation.missing": lambda parent, _: parent.missing,
            "Mutation.next": lambda *_: called.append("next"),
        },
    )
    bindings = Bindings(fields={("Mutation", "missing"): Attribute("missing")})

    answer = await same(schema, "mutation { missing next }", object(), bindings=bindings)

    assert answer.data is None
    assert called == []
