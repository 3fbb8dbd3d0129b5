"""Batch resolvers behind an executor that knows nothing of them, and references."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
import strawberry

from errors import BadInput
from schema.batched import batch_of, batched, references


@dataclass(frozen=True)
class Song:
    title: str


@strawberry.enum
class Case(Enum):
    UPPER = "upper"
    LOWER = "lower"


calls: list[list[str]] = []


@strawberry.type
class Track:
    title: str

    @strawberry.field(graphql_type=str, description="The title, louder.")
    @batched
    def shout(
        parents: Sequence[Song], ctx: dict[str, str], letter_case: Case = Case.UPPER
    ) -> list[str]:
        """Each title with the context's mark."""
        calls.append([song.title for song in parents])
        change = str.upper if letter_case is Case.UPPER else str.lower
        return [change(song.title) + ctx["mark"] for song in parents]

    @strawberry.field(graphql_type=str | None)
    @batched
    async def whisper(parents: Sequence[Song], _ctx: Any) -> list[str | Exception]:
        return [ValueError("too loud") if song.title == "Loud" else song.title for song in parents]

    @strawberry.field(graphql_type=str)
    @batched
    def kind(parents: Sequence[Song], _ctx: Any, type_name: str) -> list[str]:
        return [type_name for _ in parents]


@strawberry.type
class Query:
    @strawberry.field(graphql_type=list[Track])
    @staticmethod
    def tracks() -> list[Song]:
        return [Song("One"), Song("Loud")]


SCHEMA = strawberry.Schema(Query)


async def run(document: str) -> Any:
    return await SCHEMA.execute(document, context_value={"mark": "!"})


async def test_any_executor_gets_the_answers_of_one_parent_at_a_time() -> None:
    calls.clear()

    result = await run("{ tracks { shout soft: shout(letterCase: LOWER) } }")

    assert result.errors is None
    assert result.data == {
        "tracks": [{"shout": "ONE!", "soft": "one!"}, {"shout": "LOUD!", "soft": "loud!"}]
    }
    assert sorted(calls) == [["Loud"], ["Loud"], ["One"], ["One"]]


async def test_an_exception_among_the_answers_fails_its_place_alone() -> None:
    result = await run("{ tracks { whisper } }")

    assert result.data == {"tracks": [{"whisper": "One"}, {"whisper": None}]}
    assert [(error.message, error.path) for error in result.errors] == [
        ("too loud", ["tracks", 1, "whisper"])
    ]


async def test_who_asks_for_it_learns_the_type_of_the_parents() -> None:
    assert (await run("{ tracks { kind } }")).data == {"tracks": [{"kind": "Track"}] * 2}


def test_the_schema_shows_arguments_and_nothing_of_the_batch() -> None:
    assert "shout(letterCase: Case! = UPPER): String!" in SCHEMA.as_str()
    assert "whisper: String\n" in SCHEMA.as_str()
    assert "kind: String!\n" in SCHEMA.as_str()


def test_only_marked_resolvers_have_a_batch() -> None:
    def plain(_parents: Sequence[Song], _ctx: Any) -> list[str]:
        return []

    marked = batched(plain).__func__

    assert batch_of(plain, "Track") is None
    assert batch_of(marked, "Track") is plain


async def test_what_is_no_id_fails_alone_and_the_rest_is_found_at_once() -> None:
    asked: list[list[int]] = []

    def parse(text: str) -> int:
        if not text.isdigit():
            raise BadInput("This is no number.", field="id")
        return int(text)

    @references(parse)
    async def resolve_references(keys: Sequence[int], _ctx: Any) -> list[Song | None]:
        asked.append(list(keys))
        return [None if key == 2 else Song(str(key)) for key in keys]

    found = await resolve_references.__func__(["1", "x", "2", "3"], None)

    assert asked == [[1, 2, 3]]
    assert [found[0], found[2], found[3]] == [Song("1"), None, Song("3")]
    with pytest.raises(BadInput, match="no number"):
        raise found[1]
