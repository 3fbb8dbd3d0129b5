"""What a document is compiled to, when, and with which values of its variables."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema
from inline_snapshot import snapshot

from federation.program import program as programs
from federation.program.bindings import Attribute, Batch, Bindings, Entities
from federation.program.levels import NotCompiled
from federation.program.program import CompiledProgram
from federation.program.reference import ReferenceProgram
from tests.unit.federation.program.comparing import a_schema, compiled, messages, same, told

SDL = """
    enum Order { UP DOWN }
    input Range { from: Int = 1 to: Int! words: [String!] }
    scalar _Any
    union _Entity = Track | Artist
    type Query {
      track(id: ID, order: Order = UP, range: Range, x: Float, n: Int, on: Boolean): Track
      must(id: ID!, n: Int! = 3): String
      _entities(representations: [_Any!]!): [_Entity]!
    }
    type Track { id: ID! title: String artist: Artist plays: Int! }
    type Artist { id: ID! name: String! }
"""


def echo(_: Any, _info: Any, **arguments: Any) -> dict[str, Any]:
    return {"id": "1", "title": repr(sorted(arguments.items()))}


SCHEMA = a_schema(SDL, {"Query.track": echo, "Query.must": lambda *_, **a: repr(sorted(a.items()))})
BOUND = Bindings(
    fields={
        ("Track", "id"): Attribute("id"),
        ("Track", "title"): Attribute("title"),
        ("Track", "artist"): Attribute("artist"),
        ("Track", "plays"): Batch(lambda tracks, _: [1 for _ in tracks]),
        ("Artist", "id"): Attribute("id"),
        ("Artist", "name"): Attribute("name"),
    }
)


async def test_the_source_of_a_document_can_be_read() -> None:
    source = await compiled(SCHEMA, bindings=BOUND).source(
        "{ track(id: 1) { __typename key: id plays artist { name } } }"
    )

    assert source == snapshot("""\
def build_0(run, parents, value_1):
    # Query
    if list is value_1.__class__:
        try:
            return [
                {
                    'track': v_1,
                }
                for o, v_1 in zip(parents, value_1)
            ]
        except Exception:
            pass
    return mend(level, parents, {1: value_1})

def level_0(run, parents, place):
    # column_1: resolver of Query.track
    value_1 = column_1.fill(run, parents, place)
    if isinstance(value_1, list):
        return build_0(run, parents, value_1)
    return finish(run, build_0, parents, value_1)


def build_1(run, parents, value_4, value_5):
    # Track at 'track'
    if list is value_5.__class__:
        try:
            return [
                {
                    '__typename': 'Track',
                    'key': v if (v := o.id).__class__ is str else leaf_3(v),
                    'plays': v if (v := v_4).__class__ is int and -2147483648 <= v <= 2147483647 else leaf_4(v),
                    'artist': v_5,
                }
                for o, v_4, v_5 in zip(parents, value_4, value_5)
            ]
        except Exception:
            pass
    return mend(level, parents, {4: value_4, 5: value_5})

def level_1(run, parents, place):
    # column_4: batch of Track.plays
    # column_5: attribute of Track.artist
    value_4 = column_4.fill(run, parents, place)
    value_5 = column_5.fill(run, parents, place)
    if isinstance(value_4, list) and isinstance(value_5, list):
        return build_1(run, parents, value_4, value_5)
    return finish(run, build_1, parents, value_4, value_5)


def build_2(run, parents):
    # Artist at 'track' 'artist'
    try:
        return [
            {
                'name': v if (v := o.name).__class__ is str else leaf_6(v),
            }
            for o in parents
        ]
    except Exception:
        pass
    return mend(level, parents, {})

def level_2(run, parents, place):
    return build_2(run, parents)
""")  # noqa: E501


async def test_text_of_a_client_stands_in_the_source_as_a_literal() -> None:
    source = await compiled(SCHEMA, bindings=BOUND).source(
        'query Q { __import__: track(id: "\\"; import os #") { lambda: title } }'
    )

    assert "import os" not in source
    assert "'__import__': v_1" in source
    assert "'lambda': " in source


DOCUMENTS = [
    "{ track { title } }",
    '{ track(id: 1, order: DOWN, range: {to: 2, words: "w"}, x: 1, n: 2, on: true) { title } }',
    "query($id: ID) { track(id: $id) { title } }",
    "query($id: ID = 5) { track(id: $id) { title } must(id: $id) }",
    "query($id: ID!) { must(id: $id) }",
    "query($n: Int = 4) { must(id: 1, n: $n) }",
    "query($r: Range, $o: Order) { track(range: $r, order: $o) { title } }",
    "query($to: Int!, $w: [String!]) { track(range: {to: $to, words: $w}) { title } }",
    "query($x: Float, $n: Int, $on: Boolean) { track(x: $x, n: $n, on: $on) { title } }",
    'query($w: [String!]! = ["d"]) { track(range: {to: 1, words: $w}) { title } }',
]
VALUES: list[dict[str, Any]] = [
    {},
    {"id": "a", "n": 3, "x": 0.5, "on": True, "o": "DOWN", "r": {"to": 1}, "to": 1, "w": ["a"]},
    {"id": 3, "n": True, "x": 1, "on": 0, "o": "SIDE", "r": {}, "to": 2**31, "w": "one"},
    {"id": None, "n": None, "x": None, "on": None, "o": None, "r": None, "to": None, "w": None},
    {
        "id": 1.0,
        "n": 1.0,
        "x": float("nan"),
        "r": {"to": 1, "from": None},
        "to": -(2**31),
        "w": [1],
    },
    {"id": True, "n": "3", "x": "1", "r": [], "to": 1, "w": [None]},
    {"unknown": 1, "id": "b", "r": {"to": 1, "other": 1}, "to": 5, "w": []},
]


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("variables", VALUES, ids=str)
async def test_variables_and_arguments_are_read_as_by_graphql_core(
    document: str, variables: dict[str, Any]
) -> None:
    await same(SCHEMA, document, variables=variables)


async def test_all_values_of_all_conditions_are_answered_by_one_program_in_any_order() -> None:
    document = """
        query($a: Boolean!, $b: Boolean!, $c: Boolean = true, $d: Boolean = false) {
          track { title @include(if: $a) id title @skip(if: $b)
                  artist @include(if: $c) { id ... @skip(if: $a) { name } }
                  artist @include(if: $d) { n: name @include(if: true) } ...F @include(if: $b) }
        }
        fragment F on Track { title @skip(if: $c) plays artist { name } }
    """
    schema = a_schema(SDL, {"Track.plays": lambda *_: 1})
    root = {"track": {"id": 1, "title": "t", "artist": {"id": 2, "name": "n"}}}
    program = compiled(schema, root)
    reference = ReferenceProgram(schema, root)

    for _ in range(2):
        for values in itertools.product([True, False], repeat=4):
            variables = dict(zip("abcd", values, strict=True))
            answer = await program.run(document, variables, None)
            expected = await reference.run(document, variables, None)
            assert repr(answer.data) == repr(expected.data)
    assert not program.fallbacks


async def test_a_condition_that_is_null_is_left_to_graphql_core() -> None:
    document = "query($on: Boolean = true) { must(id: 1) @include(if: $on) }"
    program = compiled(SCHEMA)

    answer = await program.run(document, {"on": None}, None)

    assert answer.data is None
    assert told(answer) == told(await ReferenceProgram(SCHEMA).run(document, {"on": None}, None))
    assert program.fallbacks == {"conditions": 1}


async def test_a_document_is_compiled_the_second_time_it_is_run() -> None:
    asked: list[int] = []
    bindings = Bindings(
        fields={("Query", "must"): Batch(lambda roots, _, **__: asked.append(1) or ["b"])}
    )
    program = CompiledProgram(SCHEMA, bindings)

    answers = [await program.run("{ must(id: 1) }", {}, None) for _ in range(3)]

    assert [each.data["must"] for each in answers if each.data] == [
        "[('id', '1'), ('n', 3)]",
        "b",
        "b",
    ]


async def test_what_is_remembered_is_bounded_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_SCRIPTS_MAX", 3)
    monkeypatch.setattr(programs, "_PROGRAMS_MAX", 5)
    program = compiled(SCHEMA)

    for number in range(10):
        await program.run(f"{{ a{number}: must(id: 1) }}", {}, None)

    assert len(program._scripts) == 3
    assert len(program._programs) == 5
    answer = await program.run("{ a0: must(id: 1) }", {}, None)
    assert not answer.errors


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("query A { must(id: 1) } query B { must(id: 1) }", "operation"),
        ("{ " + " ".join(f"a{n}: must(id: 1)" for n in range(5_001)) + " }", "too large"),
    ],
)
async def test_documents_that_are_not_compiled_are_answered_and_counted(
    document: str, reason: str
) -> None:
    program = compiled(SCHEMA)

    for _ in range(2):
        answer = await program.run(document, {}, None)
        assert told(answer) == told(await ReferenceProgram(SCHEMA).run(document, {}, None))

    assert program.fallbacks == {reason: 2}


async def test_a_document_too_deep_for_a_program_is_answered_by_graphql_core() -> None:
    schema = build_schema("type Query { q: Query n: Int }")
    root: dict[str, Any] = {"n": 1}
    root["q"] = root
    program = compiled(schema, root)

    for depth in (100, 101):
        document = "{ q " * depth + "{ n }" + " }" * depth
        answer = await program.run(document, {}, None)
        assert not answer.errors

    assert program.fallbacks == {"too deep": 1}


async def test_a_wrong_document_has_no_source_and_is_told_what_is_wrong() -> None:
    program = compiled(SCHEMA)

    assert len((await program.run("{ nothing }", {}, None)).errors or ()) == 1
    with pytest.raises(NotCompiled):
        await program.source("{ nothing }")


async def test_introspection_is_compiled_like_any_field() -> None:
    await same(SCHEMA, "{ __schema { types { name fields { name type { name } } } } }")
    await same(SCHEMA, '{ __type(name: "Track") { name } }')


def entity(kind: str, each: dict[str, Any]) -> Any:
    if "id" not in each:
        return KeyError("id")
    return None if each["id"] == "gone" else {"__typename": kind, "name": kind, **each}


def entities_schema(calls: list[Any]) -> GraphQLSchema:
    def resolve(_: Any, _info: Any, representations: Sequence[Any]) -> list[Any]:
        calls.append(("schema", [*representations]))
        return [
            entity(each["__typename"], each)
            if isinstance(each, dict) and each.get("__typename") in ("Track", "Artist")
            else TypeError("no entity")
            for each in representations
        ]

    return a_schema(SDL, {"Query._entities": resolve})


ENTITIES = """query($r: [_Any!]!) {
    _entities(representations: $r) { ... on Track { id title } ... on Artist { name } }
}"""
REFERENCES = [
    {"__typename": "Track", "id": "1"},
    {"__typename": "Artist", "id": "2"},
    {"__typename": "Nobody", "id": "3"},
    {"__typename": "Track"},
    {"id": "5"},
    "no reference",
    {"__typename": ["Track"]},
    {"__typename": "Track", "id": "gone"},
    {"__typename": "Track", "id": "6", "title": "t"},
]


@pytest.mark.parametrize("bound", [(), ("Track",), ("Artist", "Track")])
async def test_references_are_answered_type_by_type_and_fail_alone(bound: Sequence[str]) -> None:
    calls: list[Any] = []

    def resolve(kind: str, some: Sequence[Any]) -> list[Any]:
        calls.append((kind, [each.get("id") for each in some]))
        return [entity(kind, each) for each in some]

    bindings = Bindings(
        entities={kind: Entities(lambda some, _, k=kind: resolve(k, some)) for kind in bound}
    )
    await same(entities_schema([]), ENTITIES, variables={"r": REFERENCES}, bindings=bindings)

    track_calls = [ids for kind, ids in calls if kind == "Track"]
    assert track_calls == ([["1", None, "gone", "6"]] * 2 if bound else [])


async def test_a_type_whose_call_fails_leaves_the_other_types_alone() -> None:
    async def broken(_some: Any, _ctx: Any) -> Any:
        raise LookupError("the shelf is empty")

    bindings = Bindings(entities={"Track": Entities(broken)})
    program = compiled(entities_schema([]), bindings=bindings)

    answer = await program.run(ENTITIES, {"r": REFERENCES[:2]}, None)

    assert answer.data == {"_entities": [None, {"name": "Artist"}]}
    assert messages(answer) == ["the shelf is empty"]
    assert [each.path for each in answer.errors or ()] == [["_entities", 0]]


async def test_a_list_of_no_references_asks_the_schema_and_nobody_else() -> None:
    calls: list[Any] = []
    bindings = Bindings(entities={"Track": Entities(lambda *_: calls.append(1))})

    answer = await same(entities_schema(calls), ENTITIES, variables={"r": []}, bindings=bindings)

    assert answer.data == {"_entities": []}
    assert 1 not in calls


async def test_programs_are_remembered_by_what_they_weigh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_KEPT_FIELDS_MAX", 10)
    program = compiled(SCHEMA)

    for number in range(5):
        fields = " ".join(f"a{number}{each}: must(id: 1)" for each in range(4))
        await program.run(f"{{ {fields} }}", {}, None)

    assert len(program._programs) == 2
    assert program._kept_fields == 8
