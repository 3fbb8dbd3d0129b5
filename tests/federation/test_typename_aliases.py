"""A field may be called `__typename` by a client, wherever types are told apart."""

from typing import Any

from graphql import graphql

from federation.engine import GraphQLRequest
from tests.federation.federated import build_engine, monolith_of

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
