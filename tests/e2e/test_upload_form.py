"""A track whose file comes with the mutation, by the GraphQL multipart request."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from blake3 import blake3

from domain.media.object_keys import original_key
from domain.viewer import Role
from tests.e2e.house import House, Person, problem_codes
from web.routes import build_app
from web.wire.upload_requests import UploadRequests

SONG = b"RIFF" + bytes(range(256)) * 100
UPLOAD = """
mutation ($input: UploadTrackInput!, $file: Upload) {
  uploadTrack(input: $input, file: $file) { track { state title } uploadUrl problems { code } }
}
"""


async def upload(
    house: House, scratch: Path, by: Person, *, size: int = len(SONG), key: str = "one-upload"
) -> dict[str, Any]:
    uploads = UploadRequests(scratch=scratch, bytes_max=1_000_000)
    app = build_app(replace(house.parts, uploads=uploads), checks={})
    given = {
        "fileName": "song.wav",
        "sizeBytes": size,
        "title": "Little Song",
        "allowDuplicate": True,
    }
    operations = {"query": UPLOAD, "variables": {"input": given, "file": None}}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        answer = await client.post(
            "http://tutti.test/graphql",
            data={"operations": json.dumps(operations), "map": '{"0": ["variables.file"]}'},
            files={"0": ("song.wav", SONG)},
            headers={
                "authorization": f"Bearer {by.token}",
                "graphql-require-preflight": "1",
                "idempotency-key": key,
            },
        )
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_file_comes_with_its_track(house: House, tmp_path: Path) -> None:
    mara = await house.join("mara", Role.CREATOR)

    answers = [
        await upload(house, tmp_path / "forms", mara, key=f"upload-{n}") for n in (1, 1, 2, 3)
    ]
    mine = await house.data("{ myTracks { nodes { title } } }", by=mara)

    track = {"state": "UPLOADED", "title": "Little Song"}
    uploaded = {"track": track, "uploadUrl": None, "problems": []}
    assert answers == [{"data": {"uploadTrack": uploaded}}] * 4
    assert mine == {"myTracks": {"nodes": [{"title": "Little Song"}] * 3}}  # one was a repetition
    assert list(house.outside.store.objects) == [original_key(blake3(SONG).hexdigest())]
    assert list((tmp_path / "forms").iterdir()) == []


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_file_of_another_size_is_refused(house: House, tmp_path: Path) -> None:
    mara = await house.join("mara", Role.CREATOR)

    answer = await upload(house, tmp_path / "forms", mara, size=len(SONG) - 1)

    assert problem_codes(answer, "uploadTrack") == ["BAD_INPUT"]
    assert house.outside.store.objects == {}
