"""The transcoder as workers use it, and the folders it works in."""

import os
import time
from pathlib import Path

import pytest
from mutagen.flac import FLAC, Picture

from adapters.storage.workspace import ABANDONED_SECONDS
from adapters.transcode.transcoder import FfmpegTranscoder
from errors import NotAudio
from tests.unit.adapters.transcode.sounds import a_tone


async def test_a_broken_cover_does_not_spoil_a_recording(tmp_path: Path) -> None:
    path = a_tone(tmp_path / "a.flac")
    picture = Picture()
    picture.type, picture.mime, picture.data = 3, "image/jpeg", b"not a picture"
    file = FLAC(path)
    file.add_picture(picture)
    file.save()
    transcoder = FfmpegTranscoder(tmp_path / "scratch")

    facts = await transcoder.probe(await transcoder.mend(path, tmp_path))
    tags = await transcoder.read_tags(path)

    assert facts.codec == "flac"
    assert tags.cover == b"not a picture"
    assert await transcoder.make_covers(tags.cover) is None


async def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_text("no sound")

    with pytest.raises(NotAudio, match="The file is text, not audio"):
        await FfmpegTranscoder(tmp_path / "scratch").probe(path)


async def test_a_workspace_is_empty_at_first_and_gone_at_last(tmp_path: Path) -> None:
    left_behind = tmp_path / "one" / "half.m4s"
    left_behind.parent.mkdir()
    left_behind.write_bytes(b"of a killed worker")

    async with FfmpegTranscoder(tmp_path).workspace("one") as folder:
        assert list(folder.iterdir()) == []
        (folder / "new").write_bytes(b"x")

    assert list(tmp_path.iterdir()) == []


async def test_a_workspace_is_gone_after_a_failure(tmp_path: Path) -> None:
    async def fail() -> None:
        async with FfmpegTranscoder(tmp_path).workspace("one") as folder:
            (folder / "new").write_bytes(b"x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert list(tmp_path.iterdir()) == []


async def test_only_abandoned_workspaces_of_others_are_cleared(tmp_path: Path) -> None:
    fresh, abandoned = tmp_path / "fresh", tmp_path / "abandoned"
    fresh.mkdir()
    abandoned.mkdir()
    long_ago = time.time() - ABANDONED_SECONDS - 60
    os.utime(abandoned, (long_ago, long_ago))

    async with FfmpegTranscoder(tmp_path).workspace("one"):
        assert sorted(each.name for each in tmp_path.iterdir()) == ["fresh", "one"]
