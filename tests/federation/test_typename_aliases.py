"""A field may be called `__typename` by a client, wherever types are told apart."""

from typing import Any

from graphql import graphql

from federation.engine import GraphQLRequest
from federation.execute.payloads import DeferredItem
from tests.federation.federated import build_engine, monolith_of
from tests.federation.payloads import merge_payloads

SOURCES = {
    "media": """
        type Query { playable: Playable track: Track }
        interface Playable { id: ID! length: Int }
        type Track implements Playable @key(fields: "id") { id: ID! length: Int }
    """,
    "social": 'type Track @key(fields: "id") { id: ID! likes: Int }',
}
TABLES: dict[str, Any] = {
    "Query": {"playable": {"$ref": "Track/1"}, "track": {"$ref": "Track/1"}},
    "Track": {"1": {"id": "1", "length": 3, "likes": {"$error": "no likes"}}},
}
DOCUMENT = """{
  playable { kind: __typename __typename: length ... on Track { likes } }
  track { ...Called id }
}
fragment Called on Track { __typename: likes }
"""


async def test_what_a_client_calls_typename_is_no_type() -> None:
    engine = build_engine(SOURCES, TABLES)
    whole = await graphql(monolith_of(SOURCES, TABLES), DOCUMENT)

    for _ in range(3):
        answer = await engine.execute(GraphQLRequest(document=DOCUMENT), None)

        assert repr(answer.data) == repr(whole.data)
        assert sorted(error["path"] for error in answer.errors) == [
            ["playable", "likes"],
            ["track", "__typename"],
        ]
    assert whole.data == {
        "playable": {"kind": "Track", "__typename": 3, "likes": None},
        "track": {"__typename": None, "id": "1"},
    }


async def test_what_comes_later_is_called_as_the_client_calls_it() -> None:
    engine = build_engine(SOURCES, TABLES)
    document = """{
      playable { kind: __typename __typename: length ... on Track @defer { likes } }
      track { id ... @defer { __typename: likes more: length } }
    }"""

    payloads = [
        each async for each in engine.execute_incrementally(GraphQLRequest(document=document), None)
    ]

    items = sorted((item for each in payloads for item in each.incremental), key=_path_of)
    assert payloads[0].data == {
        "playable": {"kind": "Track", "__typename": 3},
        "track": {"id": "1"},
    }
    assert sorted(each.path for each in payloads[0].pending) == [("playable",), ("track",)]
    assert [
        error["path"] for item in items for error in item.errors if item.path == ("track",)
    ] == [["track", "__typename"]]
    assert merge_payloads(payloads) == {
        "playable": {"kind": "Track", "__typename": 3, "likes": None},
        "track": {"id": "1", "__typename": None, "more": 3},
    }


def _path_of(item: DeferredItem) -> tuple[str | int, ...]:
    return item.path
