"""Composition as a whole: six little subgraphs, and what Strawberry prints."""

from pathlib import Path

import strawberry
from strawberry.federation import Schema

from federation.compose.compose import SubgraphSource, compose
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.model import JoinField, JoinType
from federation.supergraph.reader import read_supergraph
from tests.unit.federation.compose.composing import block, compose_two

MUSIC = Path(__file__).parent / "music"
NAMES = ("media", "users", "social", "nft", "ai", "royalties")


def music() -> list[SubgraphSource]:
    return [
        SubgraphSource(
            name=name,
            url=f"https://{name}.example/graphql",
            sdl=(MUSIC / f"{name}.graphql").read_text(),
        )
        for name in NAMES
    ]


def test_six_subgraphs_compose_into_this_text():
    composed = compose(music())

    assert composed.sdl == (MUSIC / "supergraph.graphql").read_text()
    assert [str(hint) for hint in composed.hints] == [
        'OVERRIDE_MIGRATION_IN_PROGRESS: "Artist.followerCount" is overridden where'
        ' "percent(10)" is on'
    ]


def test_the_order_of_subgraphs_leaves_no_trace_in_the_text():
    forwards, backwards = music(), music()[::-1]

    assert compose(forwards).sdl == compose(backwards).sdl


def test_the_text_reads_back_as_the_same_supergraph():
    composed = compose(music())

    read = read_supergraph(composed.sdl)

    assert list(read.subgraphs.values()) == list(composed.supergraph.subgraphs.values())
    assert set(read.types) == set(composed.supergraph.types)
    for name, each in composed.supergraph.types.items():
        assert read.types[name].joins == each.joins
        assert {field: value.joins for field, value in read.types[name].fields.items()} == {
            field: value.joins for field, value in each.fields.items()
        }


def test_what_strawberry_prints_composes():
    @strawberry.federation.interface(keys=["id"])
    class Playable:
        id: strawberry.ID

    @strawberry.federation.type(keys=["id"])
    class Track(Playable):
        id: strawberry.ID
        duration_ms: int = strawberry.federation.field(shareable=True)

    @strawberry.type
    class Query:
        @strawberry.field
        def tracks(self, first: int = 10) -> list[Track] | None:
            return None

    @strawberry.federation.interface_object(keys=["id"], name="Playable")
    class LikedPlayable:
        id: strawberry.ID
        likes: int | None

    @strawberry.type(name="Query")
    class LikesQuery:
        @strawberry.field
        def top(self) -> LikedPlayable | None:
            return None

    media = Schema(query=Query, types=[Track], federation_version="2.11")
    likes = Schema(query=LikesQuery, federation_version="2.11")

    composed = compose(
        [
            SubgraphSource(name="media", sdl=media.as_str()),
            SubgraphSource(name="likes", sdl=likes.as_str()),
        ]
    )

    assert composed.supergraph.types["Playable"].joins == (
        JoinType(subgraph="likes", key="id", is_interface_object=True),
        JoinType(subgraph="media", key="id"),
    )
    assert composed.supergraph.types["Track"].fields["likes"].joins == (JoinField(),)
    assert "  tracks(first: Int! = 10): [Track!] @join__field(graph: MEDIA)" in (
        block(composed, "Query").split("\n")
    )


def test_a_hidden_mutation_type_leaves_no_mutations_to_clients():
    composed = compose_two(
        a="type Query { a: Int } type Mutation @inaccessible { b: Int }",
    )

    assert build_api_schema(composed.sdl).mutation_type is None
