"""Compiled reading: the entities that the plan's paths and projections lead to."""

from typing import Any

import pytest

from federation.execute.compile_reading import KNOWN_TO_READING, UNUSUAL, ReadingWriter
from federation.execute.representations import read_representations
from federation.execute.sharing import Reference
from federation.execute.source import Source
from federation.execute.tree import objects_at
from federation.fetch.display import ABSENT
from federation.graph.requirement import FieldSet
from federation.operation.conditions import ALWAYS
from federation.plan.nodes import LIST, EntityPart, OnlyTypes, Path, Projection

ID = Projection(name="id", key="id", is_key=True)
PRICE = Projection(name="price", key="_need_price", is_key=False)
OWNER = Projection(name="owner", key="owner", is_key=True, fields=(ID,))
ROWS = ("rows", LIST)
PETS = (*ROWS, OnlyTypes(names=frozenset({"Cat", "Dog"})))
CATS = (*ROWS, OnlyTypes(names=frozenset({"Cat"})))


def a_part(*paths: Path, projection: tuple[Projection, ...] = (ID,)) -> EntityPart:
    return EntityPart(
        alias="_entities",
        variable="r",
        paths=paths,
        type_name="T",
        requirement=FieldSet(()),
        projection=projection,
        condition=ALWAYS,
        client_fields=(),
    )


def read(
    data: dict[str, Any], *parts: EntityPart, references: dict[Path, Reference] | None = None
) -> list[tuple[Any, Any]]:
    """Of each part the representations, and the identity of the objects each stands for."""
    source = Source(**KNOWN_TO_READING)
    writer = ReadingWriter(source, references or {})
    names = writer.write(parts)
    source.load()
    known = [[data], *[None] * (writer.places - 1)]
    answers = []
    for name in names:
        representations, objects, identities, found = source.function(name)(known)
        owners: dict[Any, list[int]] = {identity: [] for identity in found}
        for each, identity in zip(objects, identities, strict=True):
            owners[identity].append(id(each))
        answers.append((representations, list(owners.values())))
    return answers


def read_slowly(data: dict[str, Any], part: EntityPart) -> tuple[Any, Any]:
    objects = {id(each): each for path in part.paths for each in objects_at(data, path)}
    given = part.type_name, part.projection, objects.values()
    representations, owners = read_representations(*given)
    return representations, [[id(each) for each in group] for group in owners]


ONE = {"id": "1", "__typename": "Cat"}
USUAL: list[tuple[str, Any, EntityPart]] = [
    ("one object", {"row": {"id": "1"}}, a_part(("row",))),
    ("the root itself", {"id": "1"}, a_part(())),
    ("none", {"row": None}, a_part(("row",))),
    ("an empty list", {"rows": []}, a_part(ROWS)),
    ("equal keys", {"rows": [{"id": "1"}, {"id": "2"}, {"id": "1"}]}, a_part(ROWS)),
    ("one object twice", {"rows": [ONE, ONE, {"id": "2"}]}, a_part(ROWS)),
    ("nulls on the way", {"rows": [{"a": None}, None, {"a": {"id": 1}}]}, a_part((*ROWS, "a"))),
    ("a null for a list", {"rows": [{"b": None}, {"b": [{"id": 1}]}]}, a_part((*ROWS, "b", LIST))),
    ("lists in lists", {"rows": [[{"id": 1}], None, [None]]}, a_part((*ROWS, LIST))),
    ("only some types", {"rows": [ONE, {"__typename": "Dog"}]}, a_part(CATS)),
    ("types that meet", {"rows": [ONE, {**ONE, "id": "2"}]}, a_part(CATS, PETS)),
    ("several paths", {"rows": [ONE], "row": {"id": "1"}}, a_part(("row",), ROWS)),
    ("large numbers", {"rows": [{"id": 2**70}, {"id": 2**70 + 1}]}, a_part(ROWS)),
    (
        "what is required",
        {"rows": [{"id": 1, "_need_price": price} for price in (2, 3, 2, None)]},
        a_part(ROWS, projection=(ID, PRICE)),
    ),
    (
        "requirements of several classes",
        {"rows": [{"id": 1, "_need_price": price} for price in (1, True, 1.0, "1", [1], {})]},
        a_part(ROWS, projection=(ID, PRICE)),
    ),
    (
        "a key in an object",
        {"rows": [{"owner": {"id": 1, "x": 1}}, {"owner": {"id": 2}}, {"owner": {"id": 1}}]},
        a_part(ROWS, projection=(OWNER,)),
    ),
]


@pytest.mark.parametrize(("_case", "data", "part"), USUAL)
def test_what_is_usual_is_read_as_the_plan_says(_case: str, data: Any, part: EntityPart) -> None:
    assert read(data, part) == [read_slowly(data, part)]


@pytest.mark.parametrize(
    ("_case", "data", "part"),
    [
        ("a key that is null", {"rows": [{"id": None}]}, a_part(ROWS)),
        ("a key that is not there", {"rows": [{}]}, a_part(ROWS)),
        ("keys of several classes", {"rows": [{"id": 1}, {"id": True}]}, a_part(ROWS)),
        ("a key that is no scalar", {"rows": [{"id": [1]}]}, a_part(ROWS)),
        ("a path that is not there", {}, a_part(ROWS)),
        ("text for a list", {"rows": "abc"}, a_part(ROWS)),
        ("an object for a list", {"rows": {"id": "1"}}, a_part(ROWS)),
        ("a list for an object", {"row": [{"id": 1}]}, a_part(("row",))),
        ("a number for an object", {"row": 5}, a_part(("row",))),
        ("no type", {"rows": [{"id": 1}]}, a_part(CATS)),
        ("a type that is no name", {"rows": [{"__typename": []}]}, a_part(CATS)),
        (
            "a requirement that is not there",
            {"rows": [{"id": 1}]},
            a_part(ROWS, projection=(ID, PRICE)),
        ),
        (
            "a null in a key",
            {"rows": [{"owner": {"id": None}}]},
            a_part(ROWS, projection=(OWNER,)),
        ),
    ],
)
def test_what_is_unusual_is_left_to_the_slow_way(_case: str, data: Any, part: EntityPart) -> None:
    with pytest.raises(UNUSUAL):
        read(data, part)


ARTISTS = (*ROWS, "artist")
BY_ID = Reference("id", is_all=True)
BY_ID_AND_MORE = Reference("id", is_all=False)


def with_artists(*ids: Any) -> dict[str, Any]:
    """Rows that mention an artist, or nobody where the id is None."""
    return {"rows": [{"artist": None if each is None else {"id": each}} for each in ids]}


@pytest.mark.parametrize("path", [ARTISTS, (*ROWS, "by", LIST, "artist")])
def test_equal_references_become_one_object(path: Path) -> None:
    data = with_artists("1", "2", None, "1")
    if path != ARTISTS:
        data = {"rows": [{"by": data["rows"]}, {"by": None}]}
    mentions = data["rows"][0].get("by") or data["rows"]

    [(representations, owners)] = read(data, a_part(path), references={path: BY_ID})

    assert [each["id"] for each in representations] == ["1", "2"]
    first, second, nobody, third = [row["artist"] for row in mentions]
    assert owners == [[id(first)], [id(second)]]
    assert first is third
    assert (first, second, nobody) == ({"id": "1"}, {"id": "2"}, None)


@pytest.mark.parametrize("ids", [(1, True), (1, 1.0), ("1", 1), ([1], [1])])
def test_references_that_are_not_told_apart_stay_as_they_are(ids: tuple[Any, Any]) -> None:
    data = with_artists(*ids)

    with pytest.raises(UNUSUAL):
        read(data, a_part(ARTISTS), references={ARTISTS: BY_ID})

    assert data == with_artists(*ids)
    assert data["rows"][0]["artist"] is not data["rows"][1]["artist"]


def mentioned(*artists: tuple[Any, Any]) -> list[int]:
    """Which mentions, told with a role, are made one with which: the first that is the same."""
    data, before = (
        {"rows": [{"artist": {"id": key, "as": {"role": role}}} for key, role in artists]}
        for _ in range(2)
    )
    answers = read(data, a_part(ARTISTS), references={ARTISTS: BY_ID_AND_MORE})
    assert answers == [read_slowly(data, a_part(ARTISTS))]
    assert data == before
    objects = [id(row["artist"]) for row in data["rows"]]
    return [objects.index(each) for each in objects]


@pytest.mark.parametrize(
    ("_case", "artists", "expected"),
    [
        ("all the same", [("1", "a"), ("1", "a"), ("1", "a")], [0, 0, 0]),
        ("in part", [("1", "a"), ("1", "b"), ("1", "a"), ("1", None)], [0, 1, 0, 3]),
        ("equal, and yet not the same", [("1", 1), ("1", True), ("1", 1.0)], [0, 1, 2]),
        ("mostly others", [("1", "a"), ("2", "a"), ("1", "a")], [0, 1, 2]),
        ("no JSON", [("1", 2**70), ("1", 2**70)], [0, 1]),
        ("fields to come", [("1", ABSENT), ("1", ABSENT)], [0, 1]),
        ("none", [], []),
    ],
)
def test_mentions_that_tell_the_same_become_one_object(
    _case: str, artists: list[tuple[Any, Any]], expected: list[int]
) -> None:
    assert mentioned(*artists) == expected


def test_a_path_goes_on_from_references() -> None:
    data = with_artists("1", "1")
    parts = a_part(ARTISTS), a_part((*ARTISTS, "label"))
    source = Source(**KNOWN_TO_READING)
    writer = ReadingWriter(source, {ARTISTS: BY_ID})
    names = writer.write(parts)
    source.load()
    known = [[data], *[None] * (writer.places - 1)]

    source.function(names[0])(known)
    data["rows"][0]["artist"]["label"] = {"id": "7"}
    representations, objects, *_ = source.function(names[1])(known)

    assert [each["id"] for each in representations] == ["7"]
    assert objects == [{"id": "7"}]


def test_a_path_is_walked_once_and_on_from_there() -> None:
    class Counting(dict[str, Any]):
        seen = 0

        def __getitem__(self, key: str) -> Any:
            Counting.seen += 1
            return super().__getitem__(key)

    data = Counting(rows=[{"id": 1, "a": {"id": 2}}])
    parts = a_part((*ROWS, "a")), a_part(ROWS), a_part(ROWS)

    answers = read(data, *parts)

    assert [[each["id"] for each in found] for found, _ in answers] == [[2], [1], [1]]
    assert Counting.seen == 1
