"""`make demo` against a real gateway and worker: every step, on files good and bad."""

from pathlib import Path

import httpx
import pytest
from mutagen.flac import FLAC

from devtools.demo import Walk, walk_main_job
from domain.viewer import Role
from tests.e2e.site import PASSWORD, Site
from tests.unit.adapters.transcode.sounds import a_tone


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A short tagged recording and two files that are none."""
    folder = tmp_path / "music"
    folder.mkdir()
    file = FLAC(a_tone(folder / "01 tone.flac", seconds=3))
    file.update({"title": "A Tone", "artist": "Test Bench", "album": "Signals"})
    file.save()
    (folder / "notes.mp3").write_text("not a song")
    (folder / "empty.wav").write_bytes(b"")
    (folder / "copyright").write_text("of no interest")
    return folder


async def test_the_walk_says_what_became_of_each_file(
    site: Site, music: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = site.gateway()
    site.worker()
    await site.add_account("ops", Role.ADMIN)

    async with httpx.AsyncClient(base_url=gateway.url, timeout=30) as client:
        await walk_main_job(Walk(client, "ops@tutti.example", PASSWORD), music)

    said = capsys.readouterr().out
    assert '{"FAILED": 2, "READY": 1, "new": 3}' in said
    assert "READY  Test Bench – A Tone [Signals]: 3.000 s, flac 44100 Hz" in said
    assert "notes: The file is text, not audio. (NOT_AUDIO)" in said
    assert "empty: The file is empty; upload it again. (FILE_EMPTY)" in said
    assert "ok  A Tone: 3 renditions" in said
    assert '"tampered": [403, "URL_SIGNATURE_INVALID"]' in said
    assert '"state": "ENDED", "listenedMs": 2000' in said
