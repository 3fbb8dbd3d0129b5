"""Requests that cannot be granted: a stable code each, and nothing changed."""

import base64
from typing import Any

import pytest

from db.engine import Databases
from domain.viewer import Role
from schema.ids import print_id
from tests.e2e.house import House, Person, error_codes, example, problem_codes
from tests.e2e.snapshots import all_rows

UNKNOWN = print_id("Track", "no-such-track")
FIVE_GIGABYTES = 5 * 1024**3


async def draft_of(house: House, owner: Person, size: int = 1_000) -> dict[str, Any]:
    """A draft that waits for its file; every domain knows of it."""
    variables = {"fileName": "song.flac", "sizeBytes": size, "title": "Unheard"}
    data = await house.data(example("upload_track"), variables, by=owner)
    await house.tell_domains()
    payload: dict[str, Any] = data["uploadTrack"]
    return payload


async def test_a_wrong_password_opens_no_session(house: House, databases: Databases) -> None:
    anna = await house.join("anna")
    before = await all_rows(databases)

    wrong = await house.ask(example("login"), {"email": anna.email, "password": "wrong"})
    nobody = await house.ask(example("login"), {"email": "x@tutti.example", "password": "wrong"})

    assert problem_codes(wrong, "login") == problem_codes(nobody, "login") == ["WRONG_CREDENTIALS"]
    assert wrong["data"]["login"]["accessToken"] is None
    assert wrong["data"] == nobody["data"]
    assert await all_rows(databases) == before


async def test_a_foreign_draft_does_not_exist(house: House, databases: Databases) -> None:
    anna = await house.join("anna", Role.CREATOR)
    ben = await house.join("ben", Role.CREATOR)
    track_id = (await draft_of(house, anna))["track"]["id"]
    share = {"payeeId": ben.global_id, "basisPoints": 10_000}
    attempts = [
        ("publish_track", {"trackId": track_id}, "publishTrack"),
        ("start_playback", {"playableId": track_id}, "startPlayback"),
        ("like", {"playableId": track_id}, "likePlayable"),
        ("add_comment", {"playableId": track_id, "body": "Hm"}, "addComment"),
        ("mint_track", {"trackId": track_id}, "mintTrack"),
        ("set_split", {"trackId": track_id, "shares": [share]}, "setSplit"),
    ]
    before = await all_rows(databases)

    seen = await house.data(example("track"), {"id": track_id}, by=ben)
    node = await house.data(example("node"), {"id": track_id}, by=ben)
    mine = await house.data(example("track"), {"id": track_id}, by=anna)
    answers = [await house.ask(example(name), values, by=ben) for name, values, _ in attempts]

    assert seen == {"track": None}
    assert node == {"node": None}
    assert mine["track"]["state"] == "AWAITING_FILE"
    assert [error_codes(answer) for answer in answers] == [["NOT_FOUND"]] * len(attempts)
    assert [answer["data"] for answer in answers] == [{field: None} for *_, field in attempts]
    assert await all_rows(databases) == before


async def test_a_file_of_five_gigabytes_is_refused_before_it_is_sent(
    house: House, databases: Databases
) -> None:
    anna = await house.join("anna", Role.CREATOR)
    before = await all_rows(databases)

    answer = await house.ask(
        example("upload_track"),
        {"fileName": "song.flac", "sizeBytes": FIVE_GIGABYTES},
        by=anna,
    )

    assert problem_codes(answer, "uploadTrack") == ["TOO_LARGE"]
    assert answer["data"]["uploadTrack"]["problems"][0]["field"] == "sizeBytes"
    assert answer["data"]["uploadTrack"]["track"] is None
    assert await all_rows(databases) == before


async def test_a_file_longer_than_it_said_is_refused(house: House, databases: Databases) -> None:
    anna = await house.join("anna", Role.CREATOR)
    draft = await draft_of(house, anna, size=1_000)
    before = await all_rows(databases)

    async def without_length():
        for _ in range(11):
            yield b"x" * 100

    claimed = await house.client.put(draft["uploadUrl"], content=b"x" * 1_001)
    streamed = await house.client.put(draft["uploadUrl"], content=without_length())
    forged = await house.client.put(draft["uploadUrl"].replace(".1000.", ".9000."), content=b"x")

    assert [claimed.status_code, streamed.status_code, forged.status_code] == [413, 413, 403]
    assert error_codes(claimed.json()) == error_codes(streamed.json()) == ["TOO_LARGE"]
    assert await all_rows(databases) == before
    assert house.outside.store.objects == {}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (UNKNOWN, None),
        (print_id("Album", "anything"), "BAD_INPUT"),
        (print_id("Nonsense", "anything"), "BAD_INPUT"),
        ("not base64!", "BAD_INPUT"),
        ("", "BAD_INPUT"),
        ("A" * 100_000, "BAD_INPUT"),
        (base64.urlsafe_b64encode(b"Track:\x00").decode(), "BAD_INPUT"),
        (base64.urlsafe_b64encode(b"Track:\xff\xfe").decode(), "BAD_INPUT"),
    ],
)
@pytest.mark.parametrize("profile", ["embedded"])
async def test_an_unknown_id_is_nothing_and_a_wrong_one_is_told(
    house: House, given: str, code: str | None
) -> None:
    answer = await house.ask(example("track"), {"id": given})

    assert answer["data"] == {"track": None}
    assert error_codes(answer) == ([] if code is None else [code])


async def test_what_is_unknown_cannot_be_acted_on(house: House, databases: Databases) -> None:
    anna = await house.join("anna", Role.CREATOR)
    attempts = [
        ("publish_track", {"trackId": UNKNOWN}),
        ("start_playback", {"playableId": UNKNOWN}),
        ("heartbeat", {"sessionId": print_id("PlaybackSession", "none"), "positionMs": 1}),
        ("like", {"playableId": UNKNOWN}),
        ("follow", {"artistId": print_id("Artist", "none")}),
        ("add_comment", {"playableId": UNKNOWN, "body": "Hm"}),
        ("delete_comment", {"commentId": print_id("Comment", "none")}),
        ("mint_track", {"trackId": UNKNOWN}),
    ]
    before = await all_rows(databases)

    answers = [await house.ask(example(name), values, by=anna) for name, values in attempts]

    assert [error_codes(answer) for answer in answers] == [["NOT_FOUND"]] * len(attempts)
    assert await all_rows(databases) == before


async def test_splits_that_make_no_whole_are_refused(house: House, databases: Databases) -> None:
    anna = await house.join("anna", Role.CREATOR)
    ben = await house.join("ben")
    track_id = (await draft_of(house, anna))["track"]["id"]
    refused = {
        "SPLIT_NOT_WHOLE": [(anna.global_id, 7_000), (ben.global_id, 2_999)],
        "UNKNOWN_PAYEE": [(print_id("User", "nobody"), 10_000)],
        "BAD_INPUT": [(anna.global_id, 10_001), (ben.global_id, -1)],
    }
    before = await all_rows(databases)

    codes = {}
    for expected, shares in refused.items():
        given = [{"payeeId": payee, "basisPoints": points} for payee, points in shares]
        variables = {"trackId": track_id, "shares": given}
        answer = await house.ask(example("set_split"), variables, by=anna)
        codes[expected] = problem_codes(answer, "setSplit")

    assert codes == {expected: [expected] for expected in refused}
    assert await all_rows(databases) == before


@pytest.mark.parametrize(
    "cursor", ["garbage", "", "AAAA", "x" * 10_000, "W251bGxd", "WzFd", "\x00"]
)
async def test_a_garbage_cursor_is_told_and_the_rest_answered(house: House, cursor: str) -> None:
    document = """
    query ($after: String) {
      tracks(after: $after) { nodes { id } }
      recommendations { degraded }
    }
    """

    answer = await house.ask(document, {"after": cursor})

    assert answer["data"] == {"tracks": None, "recommendations": {"degraded": True}}
    assert error_codes(answer) == ["BAD_INPUT"]
    assert answer["errors"][0]["path"] == ["tracks"]


PAGE = "query ($n: Int) { tracks(first: $n) { nodes { id } } }"


@pytest.mark.parametrize("first", [0, -1])
@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_page_of_nothing_is_told(house: House, first: int) -> None:
    answer = await house.ask(PAGE, {"n": first})

    assert answer["data"] == {"tracks": None}
    assert error_codes(answer) == ["BAD_INPUT"]


@pytest.mark.parametrize("first", [101, 2_147_483_647])
@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_page_that_is_too_long_is_refused_before_anything_runs(
    house: House, first: int
) -> None:
    answer = await house.ask(PAGE, {"n": first})

    assert "data" not in answer
    assert error_codes(answer) == ["LIST_TOO_LONG"]


@pytest.mark.parametrize("profile", ["embedded"])
async def test_what_needs_an_account_says_so(house: House) -> None:
    names = ("start_playback", "upload_track", "mark_read")
    values: list[dict[str, Any]] = [
        {"playableId": UNKNOWN},
        {"fileName": "song.flac", "sizeBytes": 1},
        {},
    ]

    answers = [
        await house.ask(example(name), given) for name, given in zip(names, values, strict=True)
    ]
    forged = await house.ask("{ me { email } }", headers={"authorization": "Bearer made.up.token"})

    assert [error_codes(answer) for answer in answers] == [["UNAUTHENTICATED"]] * 3
    assert error_codes(forged) == ["UNAUTHENTICATED"]
    assert "data" not in forged


@pytest.mark.parametrize("profile", ["embedded"])
async def test_only_creators_upload_and_only_admins_import(house: House) -> None:
    ben = await house.join("ben")

    upload = await house.ask(example("upload_track"), {"fileName": "a.wav", "sizeBytes": 1}, by=ben)
    folder = await house.ask(example("import_folder"), {"folder": "/"}, by=ben)

    assert error_codes(upload) == error_codes(folder) == ["FORBIDDEN"]
