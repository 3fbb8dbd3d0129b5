"""Whatever is sent to whatever field: a stable code, and nothing changed where it was refused."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)
from sqlalchemy import update

from db.engine import Databases
from db.tables import nft, royalties, social
from db.tables.media import catalogue
from domain.viewer import Role
from schema.ids import print_id
from subgraphs.registry import SUBGRAPHS
from tests.e2e.catalogue import global_track_id, write_catalogue, write_people
from tests.e2e.house import House, Person, example, pretty
from tests.e2e.snapshots import all_rows

SEED = 20_260_131
TRIES_PER_FIELD = 12
LOOKS_EVERY = 12
"""How many refusals go by between two looks at all rows; each look reads all tables."""

TEXTS = (
    *("", " ", "x", "Anna", "2026-01", "2026-13", "anna@tutti.example", "a\x00b@c.d", "a@b.\x00"),
    *("a\x00b", "\x00", "~nobody-at-all/music", "/", "/etc", "../..", "/" + "x" * 4_000),
    *("x" * 10_000, "\u202e\u0301", "💿" * 400, "' OR 1=1 --", '"*', "%_\\", "İstanbul", "\ud7ff"),
    *("0x" + "ab" * 20, "0x" + "00" * 20, "0x", "session.secret", "a\x00.b", ".", "null", "[]"),
)
NUMBERS = (0, 1, -1, 5, 30_000, 10_000, 100, 101, 2**31 - 1, -(2**31), 2**31, 2**53, 2**63, 1.5)
CURSORS = (
    *("", "garbage", "W10", "WzFd", "WzEsMl0", "WzEsMiwiYSJd", "WyJhIl0", "WzEsImEiXQ"),
    *("Wzk5OTk5OTk5OTk5OTk5OSwiYSJd", "Wy0xLC0xXQ", "WyJcdTAwMDAiXQ", "x" * 1_000, "\x00"),
)
NESTED = (
    """query ($id: ID!, $text: String, $n: Int) { track(id: $id) {
        comments(first: $n, after: $text) { nodes { id } } similar(first: $n) { score }
        tokens(first: $n, after: $text) { nodes { id } } } }""",
    """query ($id: ID!, $text: String, $n: Int) { artist(id: $id) {
        albums(first: $n, after: $text) { nodes { id } }
        tracks(first: $n, after: $text) { nodes { id } } } }""",
    """query ($id: ID!, $text: String, $n: Int) { album(id: $id) {
        tracks(first: $n, after: $text) { nodes { id } } } }""",
    """query ($id: ID!, $text: String, $n: Int) { currentStatement {
        plays(trackId: $id, first: $n, after: $text) { nodes { playId } } } }""",
    """query ($id: ID!, $price: Wei!) { token(id: $id) { royaltyInfo(salePrice: $price) {
        amount } } }""",
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A root field, as its subgraph declares it."""

    kind: str
    name: str
    arguments: dict[str, GraphQLArgument]
    has_problems: bool
    is_leaf: bool

    @property
    def document(self) -> str:
        """An operation that passes every argument as a variable."""
        declared = ", ".join(f"${name}: {each.type}" for name, each in self.arguments.items())
        passed = ", ".join(f"{name}: ${name}" for name in self.arguments)
        head = f"{self.kind} ({declared})" if declared else self.kind
        call = f"{self.name}({passed})" if passed else self.name
        wanted = "problems { code }" if self.has_problems else "__typename"
        return f"{head} {{ {call} }}" if self.is_leaf else f"{head} {{ {call} {{ {wanted} }} }}"


def root_fields() -> Iterator[Field]:
    """Every mutation and query of the house, but the one that ends the test's sessions."""
    for subgraph in SUBGRAPHS:
        schema = subgraph.executable
        for kind, root in (("mutation", schema.mutation_type), ("query", schema.query_type)):
            for name, field in root.fields.items() if root is not None else ():
                if name.startswith("_") or name == "logout":
                    continue
                is_object = isinstance(field.type, GraphQLObjectType)
                yield Field(
                    kind=kind,
                    name=name,
                    arguments=field.args,
                    has_problems=is_object and "problems" in field.type.fields,
                    is_leaf=not hasattr(field.type, "fields") and not hasattr(field.type, "types"),
                )


DEPTH_MAX = 4
"""Inputs may hold themselves, such as rules within rules."""


class Nonsense:
    """Values of GraphQL input types, a good part of them bad; the same for the same seed."""

    def __init__(self, ids: list[str]) -> None:
        self._random = random.Random(SEED)
        self._ids = ids

    def pick(self, values: Any) -> Any:
        """One of them."""
        return self._random.choice(values)

    def of(self, kind: Any, name: str = "", depth: int = 0) -> Any:
        """A value, mostly of the type's outer form so that it comes as far as a resolver."""
        if isinstance(kind, GraphQLNonNull):
            return self.of(kind.of_type, name, depth)
        if self._random.random() < 0.1 or depth > DEPTH_MAX:
            return None
        if isinstance(kind, GraphQLList):
            count = self.pick((0, 1, 2, 3, 101, 501))
            one = self.of(kind.of_type, name, depth + 1)
            return (
                [one] * count
                if self._random.random() < 0.5
                else [self.of(kind.of_type, name, depth + 1) for _ in range(min(count, 5))]
            )
        if isinstance(kind, GraphQLInputObjectType) and kind.is_one_of:
            field = self.pick([*kind.fields])
            return {field: self.of(kind.fields[field].type, field, depth + 1)}
        if isinstance(kind, GraphQLInputObjectType):
            return {
                field: self.of(each.type, field, depth + 1)
                for field, each in kind.fields.items()
                if isinstance(each.type, GraphQLNonNull) or self._random.random() < 0.6
            }
        return self._leaf(kind, name)

    def _leaf(self, kind: Any, name: str) -> Any:
        if isinstance(kind, GraphQLEnumType):
            return self.pick([*kind.values, "NONSENSE"])
        match kind.name:
            case "ID":
                return self.pick(self._ids)
            case "Boolean":
                return self.pick((True, False))
            case "Int" | "ByteCount":
                return self.pick(NUMBERS)
            case _ if name == "after":
                return self.pick(CURSORS)
            case _:
                return self.pick(TEXTS)


async def given_a_lived_in_house(house: House, databases: Databases) -> tuple[Person, list[str]]:
    """A creator and admin who owns all there is, and the ids of it."""
    anna = await house.join("anna", Role.CREATOR, Role.ADMIN)
    await write_people(databases)
    await write_catalogue(databases, range(10))
    for domain, table in (
        ("media", catalogue.tracks),
        ("nft", nft.mintable_tracks),
        ("royalties", royalties.royalty_tracks),
        ("social", social.known_playables),
    ):
        async with databases.of(domain).engine.begin() as connection:
            await connection.execute(update(table).values(owner_id=anna.id))
    track = global_track_id(1)
    playing = await house.data(example("start_playback"), {"playableId": track}, by=anna)
    written = await house.data(example("add_comment"), {"playableId": track, "body": "!"}, by=anna)
    await house.tell_domains()
    ids = [track, global_track_id(2), anna.global_id, written["addComment"]["comment"]["id"]]
    ids += [playing["startPlayback"]["session"]["id"]] * 4
    ids += [print_id(name, "none") for name in ("Track", "Job", "Token", "Notification", "Odd")]
    ids += [
        print_id("Artist", "artist-00000"),
        print_id("Job", "media.none"),
        "",
        "\x00",
        "x" * 999,
    ]
    return anna, ids


def requests_of(nonsense: Nonsense, ids: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Documents with their variables: each root field some times, then nested ones."""
    requests = []
    for field in root_fields():
        for _ in range(TRIES_PER_FIELD if field.arguments else 1):
            given = field.arguments.items()
            values = {name: nonsense.of(each.type, name) for name, each in given}
            requests.append((field.document, values))
    for document in NESTED * TRIES_PER_FIELD:
        values = {"id": nonsense.pick(ids), "text": nonsense.pick(CURSORS)}
        values |= {"n": nonsense.pick(NUMBERS), "price": nonsense.pick(TEXTS)}
        requests.append((document, values))
    return requests


def codes_of(answer: dict[str, Any]) -> list[str]:
    """All codes in an answer: errors and problems."""
    codes = [each["extensions"]["code"] for each in answer.get("errors", ())]
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict):
            codes += [problem["code"] for problem in payload.get("problems", ())]
    return codes


@pytest.mark.slow
async def test_nonsense_never_breaks_a_field(house: House, databases: Databases) -> None:
    anna, ids = await given_a_lived_in_house(house, databases)
    ben = await house.join("ben")
    nonsense = Nonsense(ids)
    requests = requests_of(nonsense, ids)
    refused = 0

    for place, (document, variables) in enumerate(requests):
        looks = refused % LOOKS_EVERY == 0
        before = await all_rows(databases) if looks else {}
        answer = await house.ask(document, variables, by=(anna, anna, ben, None)[place % 4])

        codes = codes_of(answer)
        assert "INTERNAL" not in codes, f"{document}\n{pretty(variables)[:2_000]}\n{answer}"
        if codes:
            refused += 1
            assert not looks or await all_rows(databases) == before, (document, variables, answer)

    assert refused > len(requests) // 4
