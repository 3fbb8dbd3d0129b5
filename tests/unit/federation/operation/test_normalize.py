"""Normal form: fragments opened, fields merged, conditions kept, the client's order known."""

import pytest
from graphql import build_schema, parse

from federation.errors import RequestError
from federation.limits import EngineLimits
from federation.operation.document import select_operation
from federation.operation.interface_fields import InterfaceFields
from federation.operation.model import Operation
from federation.operation.normalize import impure_keys, normalize
from federation.plan.explain import print_operation
from federation.supergraph.model import (
    JoinField,
    JoinType,
    Subgraph,
    Supergraph,
    SupergraphField,
    SupergraphType,
    TypeKind,
)

SCHEMA = build_schema(
    """
    type Query { track: Track items: [Item] hits: [Hit] item: Item }
    interface Node { id: ID! }
    interface Item implements Node { id: ID! title: String owner: Owner rating: Int }
    type Track implements Node & Item {
      id: ID! title: String owner: Owner rating: Int next: Track length: Int
    }
    type Episode implements Node & Item {
      id: ID! title: String owner: Owner rating: Int show: String
    }
    type Owner implements Node { id: ID! name: String }
    union Hit = Track | Owner
    """
)


def a_supergraph() -> Supergraph:
    """Two subgraphs know Item; only one of them knows its rating."""
    joins = (JoinType(subgraph="a"), JoinType(subgraph="b"))
    uniform = {name: SupergraphField(name=name, type="X") for name in ("id", "title", "owner")}
    rating = SupergraphField(name="rating", type="Int", joins=(JoinField(subgraph="a"),))
    fields = {**uniform, "rating": rating}
    item = SupergraphType(name="Item", kind=TypeKind.INTERFACE, joins=joins, fields=fields)
    objects = [
        SupergraphType(
            name=name,
            kind=TypeKind.OBJECT,
            joins=joins,
            fields=fields,
            implements=(("a", "Item"), ("b", "Item")),
        )
        for name in ("Track", "Episode")
    ]
    return Supergraph(
        subgraphs={name: Subgraph(name=name) for name in ("a", "b")},
        types={each.name: each for each in [item, *objects]},
    )


def normal(text: str, **limits: int) -> Operation:
    document = parse(text)
    node = select_operation(document, None)
    fields = InterfaceFields(a_supergraph())
    return normalize(SCHEMA, fields, document, node, EngineLimits(**limits))


def printed(text: str) -> str:
    lines = print_operation(normal(text)).split("\n")
    return " ".join(line.strip() for line in lines)


@pytest.mark.parametrize(
    ("_case", "text", "expected"),
    [
        (
            "fragments are opened and fields merged by response key",
            "{ track { ...F next { id } } } fragment F on Track { id next { title } }",
            "query { track { id next { title id } } }",
        ),
        (
            "a fragment on an interface means its object type",
            "{ track { ... on Node { id } ... on Item { title } } }",
            "query { track { id title } }",
        ),
        (
            "a fragment that cannot match is dropped",
            "{ hits { ... on Owner { ... on Item { id } name } } }",
            "query { hits { ... on Owner { name } } }",
        ),
        (
            "a fragment on an interface is spread over a union's object types",
            "{ hits { ... on Node { id } } }",
            "query { hits { ... on Owner { id } ... on Track { id } } }",
        ),
        (
            "a field that subgraphs agree on stays on the interface",
            "{ items { id title } }",
            "query { items { id title } }",
        ),
        (
            "a field that they differ on is spread",
            "{ items { rating } }",
            "query { items { ... on Episode { rating } ... on Track { rating } } }",
        ),
        (
            "a leaf that the interface selects anyway is not selected again",
            "{ items { id ... on Track { id length } } }",
            "query { items { id ... on Track { length } } }",
        ),
        (
            "a field that an object type refines is spread",
            "{ items { owner { id } ... on Track { owner { name } } } }",
            "query { items { ... on Episode { owner { id } }"
            " ... on Track { owner { id name } } } }",
        ),
        (
            "literal conditions are folded",
            "{ track { id @skip(if: true) title @include(if: true) } }",
            "query { track { title } }",
        ),
        (
            "variable conditions of one response key are alternatives",
            "query($a: Boolean!) { track { id @skip(if: $a) ... @include(if: $a) { id title } } }",
            "query { track { id if $a or not $a title if $a } }",
        ),
        (
            "a condition around one of two occurrences stays with its own fields",
            "query($a: Boolean!) { track @include(if: $a) { id } track { title } }",
            "query { track { id if $a title } }",
        ),
        (
            "arguments and aliases are kept",
            "{ mine: track { kind: __typename } }",
            "query { mine: track { kind: __typename } }",
        ),
    ],
)
def test_normal_form(_case: str, text: str, expected: str) -> None:
    assert printed(text) == expected


def test_the_clients_order_is_kept_for_each_object_type() -> None:
    operation = normal("{ items { ... on Track { length } id ... on Episode { show } title } }")
    items = operation.root.fields[0].selections

    assert items is not None
    assert [field.key for _, field in items.fields_of("Track")] == ["length", "id", "title"]
    assert [field.key for _, field in items.fields_of("Episode")] == ["id", "show", "title"]


def test_an_expanded_operation_is_counted_without_being_written_out() -> None:
    doubling = "".join(
        f" fragment F{i} on Track {{ a: next {{ ...F{i + 1} }} b: next {{ ...F{i + 1} }} }}"
        for i in range(30)
    )

    with pytest.raises(RequestError) as refusal:
        normal("{ track { ...F0 } }" + doubling + " fragment F30 on Track { id }")

    assert refusal.value.code == "OPERATION_TOO_COMPLEX"


@pytest.mark.parametrize(("levels", "is_fine"), [(5, True), (6, False)])
def test_depth_is_bounded_exactly(levels: int, is_fine: bool) -> None:
    text = "{ track { " + "next { " * (levels - 2) + "id" + " }" * levels

    if is_fine:
        assert normal(text, operation_depth_max=5).root.depth == 5
    else:
        with pytest.raises(RequestError) as refusal:
            normal(text, operation_depth_max=5)
        assert refusal.value.code == "OPERATION_TOO_DEEP"


def test_keys_under_which_clients_put_something_else_are_known() -> None:
    operation = normal("{ track { id: title title } }")

    assert impure_keys(operation.root) == {"id": {"title"}}
