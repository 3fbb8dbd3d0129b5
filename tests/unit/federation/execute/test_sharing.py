"""Sharing: which answers may stand at several places of the tree as one object."""

from dataclasses import replace
from typing import Any

import pytest
from graphql import build_schema

from federation.execute.compiled_plan import CompiledPlan
from federation.execute.shape_response import ResponseShaper
from federation.execute.sharing import Reference, Sharing, find_sharing
from federation.graph.requirement import FieldSet
from federation.operation.conditions import ALWAYS
from federation.operation.model import Operation, SelectionSet
from federation.plan.nodes import (
    LIST,
    ContextValue,
    EntityPart,
    Fetch,
    Group,
    OnlyTypes,
    Path,
    Projection,
    QueryPlan,
    Rename,
    RootPart,
)

SCHEMA = build_schema("type Query { single: Int }")
ID = Projection(name="id", key="id", is_key=True)
TRACKS = ("tracks", LIST)
SINGLE = ("single",)


def a_root(selections: str, path: Path = (), renames: tuple[Rename, ...] = ()) -> Fetch:
    root = RootPart(path=path, client_fields=(), renames=renames)
    return Fetch(id=0, subgraph="s", wave=1, after=(), document=selections, root=root)


def a_part(*paths: Path, alias: str = "_entities", **more: Any) -> EntityPart:
    return EntityPart(
        alias=alias,
        variable="r",
        paths=paths,
        type_name="Track",
        requirement=FieldSet(()),
        projection=(ID,),
        condition=ALWAYS,
        client_fields=(),
        **more,
    )


def a_fetch(selections: str, *parts: EntityPart) -> Fetch:
    fields = " ".join(
        f"{part.alias}: _entities(representations: $r) {{ ... on Track {selections} }}"
        for part in parts
    )
    document = f"query($r: [_Any!]!) {{ {fields} }}"
    return Fetch(id=1, subgraph="t", wave=2, after=(), document=document, entities=parts)


def shared(*fetches: Fetch, **more: Any) -> list[bool]:
    """Of each fetch, whether it is shared."""
    found = sharing_of(*fetches, **more)
    return [id(fetch) in found.shared for fetch in fetches]


def sharing_of(*fetches: Fetch, **more: Any) -> Sharing:
    return find_sharing(plan_of(*fetches, **more))


def plan_of(*fetches: Fetch, **more: Any) -> QueryPlan:
    root = SelectionSet(type_name="Query")
    operation = Operation(kind="query", name=None, root=root)
    return QueryPlan(operation=operation, groups=(Group(fetches=fetches),), shown=root, **more)


ROOT = a_root("{ tracks { id artist { id } } single { id } }")


def test_entities_of_one_path_share_what_is_answered() -> None:
    fetch = a_fetch("{ album { title } likes }", a_part(TRACKS))

    assert shared(ROOT, fetch) == [True, True]


@pytest.mark.parametrize(
    ("_case", "selections", "are_shared"),
    [
        ("an object that two fetches write", "{ artist { name } }", False),
        ("the same in a fragment", "{ ... on Track { artist { name } } }", False),
        ("the same under an alias", "{ artist: owner { name } }", False),
        ("another of that name", "{ owner: artist { name } }", True),
        ("a leaf that two fetches write", "{ id }", True),
        ("an object of that name elsewhere", "{ album { artist { name } } }", True),
    ],
)
def test_an_object_has_one_writer(_case: str, selections: str, are_shared: bool) -> None:
    fetch = a_fetch(selections, a_part(TRACKS))

    assert shared(ROOT, fetch) == [are_shared, are_shared]


def test_two_parts_of_one_fetch_are_two_writers() -> None:
    parts = a_part(TRACKS, alias="_e0"), a_part(TRACKS, alias="_e1")

    assert shared(ROOT, a_fetch("{ album { title } }", *parts)) == [False, False]


def test_a_renamed_object_is_known_by_its_key() -> None:
    rename = Rename(path=(), alias="_alias_1_artist", key="artist")
    fetch = a_fetch("{ _alias_1_artist: owner { name } }", a_part(TRACKS, renames=(rename,)))

    assert shared(ROOT, fetch) == [False, False]


def test_a_type_on_the_way_makes_no_other_place() -> None:
    path = (*TRACKS, OnlyTypes(names=frozenset({"Track"})))

    assert shared(ROOT, a_fetch("{ artist { name } }", a_part(path))) == [False, False]


@pytest.mark.parametrize(
    ("_case", "below", "are_shared"),
    [
        ("nothing", (), [True, True]),
        ("a fetch", (a_fetch("{ year }", a_part((*SINGLE, "album"))),), [True, False, True]),
        ("root fields", (a_root("{ x }", (*TRACKS, "album")),), [True, False, True]),
        ("a fetch beside", (a_fetch("{ year }", a_part(SINGLE)),), [True, True, True]),
    ],
)
def test_entities_of_two_paths_stay_apart_where_one_goes_on(
    _case: str, below: tuple[Fetch, ...], are_shared: list[bool]
) -> None:
    fetch = a_fetch("{ album { id } }", a_part(TRACKS, SINGLE))

    assert shared(ROOT, fetch, *below) == are_shared


def test_leaves_stand_anywhere() -> None:
    below = a_fetch("{ name }", a_part((*SINGLE, "album")))
    fetch = a_fetch("{ likes tags }", a_part(TRACKS, SINGLE))

    assert shared(ROOT, fetch, below) == [True, True, True]


def test_what_depends_on_the_place_is_not_shared() -> None:
    context = ContextValue(variable="c", type="Int", depth=0, projection=ID, source="$")
    fetch = a_fetch("{ likes }", a_part(TRACKS))
    with_context = a_fetch("{ likes }", a_part(TRACKS, contexts=(context,)))

    assert shared(ROOT, with_context) == [False, False]
    assert shared(ROOT, fetch, deferred=(object(),)) == [False, False]


@pytest.mark.parametrize(
    ("selections", "is_kept"), [("{ likes }", True), ("{ artist { name } }", False)]
)
def test_paths_are_walked_anew_where_objects_may_still_come(selections: str, is_kept: bool) -> None:
    plan = plan_of(ROOT, a_fetch(selections, a_part(TRACKS)))
    compiled = CompiledPlan(plan, SCHEMA, ResponseShaper(SCHEMA, plan.shown))
    compiled.compile({})
    root: dict[str, Any] = {"tracks": []}

    known = compiled.known_of(root, None)

    assert known == [[root], None, None]
    assert (compiled.known_of(root, known) is known) is is_kept


def test_the_event_of_a_subscription_is_a_writer() -> None:
    event = replace(ROOT, document="subscription { tracks { artist { id } } }")
    fetch = a_fetch("{ artist { name } }", a_part(TRACKS))

    assert shared(fetch, primary=event) == [False]


@pytest.mark.parametrize(
    ("_case", "others", "alone"),
    [
        ("nobody else writes there", (), {"likes", "plays"}),
        ("others write other fields", (a_fetch("{ year }", a_part(TRACKS)),), {"likes", "plays"}),
        ("others write one of them", (a_fetch("{ plays }", a_part(TRACKS)),), None),
        ("others write it elsewhere", (a_fetch("{ plays }", a_part(SINGLE)),), {"likes", "plays"}),
    ],
)
def test_fields_that_one_fetch_writes_need_no_care(
    _case: str, others: tuple[Fetch, ...], alone: set[str] | None
) -> None:
    part = a_part(TRACKS)

    found = sharing_of(ROOT, a_fetch("{ likes ... on Track { plays } }", part), *others)

    assert found.alone.get(id(part)) == alone


ARTIST = (*TRACKS, "artist")
LABEL = (*ARTIST, "label")
BY_ID = Reference("id", is_all=True)
MORE = {ARTIST: Reference("id", is_all=False)}
TYPED = (*TRACKS, OnlyTypes(names=frozenset({"Track"})), "artist")


@pytest.mark.parametrize(
    ("_case", "root", "path", "references"),
    [
        ("a key alone", "{ tracks { artist { id } } }", ARTIST, {ARTIST: BY_ID}),
        ("below a type", "{ tracks { artist { id } } }", TYPED, {TYPED: BY_ID}),
        (
            "the key of another field",
            "{ tracks { artist: owner { id } } }",
            ARTIST,
            {ARTIST: BY_ID},
        ),
        ("more than the key", "{ tracks { artist { id name } } }", ARTIST, MORE),
        ("more in a fragment", "{ tracks { artist { id ... on T { name } } } }", ARTIST, MORE),
        ("of which type it is", "{ tracks { artist { __typename id } } }", ARTIST, MORE),
        ("no key", "{ tracks { artist { name } } }", ARTIST, {}),
        ("items of a list", "{ tracks { id } }", TRACKS, {}),
        ("the root", "{ id }", (), {}),
    ],
)
def test_what_is_told_with_its_key_is_a_reference(
    _case: str, root: str, path: Path, references: dict[Path, Reference]
) -> None:
    assert sharing_of(a_root(root), a_fetch("{ likes }", a_part(path))).references == references


def test_what_is_added_to_entities_does_not_tell_them_apart() -> None:
    parts = a_part(ARTIST, alias="_e0"), a_part(ARTIST, alias="_e1")
    fetches = a_fetch("{ label { id } }", parts[0]), a_fetch("{ likes }", parts[1])

    found = sharing_of(
        a_root("{ tracks { artist { id } } }"), *fetches, a_fetch("{ x }", a_part(LABEL))
    )

    assert found.references == {ARTIST: BY_ID, LABEL: BY_ID}


def test_nothing_is_a_reference_where_objects_have_several_writers() -> None:
    fetch = a_fetch("{ artist { id } }", a_part(TRACKS))

    assert sharing_of(ROOT, fetch, a_fetch("{ likes }", a_part(ARTIST))).references == {}
