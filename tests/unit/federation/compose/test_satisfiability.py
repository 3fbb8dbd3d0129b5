"""Satisfiability: what composes can be planned, and what cannot be planned does not compose."""

from random import Random

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from federation.compose import compose as composition
from federation.compose.compose import SubgraphSource, compose
from federation.errors import CompositionErrors, PlanningError
from federation.limits import EngineLimits
from federation.operation.document import parse_document
from federation.operation.interface_fields import InterfaceFields
from federation.operation.normalize import normalize
from federation.plan.planner import Planner
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.model import Supergraph
from tests.unit.federation.compose.composing import compose_two, refusals
from tests.unit.federation.compose.random_subgraphs import random_subgraphs

USERS = 'type Query { me: User } type User @key(fields: "id") { id: ID! }'
SAMPLES = 60
DEPTH = 2
"""How deep field paths of random samples go."""
PATHS_MAX = 60
"""How many of them are planned for each sample."""

CASES = [
    ("no key in the subgraph with the field",
     USERS, "type User { id: ID! @shareable name: String }",
     "User.name", "query { me { name } }", '"User" has no key in "b"'),
    ("a key that may not be used from outside",
     USERS, 'type User @key(fields: "id", resolvable: false) { id: ID! name: String }',
     "User.name", "query { me { name } }",
     'the key "id" of "User" is resolvable: false in "b"'),
    ("a key whose fields are not there",
     USERS, 'type User @key(fields: "email") { email: ID! name: String }',
     "User.email", "query { me { email } }",
     'key "email" of "User" in "b" needs "email", which cannot be fetched from "a"'),
    ("a key whose fields are further down and not there",
     "type Query { me: User } type User { home: Home @shareable } type Home { x: Int @shareable }",
     'type User @key(fields: "home { zip }") { home: Home @shareable name: String }'
     " type Home @shareable { x: Int zip: Int }",
     "User.name", "query { me { name } }",
     'key "home { zip }" of "User" in "b" needs "home.zip", which cannot be fetched from "a"'),
    ("a requirement that is out of reach",
     'type Query { me: User } type User @key(fields: "id", resolvable: false)'
     " { id: ID! size: Int }",
     'type Query { you: User } type User @key(fields: "id")'
     ' { id: ID! size: Int @external tax: Int @requires(fields: "size") }',
     "User.tax", "query { you { tax } }",
     '@requires "size" of "User.tax" in "b" needs "size", which cannot be fetched from "b"'),
    ("a value type that only one knows whole",
     "type Query { home: Home @shareable } type Home @shareable { x: Int }",
     "type Query { other: Home } type Home @shareable { x: Int y: Int }",
     "Home.y", "query { home { y } }", '"Home" has no key in "b"'),
    ("an interface object that cannot tell the type",
     'type Query { any: [I] } interface I @key(fields: "id", resolvable: false) { id: ID! }'
     ' type T implements I @key(fields: "id") { id: ID! }',
     'type Query { one: I } type I @interfaceObject @key(fields: "id") { id: ID! n: Int }',
     "I.__typename", "query { one { __typename } }",
     'the key "id" of "I" is resolvable: false in "a"'),
    ("behind a mutation and with arguments",
     "type Query { ping: Int } type Mutation { add(to: ID!, n: Int = 1): User }"
     ' type User @key(fields: "id") { id: ID! }',
     "type User { id: ID! @shareable name: String }",
     "User.name", "mutation { add(to: <ID!>) { name } }", '"User" has no key in "b"'),
    ("behind a type condition",
     "type Query { any: Any } union Any = User | Group type Group { x: Int }"
     ' type User @key(fields: "id") { id: ID! }',
     'type User { id: ID! @shareable home: Home } type Home { x: Int }',
     "User.home", "query { any { ... on User { home { … } } } }", '"User" has no key in "b"'),
    ("a context that is not set on this way",
     'type Query { u: U t: T } type T @key(fields: "id") @context(name: "c")'
     ' { id: ID! u: U p: String }'
     ' type U @key(fields: "id") { id: ID! f(a: String @fromContext(field: "$c { p }")): Int }',
     "type Query { ping: Int }",
     "U.f", "query { u { f } }", 'nothing on the way sets the context "a__c"'),
    ("only while a label is on",
     'type Query { me: User } type User @key(fields: "id") { id: ID! name: String }',
     'type User @key(fields: "id", resolvable: false)'
     ' { id: ID! name: String @override(from: "a", label: "percent(5)") }',
     "User.name", "query { me { name } } cannot be answered while percent(5) is on",
     'the key "id" of "User" is resolvable: false in "b"'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "a", "b", "at", "operation", "reason"),
    CASES,
    ids=[case[0].replace(" ", "-") for case in CASES],
)
def test_the_shortest_operation_and_the_reason_are_told(
    _case: str, a: str, b: str, at: str, operation: str, reason: str
) -> None:
    errors = {each.coordinate: each for each in refusals(a=a, b=b)}

    assert {each.code for each in errors.values()} == {"SATISFIABILITY_ERROR"}
    assert errors[at].message.startswith(operation)
    assert reason in errors[at].message
    assert "\n" not in str(errors[at])


def test_each_field_is_reported_once_however_many_ways_lead_to_it() -> None:
    errors = refusals(
        a=USERS.replace("me: User", "me: User you: User all: [User]"),
        b="type User { id: ID! @shareable name: String age: Int }",
    )

    assert [each.coordinate for each in errors] == ["User.name", "User.age"]


FINE = [
    ("a key found on the way", USERS + ' type X { a: Int }',
     'type User @key(fields: "id") @key(fields: "email") { id: ID! email: ID! }',
     'type User @key(fields: "email") { email: ID! name: String }'),
    ("a requirement from a third subgraph", USERS,
     'type User @key(fields: "id") { id: ID! size: Int @external tax: Int'
     ' @requires(fields: "size") }',
     'type User @key(fields: "id") { id: ID! size: Int }'),
    ("requirements of requirements", USERS.replace("id: ID! }", "id: ID! a: Int }"),
     'type User @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }',
     'type User @key(fields: "id") { id: ID! b: Int @external c: Int @requires(fields: "b") }'),
    ("a key through another entity",
     "type Query { me: User } type User { home: Home @shareable }"
     ' type Home @key(fields: "id") { id: ID! }',
     'type Home @key(fields: "id") { id: ID! zip: Int @shareable }',
     'type User @key(fields: "home { zip }") { home: Home @shareable name: String }'
     ' type Home @key(fields: "id") { id: ID! zip: Int @shareable }'),
    ("a field that is provided on the only way",
     'type Query { me: User @provides(fields: "name") }'
     ' type User @key(fields: "id") { id: ID! name: String @external }',
     "type Query { you: User } type User { id: ID! @shareable name: String @shareable }",
     "type Query { ping: Int }"),
    ("an interface nobody implements in the subgraph that gives it",
     "type Query { it: I } interface I { id: ID! }",
     "type Query { that: T } interface I { id: ID! x: Int } type T implements I"
     " { id: ID! x: Int }", "type Query { ping: Int }"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "a", "b", "c"), FINE, ids=[case[0].replace(" ", "-") for case in FINE]
)
def test_what_takes_a_detour_composes(_case: str, a: str, b: str, c: str) -> None:
    composed = compose_two(a=a, b=b, c=c)

    assert composed.sdl


def test_circles_of_requirements_end() -> None:
    errors = refusals(
        a='type Query { t: T } type T @key(fields: "id")'
        ' { id: ID! y: Int @external x: Int @requires(fields: "y") }',
        b='type T @key(fields: "id") { id: ID! x: Int @external y: Int @requires(fields: "x") }',
    )

    assert {each.coordinate for each in errors} == {"T.x", "T.y"}


def test_many_subgraphs_with_many_keys_are_checked_in_time() -> None:
    wide = {
        f"s{number}": f'type Query {{ q{number}: T }} type T @key(fields: "id")'
        f' @key(fields: "k{number}") {{ id: ID! k{number}: ID! next{number}: T f{number}: Int }}'
        for number in range(40)
    }

    composed = compose_two(**wide)

    assert len(composed.supergraph.types["T"].fields) == 1 + 3 * 40


def test_more_places_than_the_bound_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.compose.satisfiability.SATISFIABILITY_PLACES_MAX", 1)

    errors = refusals(a=USERS)

    assert [each.code for each in errors] == ["MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"]


class _Plans:
    """Plans operations on a supergraph, and says whether that worked."""

    def __init__(self, supergraph: Supergraph, sdl: str) -> None:
        self.schema = build_api_schema(sdl)
        self._limits = EngineLimits(planning_seconds_max=20)
        self._interface_fields = InterfaceFields(supergraph)
        self._planner = Planner(supergraph, self.schema, self._limits)

    def can_plan(self, text: str) -> bool:
        document = parse_document(text, self._limits)
        node = document.definitions[0]
        assert isinstance(node, OperationDefinitionNode)
        operation = normalize(self.schema, self._interface_fields, document, node, self._limits)
        try:
            self._planner.plan(operation)
        except PlanningError as fault:
            return fault.code != "FIELD_UNREACHABLE"
        return True


def _field_paths(schema: GraphQLSchema, type_name: str, depth: int) -> list[str]:
    """Every chain of fields down to a leaf, as text that stands in braces."""
    type_ = schema.type_map[type_name]
    if is_abstract_type(type_):
        return ["__typename"] + [
            f"... on {each.name} {{ {path} }}"
            for each in schema.get_possible_types(type_)
            for path in _field_paths(schema, each.name, depth)
        ]
    assert isinstance(type_, GraphQLObjectType)
    paths = []
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if not is_composite_type(inner):
            paths.append(name)
        elif depth:
            below = _field_paths(schema, inner.name, depth - 1)
            paths += [f"{name} {{ {path} }}" for path in below]
    return paths


def _sources(seed: int) -> list[SubgraphSource]:
    subgraphs = random_subgraphs(Random(seed))
    return [SubgraphSource(name=name, sdl=sdl) for name, sdl in subgraphs.items()]


def test_what_composes_can_be_planned_and_what_is_refused_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    composed_samples = refused_samples = 0
    for seed in range(SAMPLES):
        try:
            composed = compose(_sources(seed))
        except CompositionErrors as failure:
            with monkeypatch.context() as without:
                without.setattr(composition, "check_satisfiability", lambda *_: None)
                composed = compose(_sources(seed))
            plans = _Plans(composed.supergraph, composed.sdl)
            for error in failure.errors:
                operation = error.message.split(" cannot be answered")[0]
                assert not plans.can_plan(operation.replace("…", "__typename")), (seed, operation)
            refused_samples += 1
        else:
            plans = _Plans(composed.supergraph, composed.sdl)
            paths = _field_paths(plans.schema, "Query", DEPTH)
            for path in Random(seed).sample(paths, min(len(paths), PATHS_MAX)):
                assert plans.can_plan(f"{{ {path} }}"), (seed, path)
            composed_samples += 1

    assert min(composed_samples, refused_samples) >= 5
