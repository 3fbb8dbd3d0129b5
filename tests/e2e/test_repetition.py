"""Mutations sent twice, and documents known by id."""

import hashlib
from pathlib import Path

import pytest

from db.engine import Databases
from db.idempotency import DatabaseAnswers
from db.unit_of_work import UnitOfWork
from domain.viewer import Role
from tests.conftest import FakeOutside
from tests.e2e.catalogue import global_track_id, write_catalogue, write_people
from tests.e2e.house import House, error_codes, example, open_house
from tests.outbox import job_names
from web.documents.persisted_documents import Documents, read_manifest
from web.operations.idempotency import CLAIM_SECONDS_MAX

COMMENT = example("add_comment")
MANIFEST = Path("examples/operations/manifest.json")


async def comments_on(house: House, track_id: str) -> list[str]:
    document = "query ($id: ID!) { track(id: $id) { comments { nodes { body } } } }"
    data = await house.data(document, {"id": track_id})
    return [node["body"] for node in data["track"]["comments"]["nodes"]]


async def test_the_same_key_twice_has_one_effect(house: House, databases: Databases) -> None:
    anna = await house.join("anna")
    await write_people(databases)
    await write_catalogue(databases, range(10))
    track_id = global_track_id(1)
    variables = {"playableId": track_id, "body": "Once only"}
    key = {"idempotency-key": "comment-1"}

    first = await house.ask(COMMENT, variables, by=anna, headers=key)
    second = await house.ask(COMMENT, variables, by=anna, headers=key)
    inside = await house.post(
        {
            "query": COMMENT,
            "variables": variables,
            "extensions": {"idempotencyKey": "comment-1"},
        },
        by=anna,
    )
    other = await house.ask(
        COMMENT, {"playableId": track_id, "body": "Something else"}, by=anna, headers=key
    )

    assert first["data"]["addComment"]["problems"] == []
    assert first["data"] == second["data"] == inside["data"]
    assert error_codes(other) == ["CONFLICT"]
    assert "data" not in other
    assert await comments_on(house, track_id) == ["Once only", "Comment 1"]


class Killed(BaseException):
    """The process ends here."""


async def test_a_gateway_killed_before_it_kept_the_answer_has_one_effect(
    house: House, databases: Databases, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await house.join("anna")
    await write_people(databases)
    await write_catalogue(databases, range(10))
    track_id = global_track_id(1)
    variables = {"playableId": track_id, "body": "Once only"}
    key = {"idempotency-key": "comment-1"}

    async def die(_store: DatabaseAnswers, _key: str, _answer: bytes) -> None:
        raise Killed

    with monkeypatch.context() as fault:
        fault.setattr(DatabaseAnswers, "finish", die)
        with pytest.raises(Killed):
            await house.ask(COMMENT, variables, by=anna, headers=key)
    outside.clock.advance(seconds=CLAIM_SECONDS_MAX + 1)
    again = await house.ask(COMMENT, variables, by=anna, headers=key)
    once_more = await house.ask(COMMENT, variables, by=anna, headers=key)

    assert error_codes(again) == error_codes(once_more) == ["ALREADY_DONE"]
    assert again["data"] == once_more["data"] == {"addComment": None}
    assert await comments_on(house, track_id) == ["Once only", "Comment 1"]


async def test_a_gateway_killed_before_the_commit_lets_the_repetition_run(
    house: House, databases: Databases, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await house.join("anna")
    await write_people(databases)
    await write_catalogue(databases, range(10))
    track_id = global_track_id(1)
    body = {
        "query": COMMENT,
        "variables": {"playableId": track_id, "body": "Once only"},
        "extensions": {"idempotencyKey": "comment-1"},
    }

    async def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as fault:
        fault.setattr(UnitOfWork, "commit", die)
        fault.setattr(DatabaseAnswers, "finish", die)
        with pytest.raises(Killed):
            await house.post(body, by=anna)
    outside.clock.advance(seconds=CLAIM_SECONDS_MAX + 1)
    again = await house.post(body, by=anna)

    assert again["data"]["addComment"]["problems"] == []
    assert await comments_on(house, track_id) == ["Once only", "Comment 1"]


async def test_a_key_belongs_to_whoever_used_it(house: House, databases: Databases) -> None:
    anna, ben = await house.join("anna"), await house.join("ben")
    await write_people(databases)
    await write_catalogue(databases, range(10))
    track_id = global_track_id(1)
    variables = {"playableId": track_id, "body": "Mine"}
    key = {"idempotency-key": "the-same"}

    await house.ask(COMMENT, variables, by=anna, headers=key)
    await house.ask(COMMENT, variables, by=ben, headers=key)

    assert await comments_on(house, track_id) == ["Mine", "Mine", "Comment 1"]


async def test_a_repeated_upload_makes_one_draft(house: House, databases: Databases) -> None:
    anna = await house.join("anna", Role.CREATOR)
    variables = {"fileName": "song.flac", "sizeBytes": 10}
    key = {"idempotency-key": "draft"}

    first = await house.ask(example("upload_track"), variables, by=anna, headers=key)
    second = await house.ask(example("upload_track"), variables, by=anna, headers=key)
    mine = await house.data(example("my_tracks"), by=anna)

    assert first["data"] == second["data"]
    assert [each["id"] for each in mine["myTracks"]["nodes"]] == [
        first["data"]["uploadTrack"]["track"]["id"]
    ]
    assert await job_names(databases) == []


@pytest.mark.parametrize("profile", ["embedded"])
async def test_documents_run_by_their_id(
    databases: Databases, outside: FakeOutside, tmp_path: Path
) -> None:
    digest = hashlib.sha256(example("me").encode()).hexdigest()
    persisted = {"version": 1, "sha256Hash": digest}
    documents = Documents(own=read_manifest(MANIFEST))
    async with open_house(databases, outside, tmp_path, documents=documents) as house:
        anna = await house.join("anna")

        by_text = await house.post({"query": example("me")}, by=anna)
        by_name = await house.post({"documentId": "me"}, by=anna)
        by_hash = await house.post({"documentId": f"sha256:{digest}"}, by=anna)
        apollo = await house.post({"extensions": {"persistedQuery": persisted}}, by=anna)
        unknown = await house.post({"documentId": "no-such-document"}, by=anna)

    assert by_text["data"]["me"]["email"] == "anna@tutti.example"
    assert by_text == by_name == by_hash == apollo
    assert error_codes(unknown) == ["PERSISTED_QUERY_NOT_FOUND"]
