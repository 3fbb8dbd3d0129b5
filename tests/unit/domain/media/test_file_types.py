"""What a file is, told from its bytes."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import PlayableKind
from domain.media.file_types import HEAD_BYTES, FileKind, require_playable, type_of
from errors import FileTypeRefused
from tests.conftest import SHARED_DATA

AUDIO = SHARED_DATA / "audio"


def a_zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("song.mp3", "no song")
    return made.getvalue()


@pytest.mark.parametrize(
    ("head", "kind", "mime"),
    [
        (b"fLaC\x00\x00\x00\x22", FileKind.AUDIO, "audio/x-flac"),
        (b"ID3\x04\x00" + bytes(20), FileKind.AUDIO, "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(20), FileKind.AUDIO, "audio/mpeg"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", FileKind.AUDIO, "audio/x-wav"),
        (b"OggS\x00\x02" + bytes(20), FileKind.AUDIO, "audio/ogg"),
        (b"wvpk" + bytes(20), FileKind.AUDIO, "audio/x-wavpack"),
        (b"\x1aE\xdf\xa3" + bytes(20), FileKind.UNKNOWN, "application/octet-stream"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), FileKind.IMAGE, "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(20), FileKind.IMAGE, "image/jpeg"),
        (b"MZ\x90\x00" + bytes(20), FileKind.OTHER, "application/x-msdownload"),
        (b"\x7fELF\x02\x01" + bytes(20), FileKind.OTHER, "application/x-executable"),
        (a_zip(), FileKind.OTHER, "application/zip"),
        (b"%PDF-1.7\n", FileKind.OTHER, "application/pdf"),
        (b"<!doctype html><p>", FileKind.TEXT, "text/html"),
        (b"\xef\xbb\xbf  <html>", FileKind.TEXT, "text/html"),
        ("\ufeff<html>".encode("utf-16-le"), FileKind.TEXT, "text/html"),
        (b"#!/bin/sh\nrm -rf /\n", FileKind.TEXT, "text/plain"),
        (b"#EXTM3U\nfile:///etc/passwd\n", FileKind.TEXT, "text/plain"),
        ("Das Lied, schön".encode()[:-2], FileKind.TEXT, "text/plain"),
        (b"", FileKind.UNKNOWN, "application/octet-stream"),
        (bytes(range(256)), FileKind.UNKNOWN, "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, kind: FileKind, mime: str) -> None:
    found = type_of(head)

    assert (found.kind, found.mime) == (kind, mime)


@pytest.mark.parametrize("head", [a_zip(), b"MZ\x90\x00", b"<html>", b"\x89PNG\r\n\x1a\n\x00"])
def test_what_can_plainly_not_be_played_is_refused(head: bytes) -> None:
    with pytest.raises(FileTypeRefused):
        require_playable(head, PlayableKind.TRACK)


@pytest.mark.skipif(not AUDIO.is_dir(), reason="the shared recordings are not here")
def test_every_real_recording_is_audio() -> None:
    suffixes = {".ogg", ".mp3", ".flac", ".wav", ".opus", ".m4a"}
    files = sorted(path for path in AUDIO.rglob("*") if path.suffix.lower() in suffixes)

    kinds = {path.name: type_of(head(path)).kind for path in files}

    assert len(kinds) > 10
    assert set(kinds.values()) == {FileKind.AUDIO}


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_at_all_are_of_some_type(head: bytes) -> None:
    assert type_of(head).mime.count("/") == 1


def head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
