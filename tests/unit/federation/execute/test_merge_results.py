"""Merging: answers of several subgraphs become one tree."""

from typing import Any

import pytest

from federation.execute.merge_results import merge_entity, merge_object, undo_aliases
from federation.execute.tree import objects_at, places_at
from federation.plan.nodes import LIST, OnlyTypes, Rename, print_path


@pytest.mark.parametrize(
    ("_case", "target", "source", "merged"),
    [
        ("fields join", {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ("a null never overwrites", {"a": 1}, {"a": None}, {"a": 1}),
        ("a value replaces a null", {"a": None}, {"a": 1}, {"a": 1}),
        ("objects merge deeply", {"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}),
        (
            "lists merge item by item",
            {"a": [{"x": 1}, None, [{"z": 1}]]},
            {"a": [{"y": 2}, {"y": 3}, [{"w": 2}]]},
            {"a": [{"x": 1, "y": 2}, {"y": 3}, [{"z": 1, "w": 2}]]},
        ),
        ("lists of unequal length keep the first", {"a": [1]}, {"a": [1, 2]}, {"a": [1]}),
        ("the first of two leaves stays", {"a": 1}, {"a": 2}, {"a": 1}),
        ("an object does not merge into a leaf", {"a": 1}, {"a": {"x": 1}}, {"a": 1}),
    ],
)
def test_merging(_case: str, target: Any, source: Any, merged: Any) -> None:
    merge_object(target, source)

    assert target == merged


def test_owners_of_one_entity_share_nothing() -> None:
    owners: list[dict[str, Any]] = [{"id": 1}, {"id": 1}]

    merge_entity(owners, {"tags": [{"x": 1}], "owner": {"name": "a"}})
    owners[0]["owner"]["name"] = "b"
    owners[0]["tags"][0]["x"] = 2

    assert owners[1] == {"id": 1, "tags": [{"x": 1}], "owner": {"name": "a"}}


def test_aliases_are_undone_where_they_stand() -> None:
    data = {"hits": [{"__typename": "A", "_alias_1_x": 1}, {"__typename": "B", "x": 2}]}
    path = ("hits", LIST, OnlyTypes(names=frozenset({"A"})))

    undo_aliases(data, (Rename(path=path, alias="_alias_1_x", key="x"),))

    assert data == {"hits": [{"__typename": "A", "x": 1}, {"__typename": "B", "x": 2}]}


def test_a_path_finds_objects_and_their_places() -> None:
    one, two = {"__typename": "A", "id": 1}, {"__typename": "B", "id": 2}
    data = {"rows": [[one, None], None, [two, "no object", one]]}
    path = ("rows", LIST, LIST)

    assert objects_at(data, path) == [one, two, one]
    assert [place for _, place in places_at(data, path)] == [
        ("rows", 0, 0),
        ("rows", 2, 0),
        ("rows", 2, 2),
    ]
    only = (*path, OnlyTypes(names=frozenset({"B"})))
    assert objects_at(data, only) == [two]
    assert [place for _, place in places_at(data, only)] == [("rows", 2, 0)]
    assert print_path(only) == "rows.@.@[B]"


@pytest.mark.parametrize("data", [{}, {"rows": None}, {"rows": 3}, {"rows": {"x": 1}}])
def test_a_path_through_something_else_finds_nothing(data: dict[str, Any]) -> None:
    assert objects_at(data, ("rows", LIST)) == []
