"""How long answers may be kept: the strictest of all that they show."""

import pytest
from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, parse

from federation.engine import Engine, GraphQLRequest
from federation.operation.cache_policy import CachePolicies, CachePolicy, strictest_policy
from federation.operation.freshness import NOT_KEPT, Freshness, Sharing, read_cache_control
from federation.supergraph.reader import read_supergraph
from tests.unit.federation.compose.composing import compose_two

HINT = """
extend schema @link(url: "https://tutti.example/caching/v1.0", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
  on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
"""
MEDIA = """
type Query {
  track: Track @cacheControl(maxAge: 100)
  hot: Track @cacheControl(maxAge: 100, scope: PUBLIC)
  typed: Track
  bare: Bare
  page: Page @cacheControl(maxAge: 90)
  myPage: Page
  hotPage: Page @cacheControl(maxAge: 90, scope: PUBLIC)
  playable: Playable @cacheControl(maxAge: 80)
  found: Found @cacheControl(maxAge: 70)
  version: String @cacheControl(maxAge: 1000)
  unsaid: String
  mine: Track @cacheControl(maxAge: 100, scope: PRIVATE)
  secret: Track @cacheControl(maxAge: 100) @authenticated
}
type Track implements Playable @key(fields: "id") @cacheControl(maxAge: 300) {
  id: ID!
  title: String
  secretive: Int @cacheControl(maxAge: 20, scope: PRIVATE)
  plays: Int @cacheControl(maxAge: 10)
  owner: Bare
  artist: Artist @cacheControl(inheritMaxAge: true)
  price: Int @cacheControl(maxAge: 60, scope: PUBLIC)
}
interface Playable { id: ID! title: String plays: Int }
type Artist @key(fields: "id") {
  id: ID!
  name: String
  following: Boolean @cacheControl(scope: PRIVATE)
}
type Bare { name: String }
type Page @cacheControl(inheritMaxAge: true) { tracks: [Track!]! }
union Found = Track | Artist
type Mutation { rename: Track @cacheControl(maxAge: 100) }
"""
SOCIAL = """
type Track @key(fields: "id") {
  id: ID!
  likes: Int @requires(fields: "secretive") @cacheControl(maxAge: 50)
  secretive: Int @external
}
"""


def make_supergraph() -> str:
    return compose_two(media=HINT + MEDIA, social=HINT + SOCIAL).sdl


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(make_supergraph(), {})


async def policy_of(engine: Engine, document: str) -> CachePolicy | None:
    return await engine.cache_policy(GraphQLRequest(document=document))


@pytest.mark.parametrize(
    ("document", "max_age", "sharing"),
    [
        ("{ track { title } }", 100, Sharing.STRANGERS),
        ("{ typed { title } }", 300, Sharing.STRANGERS),
        ("{ hot { title } }", 100, Sharing.EVERYONE),
        ("{ hot { title price } }", 60, Sharing.EVERYONE),
        ("{ hot { title } track { title } }", 100, Sharing.STRANGERS),
        ("{ track { plays } }", 10, Sharing.STRANGERS),
        ("{ track { artist { name } } }", 100, Sharing.STRANGERS),
        ("{ hot { artist { name } } }", 100, Sharing.EVERYONE),
        ("{ hot { artist { name following } } }", 100, Sharing.VIEWER),
        ("{ hot { likes } }", 20, Sharing.VIEWER),
        ("{ page { tracks { title } } }", 90, Sharing.STRANGERS),
        ("{ page { __typename } }", 90, Sharing.STRANGERS),
        ("{ hotPage { __typename } }", 90, Sharing.EVERYONE),
        ("{ hotPage { tracks { title } } }", 90, Sharing.STRANGERS),
        ("{ playable { plays } }", 10, Sharing.STRANGERS),
        ("{ found { ... on Track { title } ... on Artist { name } } }", 70, Sharing.STRANGERS),
        ("{ version }", 1000, Sharing.STRANGERS),
        ("{ mine { title } }", 100, Sharing.VIEWER),
        ("{ track { title } version @skip(if: true) }", 100, Sharing.STRANGERS),
        ("query ($a: Boolean = true) { hot { plays @skip(if: $a) } }", 10, Sharing.EVERYONE),
    ],
)
async def test_the_strictest_hint_wins(engine, document, max_age, sharing) -> None:
    policy = await policy_of(engine, document)

    assert policy is not None
    assert (policy.max_age, policy.sharing) == (max_age, sharing)


@pytest.mark.parametrize(
    "document",
    [
        "{ bare { name } }",
        "{ track { title owner { name } } }",
        "{ unsaid }",
        "{ myPage { tracks { title } } }",
        "{ page { tracks { title } } myPage { tracks { title } } }",
        "{ version unsaid }",
        "{ track { title } bare { name } }",
        "{ secret { title } }",
        "{ track { title } secret { id } }",
        "{ version __schema { queryType { name } } }",
        "{ __typename }",
        "mutation { rename { title } }",
        "{ track { wrong } }",
        "{",
    ],
)
async def test_what_says_nothing_of_itself_is_not_kept(engine, document) -> None:
    assert await policy_of(engine, document) is None


async def test_tags_name_what_a_change_of_which_makes_an_answer_old(engine) -> None:
    policy = await policy_of(engine, "{ playable { id plays } track { artist { name } } }")

    assert policy is not None
    assert set(policy.tags) == {
        "Query.playable",
        "Query.track",
        "Track",
        "Track.plays",
        "Artist",
    }


async def test_without_hints_nothing_is_kept_or_even_looked_at() -> None:
    engine = Engine(compose_two(media="type Query { track: String }").sdl, {})

    assert await policy_of(engine, "{ track }") is None
    assert engine.plan_cache.misses == 0


def entity_policy(document: str) -> CachePolicy | None:
    policies = CachePolicies(read_supergraph(make_supergraph()))
    operation = parse(document).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    entities = operation.selection_set.selections[0]
    assert isinstance(entities, FieldNode)
    assert entities.selection_set is not None
    fragment = entities.selection_set.selections[0]
    assert isinstance(fragment, InlineFragmentNode)
    assert fragment.type_condition is not None
    return policies.of_entity(fragment.type_condition.name.value, fragment.selection_set)


@pytest.mark.parametrize(
    ("selection", "max_age", "sharing", "tags"),
    [
        ("title", 300, Sharing.STRANGERS, ()),
        ("__typename price", 60, Sharing.EVERYONE, ()),
        ("price title", 60, Sharing.STRANGERS, ()),
        ("artist { name }", 300, Sharing.STRANGERS, ("Artist",)),
        ("artist { following }", 300, Sharing.VIEWER, ("Artist",)),
        ("secretive", 20, Sharing.VIEWER, ()),
    ],
)
def test_an_entity_is_as_good_as_its_fields(selection, max_age, sharing, tags) -> None:
    policy = entity_policy(f"{{ _entities {{ ... on Track {{ {selection} }} }} }}")

    assert policy == CachePolicy(max_age=max_age, sharing=sharing, tags=tags)


@pytest.mark.parametrize("selection", ["owner { name }", "title owner { name }", "unknown"])
def test_an_entity_with_a_field_that_says_nothing_is_not_kept(selection) -> None:
    assert entity_policy(f"{{ _entities {{ ... on Track {{ {selection} }} }} }}") is None


def test_several_answers_are_as_good_as_the_worst_of_them() -> None:
    one = CachePolicy(max_age=60, sharing=Sharing.EVERYONE, tags=("A",))
    other = CachePolicy(max_age=90, sharing=Sharing.STRANGERS, tags=("B",))

    both = CachePolicy(max_age=60, sharing=Sharing.STRANGERS, tags=("A", "B"))
    assert strictest_policy([one, other]) == both
    assert strictest_policy([one, None, other]) is None
    assert strictest_policy([]) is None
    assert one.restricted(Freshness(5, Sharing.VIEWER)) == CachePolicy(
        max_age=5, sharing=Sharing.VIEWER, tags=("A",)
    )
    assert one.restricted(NOT_KEPT) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("public, max-age=60", Freshness(60, Sharing.EVERYONE)),
        ("max-age=60", Freshness(60, Sharing.STRANGERS)),
        ("max-age=60, s-maxage=30", Freshness(30, Sharing.EVERYONE)),
        ('Public, Max-Age="5"', Freshness(5, Sharing.EVERYONE)),
        ("private, max-age=60", NOT_KEPT),
        ("public, max-age=60, no-store", NOT_KEPT),
        ("no-cache", NOT_KEPT),
        ('no-cache="set-cookie", max-age=60', NOT_KEPT),
        ("public", NOT_KEPT),
        ("public, max-age=-1", NOT_KEPT),
        ("public, max-age=1e9", NOT_KEPT),
        ("max-age=10, max-age=99", Freshness(10, Sharing.STRANGERS)),
        ("", NOT_KEPT),
        ("," * 100_000, NOT_KEPT),
    ],
)
def test_a_header_of_a_subgraph_is_read_strictly(header, expected) -> None:
    assert read_cache_control(header) == expected
