"""What is said of a schema's fields, and that saying it changes no answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
from graphql import is_object_type
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.federation import Schema
from strawberry.permission import BasePermission

from federation.fetch.fetch import FetchRequest
from federation.program.bindings import Attribute, Batch, Resolver
from federation.transport.local import LocalTransport
from schema.batched import batched, references
from schema.definition import SubgraphDefinition
from subgraphs.registry import SUBGRAPHS
from web.engines.strawberry_bindings import strawberry_bindings

GUARDED: list[str] = []


class Never(BasePermission):
    message = "no"

    def has_permission(self, *_given: Any, **_named: Any) -> bool:
        return False


class Louder(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        return f"{next_(source, info, **given)}!"


@strawberry.input
class Cut:
    first_letters: int


@dataclass(frozen=True)
class Song:
    id: str
    title: str


@strawberry.federation.type(keys=["id"])
class Track:
    id: strawberry.ID
    title: str
    guarded: str | None = strawberry.field(permission_classes=[Never], default=None)

    @strawberry.field(graphql_type=str)
    @batched
    def cut_title(parents: Sequence[Song], _ctx: Any, how: Cut) -> list[str]:
        assert isinstance(how, Cut)
        return [song.title[: how.first_letters] for song in parents]

    @strawberry.field
    @staticmethod
    def said(
        parent: strawberry.Parent[Song], info: strawberry.Info[Any, Any], this_often: int = 2
    ) -> str:
        return info.context["mark"].join([parent.title] * this_often)

    @strawberry.field(extensions=[Louder()])
    @staticmethod
    def loud(parent: strawberry.Parent[Song]) -> str:
        return parent.title

    @references(str)
    async def resolve_references(keys: Sequence[str], _ctx: Any) -> list[Song | None]:
        return [None if key == "none" else Song(key, f"Song {key}") for key in keys]


@strawberry.type
class Query:
    @strawberry.field(graphql_type=list[Track])
    @staticmethod
    async def tracks(titles: list[str]) -> list[Song]:
        return [Song(title.lower(), title) for title in titles]


def a_definition(**options: Any) -> SubgraphDefinition:
    schema = Schema(Query, types=[Track], federation_version="2.9", **options)
    return SubgraphDefinition(name="media", schema=schema, records={Song: "Track"})


async def answers(document: str, **variables: Any) -> list[Any]:
    """What the compiled executor says with the bindings, and graphql-core without."""
    definition = a_definition()
    bindings = strawberry_bindings(definition)
    request = FetchRequest(subgraph="media", document=document, variables=variables)
    context = {"mark": "-"}
    found = []
    for is_compiled in (True, False):
        transport = LocalTransport(
            definition.executable, bindings=bindings, is_compiled=is_compiled
        )
        for _ in range(3):
            result = await transport.fetch(request, context)
            found.append((result.data, sorted(map(str, result.errors))))
    return found


def test_a_field_is_said_to_be_what_it_is() -> None:
    fields = strawberry_bindings(a_definition()).fields

    assert fields["Track", "title"] == Attribute("title")
    assert isinstance(fields["Track", "cutTitle"], Batch)
    assert isinstance(fields["Track", "said"], Resolver)
    assert isinstance(fields["Query", "tracks"], Resolver)


def test_nothing_is_said_of_a_field_with_something_around_it() -> None:
    fields = strawberry_bindings(a_definition()).fields

    assert {name for type_, name in fields if type_ == "Track"} == {
        "id",
        "title",
        "cutTitle",
        "said",
    }
    assert ("Query", "_entities") not in fields


class Hook(SchemaExtension):
    def resolve(self, next_: Any, root: Any, info: Any, *given: Any, **named: Any) -> Any:
        return next_(root, info, *given, **named)


def test_nothing_is_said_of_fields_where_the_schema_has_a_word_in_each() -> None:
    bindings = strawberry_bindings(a_definition(extensions=[Hook]))

    assert bindings.fields == {}
    assert set(bindings.entities) == {"Track"}


DOCUMENTS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "fields of every kind": (
        """query ($titles: [String!]!, $n: Int!) { tracks(titles: $titles) {
            id title said twice: said(thisOften: $n) cutTitle(how: {firstLetters: $n}) loud } }""",
        {"titles": ["One", "Two"], "n": 2},
    ),
    "a guarded field": ('{ tracks(titles: ["One"]) { guarded } }', {}),
    "references, one of them to nothing": (
        """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Track { title } } }""",
        {"r": [{"__typename": "Track", "id": key} for key in ("a", "none", "b")]},
    ),
    "a reference to a type that is not there": (
        """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Track { title } } }""",
        {"r": [{"__typename": "Track", "id": "a"}, {"__typename": "Nothing", "id": "b"}]},
    ),
}


@pytest.mark.parametrize("_case", DOCUMENTS)
async def test_bound_fields_answer_as_graphql_core_does(_case: str) -> None:
    document, variables = DOCUMENTS[_case]

    first, *others = await answers(document, **variables)

    assert others == [first] * 5


@pytest.mark.parametrize("definition", SUBGRAPHS, ids=lambda each: each.name)
def test_the_fields_of_our_objects_are_answered_for_whole_levels(
    definition: SubgraphDefinition,
) -> None:
    fields = strawberry_bindings(definition).fields
    roots = {"Query", "Mutation", "Subscription", "_Service"}

    one_by_one = {
        f"{type_.name}.{name}"
        for type_ in definition.executable.type_map.values()
        if is_object_type(type_) and type_.name not in roots and not type_.name.startswith("__")
        for name in type_.fields
        if not isinstance(fields.get((type_.name, name)), Attribute | Batch)
    }

    assert one_by_one <= {"Statement.plays"}  # a viewer has one statement on a page
