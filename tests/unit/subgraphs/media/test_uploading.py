"""Uploads as clients see them: addresses, room, refusals as problems."""

from domain.ids import UserId
from resolvers.media.uploads import receive_file
from schema.ids import parse_id, print_id
from tests.conftest import ADMIN, ANNA
from tests.unit.subgraphs.media.executing import run

UPLOAD = """
mutation Upload($input: UploadTrackInput!) {
  uploadTrack(input: $input) {
    track { id state sourceType } uploadUrl tusUrl problems { code field message }
  }
}
"""
RENEW = """
mutation Renew($input: RenewUploadInput!) {
  renewUpload(input: $input) { track { id } uploadUrl tusUrl problems { code field } }
}
"""
BEGIN = """
mutation Begin($input: BeginDirectUploadInput!) {
  beginDirectUpload(input: $input) { parts { number } problems { code } }
}
"""
LIMIT = """
mutation Limit($input: SetStorageLimitInput!) {
  setStorageLimit(input: $input) { storage { limitBytes } problems { code field } }
}
"""
STORAGE = "{ myStorage { usedBytes reservedBytes limitBytes } }"
REEL = {"fileName": "reel.flac", "sizeBytes": 1_000}


async def test_a_draft_comes_with_two_ways_to_send_its_file(as_viewer) -> None:
    ctx = as_viewer(ANNA)

    data = await run(ctx, UPLOAD, input=REEL)

    made = data["uploadTrack"]
    assert made["problems"] == []
    assert made["track"]["state"] == "AWAITING_FILE"
    assert made["uploadUrl"].startswith("http://tutti.test/media/uploads/")
    assert made["tusUrl"].startswith("http://tutti.test/media/tus/")
    renewed = (await run(ctx, RENEW, input={"trackId": made["track"]["id"], "sizeBytes": 9}))[
        "renewUpload"
    ]
    assert renewed["track"]["id"] == made["track"]["id"]
    assert renewed["tusUrl"] != made["tusUrl"]


async def test_room_is_shown_and_its_lack_is_a_problem(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    anna = print_id("User", "anna")
    limited = await run(as_viewer(ADMIN), LIMIT, input={"userId": anna, "limitBytes": 1_500})
    made = (await run(ctx, UPLOAD, input=REEL))["uploadTrack"]
    refused = (await run(ctx, UPLOAD, input=REEL))["uploadTrack"]
    await receive_file(
        ctx,
        parse_id(made["track"]["id"], "Track"),
        source_key="originals/ab/abc",
        source_hash="abc",
        source_bytes=900,
        source_type="audio/x-flac",
    )

    shown = await run(as_viewer(ANNA), STORAGE)

    assert limited["setStorageLimit"] == {"storage": {"limitBytes": 1_500}, "problems": []}
    [problem] = refused["problems"]
    assert (problem["code"], problem["field"]) == ("STORAGE_QUOTA_EXCEEDED", "sizeBytes")
    assert "1000 reserved of 1500" in problem["message"]
    assert shown["myStorage"] == {"usedBytes": 900, "reservedBytes": 0, "limitBytes": 1_500}
    assert UserId("anna") == ANNA.user_id


async def test_without_a_bucket_a_direct_upload_is_refused_by_a_code(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    made = (await run(ctx, UPLOAD, input=REEL))["uploadTrack"]

    data = await run(ctx, BEGIN, input={"id": made["track"]["id"]})

    assert data["beginDirectUpload"] == {
        "parts": [],
        "problems": [{"code": "DIRECT_UPLOAD_UNAVAILABLE"}],
    }
