"""Batch resolvers are asked once for a level, and what is declared pure is answered once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from federation.program.bindings import Attribute, Batch, Bindings
from tests.unit.federation.program.comparing import a_schema, compiled, messages

SDL = """
    type Query { tracks: [Track!] track: Track }
    type Track {
      title: String! artist: Artist plays: Int! slow: String
      label(short: Boolean = false, words: [String!]): String
    }
    type Artist { name: String! tracks: [Track!]! rank: Int! }
"""


@dataclass(frozen=True)
class Artist:
    """Whose it is."""

    name: str


@dataclass(frozen=True)
class Track:
    """What is played."""

    title: str
    artist: Artist


@dataclass(frozen=True, slots=True)
class Mention:
    """Names an entity of another subgraph: all it is made of is its key."""

    key: Any


@dataclass(slots=True)
class Draft:
    """May be changed, so it is no value."""

    key: Any


ANNA, BEN = Artist("Anna"), Artist("Ben")
TRACKS = [Track("a", ANNA), Track("b", BEN), Track("c", ANNA)]
PLAIN = {
    ("Query", "tracks"): Batch(lambda _roots, _ctx: [TRACKS]),
    ("Track", "title"): Attribute("title"),
    ("Track", "artist"): Attribute("artist"),
    ("Artist", "name"): Attribute("name"),
}


MENTIONS = [
    ("equal mentions", [Mention("a"), Mention("b"), Mention("a")], 2),
    ("mentions by number", [Mention(1), Mention(2), Mention(1)], 2),
    ("keys that are equal and unlike", [Mention(1), Mention(True)], 2),
    ("keys of unknown classes", [Mention((1,)), Mention((1,))], 2),
    ("objects of two classes", [Mention("a"), Draft("a")], 2),
    ("objects that may be changed", [Draft("a"), Draft("a")], 2),
    ("the same object", [BEN, BEN], 1),
]


class Calls(list[Any]):
    """Remembers what a batch resolver was asked."""

    def batch(self, answer: Any) -> Batch:
        def resolve(parents: Sequence[Any], ctx: Any, **arguments: Any) -> Any:
            self.append((list(parents), ctx, arguments))
            return answer(parents)

        return Batch(resolve)


async def test_a_level_is_asked_once_with_its_distinct_parents() -> None:
    calls = Calls()
    ranks = calls.batch(lambda artists: [len(each.name) for each in artists])
    bindings = Bindings(fields={**PLAIN, ("Artist", "rank"): ranks})

    answer = await compiled(a_schema(SDL), bindings=bindings).run(
        "{ tracks { title artist { name rank } } }", {}, "ctx"
    )

    assert calls == [([ANNA, BEN], "ctx", {})]
    assert not answer.errors
    assert [each["artist"] for each in (answer.data or {})["tracks"]] == [
        {"name": "Anna", "rank": 4},
        {"name": "Ben", "rank": 3},
        {"name": "Anna", "rank": 4},
    ]


@pytest.mark.parametrize(("_case", "objects", "asked"), MENTIONS)
async def test_equal_mentions_of_an_entity_are_asked_for_once(
    _case: str, objects: list[Any], asked: int
) -> None:
    calls = Calls()
    ranks = calls.batch(lambda artists: [str(each) for each in artists])
    artists = Batch(lambda _roots, _ctx: [objects])
    bindings = Bindings(fields={("Query", "artists"): artists, ("Artist", "name"): ranks})
    schema = a_schema("type Query { artists: [Artist] } type Artist { name: String }")

    answer = await compiled(schema, bindings=bindings).run("{ artists { name } }", {}, None)

    assert [len(parents) for parents, *_ in calls] == [asked]
    assert answer.data == {"artists": [{"name": str(each)} for each in objects]}


async def test_below_an_ordinary_resolver_every_occurrence_is_answered() -> None:
    seen: list[Artist] = []
    schema = a_schema(SDL, {"Artist.rank": lambda artist, _: seen.append(artist) or 1})

    await compiled(schema, bindings=Bindings(fields=PLAIN)).run(
        "{ tracks { artist { name rank } } }", {}, None
    )

    assert seen == [ANNA, BEN, ANNA]


async def test_two_places_never_share_an_answer_but_one_place_may() -> None:
    bindings = Bindings(fields=PLAIN)
    answer = await compiled(a_schema(SDL), bindings=bindings).run(
        "{ one: tracks { artist { name } other: artist { name } } two: tracks { artist { name }} }",
        {},
        None,
    )

    data = answer.data or {}
    first, _, third = data["one"]
    assert first["artist"] is third["artist"]
    assert first["artist"] is not first["other"]
    assert first["artist"] is not data["two"][0]["artist"]


async def test_arguments_have_their_defaults_and_a_null_level_is_not_asked() -> None:
    calls = Calls()
    labels = calls.batch(lambda tracks: [each.title for each in tracks])
    none = Batch(lambda roots, _: [None] * len(roots))
    bindings = Bindings(fields={**PLAIN, ("Track", "label"): labels, ("Query", "track"): none})

    await compiled(a_schema(SDL), bindings=bindings).run(
        "query($w: [String!]) { track { label } tracks { label(words: $w) } }", {"w": ["x"]}, None
    )

    assert [arguments for _, _, arguments in calls] == [{"short": False, "words": ["x"]}]


async def test_an_exception_among_the_answers_fails_its_place_alone_wherever_it_stands() -> None:
    bindings = Bindings(
        fields={
            **PLAIN,
            ("Artist", "rank"): Batch(
                lambda artists, _: [ValueError("no rank") if a is ANNA else 2 for a in artists]
            ),
        }
    )

    answer = await compiled(a_schema(SDL), bindings=bindings).run(
        "{ tracks { artist { rank } } }", {}, None
    )

    assert answer.data == {"tracks": [{"artist": None}, {"artist": {"rank": 2}}, {"artist": None}]}
    assert [(each.message, each.path) for each in answer.errors or ()] == [
        ("no rank", ["tracks", 0, "artist", "rank"]),
        ("no rank", ["tracks", 2, "artist", "rank"]),
    ]


def _raise(_: Any) -> Any:
    raise LookupError("gone")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda _: [1], "Track.plays was asked for 3 items and gave 1 items."),
        (lambda _: None, "Track.plays was asked for 3 items and gave no list."),
        (_raise, "gone"),
        (lambda _: LookupError("gone"), "gone"),
    ],
)
async def test_a_call_that_fails_as_a_whole_fails_all_its_places(answer: Any, message: str) -> None:
    bindings = Bindings(fields={**PLAIN, ("Track", "plays"): Calls().batch(answer)})
    schema = a_schema(SDL.replace("tracks: [Track!] ", "tracks: [Track] "))

    result = await compiled(schema, bindings=bindings).run("{ tracks { plays } }", {}, None)

    assert result.data == {"tracks": [None, None, None]}
    assert messages(result) == [message] * 3


async def test_batches_of_one_level_wait_side_by_side() -> None:
    both = asyncio.Barrier(2)

    async def meet(tracks: Sequence[Track], _: Any) -> list[Any]:
        await both.wait()
        return [len(each.title) for each in tracks]

    bindings = Bindings(
        fields={**PLAIN, ("Track", "plays"): Batch(meet), ("Track", "slow"): Batch(meet)}
    )

    answer = await compiled(a_schema(SDL), bindings=bindings).run(
        "{ tracks { plays slow } }", {}, None
    )

    assert (answer.data or {})["tracks"] == [{"plays": 1, "slow": "1"}] * 3
