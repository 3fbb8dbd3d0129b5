"""A program that builds objects as the client sees them, and says when it could not."""

from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLString

from federation.fetch.display import ABSENT, Display, Shown
from federation.program.bindings import Batch, Bindings
from federation.program.compile import Displayed
from tests.unit.federation.program.comparing import a_schema, compiled

SDL = "type Query { track: Track } type Track { id: ID! words: [String] }"
DISPLAY = Display(
    levels={
        (): Shown(type_name=None, types={}),
        ("track",): Shown(type_name="Track", types={"artist": GraphQLString}, keys=("artist",)),
    }
)
DOCUMENT = "{ track { words id } }"


async def track_of(words: Any, display: Display = DISPLAY) -> Any:
    """The result of a program whose track has these words."""
    track = Batch(lambda roots, _: [object()])
    bindings = Bindings(
        fields={
            ("Query", "track"): track,
            ("Track", "words"): Batch(lambda tracks, _: [words]),
            ("Track", "id"): Batch(lambda tracks, _: ["7"]),
        }
    )
    program = compiled(a_schema(SDL), bindings=bindings)
    return await program.run(DOCUMENT, {}, None, display)


async def test_what_others_add_has_a_place() -> None:
    result = await track_of(["a"])

    assert isinstance(result, Displayed)
    assert list((result.data or {})["track"].items()) == [
        ("artist", ABSENT),
        ("words", ["a"]),
        ("id", "7"),
    ]


@pytest.mark.parametrize("words", [["a"], [ValueError("lost")]], ids=["read once", "failing"])
async def test_what_is_unusual_is_not_displayed_and_has_nothing_absent(words: list[Any]) -> None:
    result = await track_of(iter(words))

    assert not isinstance(result, Displayed)
    assert "ABSENT" not in repr(result.data)
    assert (result.data or {})["track"]["id"] == "7"


async def test_what_is_built_at_a_place_is_given_with_the_answer() -> None:
    display = replace(DISPLAY, places={("track",): 3})

    result = await track_of(["a"], display)

    assert isinstance(result, Displayed)
    assert result.built == {3: [(result.data or {})["track"]]}
    assert result.built[3][0] is (result.data or {})["track"]
