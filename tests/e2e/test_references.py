"""One query over six subgraphs, and what is left of it when one of them breaks."""

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from db.engine import Databases
from domain.viewer import Role
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.limits import EngineLimits
from tests.conftest import FakeOutside
from tests.e2e.catalogue import global_track_id, write_catalogue, write_people
from tests.e2e.house import House, open_house, without_request_ids
from tests.patience import bound

ACROSS = """
query Across($id: ID!) {
  me { user { username } }
  track(id: $id) {
    title
    owner { username }
    likeCount
    comments(first: 1) { nodes { body author { displayName } } }
    tokens(first: 1) { nodes { tokenId creator { username } playable { title } } }
    similar(first: 1) { score item { title creator { name ... on Artist { followerCount } } } }
    split { version shares { basisPoints payee { username } } }
  }
}
"""
WHOLE = {
    "me": {"user": {"username": "ada"}},
    "track": {
        "title": "Song track-00003",
        "owner": {"username": "user-00"},
        "likeCount": 7,
        "comments": {"nodes": [{"body": "Comment 3", "author": {"displayName": "User 3"}}]},
        "tokens": {
            "nodes": [
                {
                    "tokenId": "4",
                    "creator": {"username": "user-00"},
                    "playable": {"title": "Song track-00003"},
                }
            ]
        },
        "similar": [
            {
                "score": 0.9,
                "item": {
                    "title": "Song track-00004",
                    "creator": {"name": "The artist-00000", "followerCount": 3},
                },
            }
        ],
        "split": {
            "version": 0,
            "shares": [{"basisPoints": 10_000, "payee": {"username": "user-00"}}],
        },
    },
}
DEADLINES = EngineLimits(
    planning_seconds_max=30.0, fetch_seconds_max=2.0, operation_seconds_max=6.0
)
"""Short for a test, long for a subgraph that works on a busy machine."""
SLACK_SECONDS = 2.0


class Raises:
    """A subgraph with a bug."""

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        raise RuntimeError("a secret of the inside")

    async def subscribe(
        self, request: FetchRequest, context: Any
    ) -> AsyncGenerator[FetchResult, None]:
        raise RuntimeError("a secret of the inside")
        yield


class NeverAnswers(Raises):
    """A subgraph that hangs."""

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        await asyncio.sleep(3_600)
        raise AssertionError


BROKEN = {
    "SUBGRAPH_UNAVAILABLE": (Raises(), "Subgraph {name} failed."),
    "SUBGRAPH_TIMEOUT": (NeverAnswers(), "Subgraph {name} did not answer in time."),
}
AUTHOR = ["track", "comments", "nodes", 0, "author"]
CREATOR = ["track", "tokens", "nodes", 0, "creator"]
PAYEE = ["track", "split", "shares", 0, "payee"]
FOLLOWERS = ["track", "similar", 0, "item", "creator", "followerCount"]
LOST = {
    "nft": [["track", "tokens"]],
    "ai": [["track", "similar"]],
    "royalties": [["track", "split"]],
    "social": [["track", "comments"], ["track", "likeCount"], FOLLOWERS],
    "media": [["track"]],
    "users": [["me"], AUTHOR, ["track", "owner"], PAYEE, CREATOR],
}
"""What becomes null when a subgraph is away."""
TOLD = LOST | {
    "users": [
        ["me"],
        [*AUTHOR, "displayName"],
        ["track", "owner", "username"],
        [*PAYEE, "username"],
        [*CREATOR, "username"],
    ],
}
"""The paths of the errors: of what was asked of it; its own non-null fields null their owner."""


@pytest.fixture
async def small_catalogue(databases: Databases) -> None:
    """Ten tracks with all that six domains know of them."""
    await write_people(databases)
    await write_catalogue(databases, range(10))


async def ask_across(house: House) -> tuple[dict[str, Any], float]:
    """The query, by an admin, who sees every split; the answer and how long it took."""
    admin = await house.join("ada", Role.ADMIN)
    began = time.monotonic()
    answer = await house.ask(ACROSS, {"id": global_track_id(3)}, by=admin)
    return answer, time.monotonic() - began


@pytest.mark.usefixtures("small_catalogue")
async def test_one_query_spans_all_six_subgraphs(house: House) -> None:
    answer, _ = await ask_across(house)

    assert answer == {"data": WHOLE}


@pytest.mark.parametrize("code", BROKEN)
@pytest.mark.parametrize("name", LOST)
@pytest.mark.parametrize("profile", ["embedded"])
@pytest.mark.usefixtures("small_catalogue")
async def test_a_broken_subgraph_takes_only_its_own_fields(
    name: str, code: str, databases: Databases, outside: FakeOutside, tmp_path: Path
) -> None:
    transport, message = BROKEN[code]

    async with open_house(
        databases, outside, tmp_path, replaced={name: transport}, limits=DEADLINES
    ) as house:
        answer, seconds = await ask_across(house)

    assert seconds < DEADLINES.operation_seconds_max + bound(SLACK_SECONDS)
    assert answer["data"] == without(WHOLE, LOST[name])
    told = without_request_ids(answer["errors"])
    assert sorted(told, key=path_of) == [
        {
            "message": message.format(name=name),
            "path": path,
            "extensions": {"code": code, "subgraph": name},
        }
        for path in TOLD[name]
    ]


def path_of(error: dict[str, Any]) -> str:
    return ".".join(map(str, error["path"]))


def without(whole: Any, paths: list[list[Any]]) -> Any:
    """The same data with null at these paths."""
    if [] in paths:
        return None
    if isinstance(whole, dict):
        items = whole.items()
        return {key: without(each, [p[1:] for p in paths if p[0] == key]) for key, each in items}
    if isinstance(whole, list):
        return [
            without(each, [p[1:] for p in paths if p[0] == place])
            for place, each in enumerate(whole)
        ]
    return whole
