"""A supergraph whose fields ask something of callers, and an engine that is watched."""

from collections.abc import Callable, Mapping
from typing import Any

from federation.engine import Authorization, Caller, Engine, GraphQLRequest
from federation.fetch.fetch import FetchRequest
from federation.supergraph.api_schema import build_api_schema
from federation.transport.local import LocalTransport
from tests.federation.federated import compose_sources
from tests.federation.records import Data, build_subgraph
from tests.patience import PATIENT

CODE = "UNAUTHORIZED_FIELD_OR_TYPE"
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",'
    ' "@requires", "@external", "@shareable", "@authenticated", "@requiresScopes", "@policy"])\n'
)
SOURCES = {
    "users": LINK
    + """
    type Query {
      me: User @authenticated
      user: User!
      users: [User!]
      node: Node
      nodes: [Node!]
      anything: [Anything]
    }
    type Mutation { rename: User ping: Int @authenticated }
    type Subscription { told: Message secretlyTold: Message @authenticated }
    type Message { text: String sender: String @authenticated }
    interface Node { id: ID! label: String }
    union Anything = User | Vault
    type User implements Node @key(fields: "id") {
      id: ID!
      label: String
      name: String
      email: String @requiresScopes(scopes: [["read:email"], ["admin", "read:all"]])
      phone: String! @authenticated
      birth: Date
      rank: Rank
      salary: Int @policy(policies: [["payroll"]])
    }
    type Vault implements Node @authenticated { id: ID! label: String gold: Int }
    scalar Date @authenticated
    enum Rank @requiresScopes(scopes: [["read:rank"]]) { LOW HIGH }
    """,
    "posts": LINK
    + """
    type User @key(fields: "id") {
      id: ID!
      phone: String! @external
      posts: [Post!]
      card: String @requires(fields: "phone") @authenticated
    }
    type Post @key(fields: "id") { id: ID! title: String! @authenticated body: String }
    """,
}
USER = {
    "id": "1",
    "label": "L",
    "name": "Ann",
    "email": "a@x",
    "phone": "123",
    "birth": "2000",
    "rank": "LOW",
    "salary": 9,
    "posts": [{"$ref": "Post/1"}, {"$ref": "Post/2"}],
    "card": "card",
}
TABLES = {
    "Query": {
        "me": {"$ref": "User/1"},
        "user": {"$ref": "User/1"},
        "users": [{"$ref": "User/1"}, {"$ref": "User/2"}],
        "node": {"$ref": "User/1"},
        "nodes": [{"$ref": "User/1"}, {"$ref": "Vault/9"}],
        "anything": [{"$ref": "User/1"}, {"$ref": "Vault/9"}],
    },
    "Mutation": {"rename": {"$ref": "User/1"}, "ping": 1},
    "Subscription": {
        "told": [{"$ref": "Message/1"}],
        "secretlyTold": [{"$ref": "Message/1"}],
    },
    "Message": {"1": {"text": "hi", "sender": "Ben"}},
    "User": {"1": USER, "2": {**USER, "id": "2"}},
    "Vault": {"9": {"id": "9", "label": "V", "gold": 1}},
    "Post": {"1": {"id": "1", "title": "T", "body": "B"}, "2": {"id": "2", "title": "U"}},
}


NOBODY = Caller()


class Watched:
    """A transport that keeps what it was asked."""

    def __init__(self, inner: LocalTransport) -> None:
        self._inner = inner
        self.documents: list[str] = []

    def begin(self, request: FetchRequest, context: Any) -> Any:
        self.documents.append(request.document)
        return self._inner.begin(request, context)

    def subscribe(self, request: FetchRequest, context: Any) -> Any:
        self.documents.append(request.document)
        return self._inner.subscribe(request, context)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class House:
    """An engine whose contexts are the callers themselves.

    `change` rewrites the supergraph, as a composer might have written it that knew less.
    """

    def __init__(
        self,
        sources: Mapping[str, str] = SOURCES,
        tables: Mapping[str, Any] | None = None,
        *,
        change: Callable[[str], str] = str,
        **how: Any,
    ) -> None:
        sdl = change(compose_sources(sources))
        data = Data(tables or TABLES, build_api_schema(sdl))
        self.transports = {
            name: Watched(LocalTransport(build_subgraph(each, data)))
            for name, each in sources.items()
        }
        authorization = Authorization(caller=lambda caller: caller, **how)
        self.engine = Engine(sdl, self.transports, PATIENT, authorization=authorization)

    async def ask(self, document: str, caller: Caller = NOBODY, **more: Any) -> Any:
        return await self.engine.execute(GraphQLRequest(document=document, **more), caller)

    @property
    def fetched(self) -> str:
        return " ".join(" ".join(each.documents) for each in self.transports.values())


def refused_at(response: Any) -> list[str]:
    """Where fields were refused, as dotted paths; all other errors fail the test."""
    assert {each["extensions"]["code"] for each in response.errors} <= {CODE}
    return [".".join(map(str, each["path"])) for each in response.errors]
