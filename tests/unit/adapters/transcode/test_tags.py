"""Tags of every container, tidy and messy."""

import base64
from pathlib import Path

import pytest
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB, TCON, TDRC, TIT2, TPE1, TPE2, TPOS, TRCK, TSRC
from mutagen.mp4 import MP4, MP4Cover
from mutagen.oggvorbis import OggVorbis

from adapters.transcode.tags import TEXT_MAX, read_tags
from domain.media.recordings import Tags
from tests.unit.adapters.transcode.sounds import a_tone

JPEG = b"\xff\xd8\xff\xe0 cover"
FULL = Tags(
    title="Úna's Reel",
    artist="Anna, Ben",
    artists=("Anna", "Ben"),
    album="Kettle",
    album_artist="Anna",
    track_number=3,
    disc_number=1,
    year=2023,
    genres=("Folk", "Reel"),
    isrc="QZABC2300007",
    cover=JPEG,
    cover_mime="image/jpeg",
)
NOTHING = Tags(
    title=None,
    artist=None,
    artists=(),
    album=None,
    album_artist=None,
    track_number=None,
    disc_number=None,
    year=None,
    genres=(),
    isrc=None,
    cover=None,
    cover_mime=None,
)


def a_picture(kind: int = 3, data: bytes = JPEG) -> Picture:
    picture = Picture()
    picture.type, picture.mime, picture.data = kind, "image/jpeg", data
    return picture


def a_flac(path: Path, **comments: str | list[str]) -> Path:
    file = FLAC(a_tone(path, seconds=0.1))
    file.delete()
    file.update(comments)
    file.save()
    return path


def test_flac_tells_everything(tmp_path: Path) -> None:
    path = a_flac(
        tmp_path / "a.flac",
        title="Úna's Reel",
        artist=["Anna", "Ben"],
        album="Kettle",
        albumartist="Anna",
        tracknumber="3/12",
        discnumber="01",
        date="2023-05-01",
        genre=["Folk; Reel", "Folk"],
        isrc="qz-abc-23-00007",
    )
    file = FLAC(path)
    file.add_picture(a_picture(4, b"back"))
    file.add_picture(a_picture())
    file.save()

    assert read_tags(path) == FULL


def test_mp3_tells_everything(tmp_path: Path) -> None:
    path = a_tone(tmp_path / "a.mp3", seconds=0.1)
    tags = ID3()
    tags.add(TIT2(encoding=1, text="Úna's Reel"))
    tags.add(TPE1(encoding=3, text=["Anna", "Ben"]))
    tags.add(TALB(encoding=3, text="Kettle"))
    tags.add(TPE2(encoding=3, text="Anna"))
    tags.add(TRCK(encoding=3, text="3/12"))
    tags.add(TPOS(encoding=3, text="1/2"))
    tags.add(TDRC(encoding=3, text="2023-05-01"))
    tags.add(TCON(encoding=3, text=["Folk", "Reel"]))
    tags.add(TSRC(encoding=3, text="QZABC2300007"))
    tags.add(APIC(encoding=3, mime="image/jpeg", type=3, desc="", data=JPEG))
    tags.save(path)

    assert read_tags(path) == FULL


def test_m4a_tells_everything(tmp_path: Path) -> None:
    path = a_tone(tmp_path / "a.m4a", seconds=0.1)
    file = MP4(path)
    file["\xa9nam"], file["\xa9ART"], file["\xa9alb"] = "Úna's Reel", ["Anna", "Ben"], "Kettle"
    file["aART"], file["trkn"], file["disk"] = "Anna", [(3, 12)], [(1, 0)]
    file["\xa9day"], file["\xa9gen"] = "2023", ["Folk", "Reel"]
    file["----:com.apple.iTunes:ISRC"] = [b"QZABC2300007"]
    file["covr"] = [MP4Cover(JPEG, MP4Cover.FORMAT_JPEG)]
    file.save()

    assert read_tags(path) == FULL


def test_ogg_tells_everything(tmp_path: Path) -> None:
    path = a_tone(tmp_path / "a.ogg", seconds=0.1, options=("-c:a", "libvorbis"))
    file = OggVorbis(path)
    file.delete()
    file["TITLE"], file["ARTIST"], file["Album"] = "Úna's Reel", ["Anna", "Ben"], "Kettle"
    file["album artist"], file["track"], file["disc"] = "Anna", "3", "1"
    file["year"], file["genre"], file["isrc"] = "2023", "Folk/Reel", "QZABC2300007"
    file["metadata_block_picture"] = ["!", base64.b64encode(a_picture().write()).decode()]
    file.save()

    assert read_tags(path) == FULL


def test_a_file_without_tags_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    a_tone(path, seconds=0.1)

    assert read_tags(path) == NOTHING


def test_several_titles_become_one(tmp_path: Path) -> None:
    path = a_flac(tmp_path / "a.flac", title=["Living Caves", "Crossroads"])

    assert read_tags(path).title == "Living Caves / Crossroads"


def test_texts_are_trimmed_bounded_and_free_of_controls(tmp_path: Path) -> None:
    path = a_flac(
        tmp_path / "a.flac",
        title=" A\x00B\r\n\tC\u200b ",
        artist="x" * 5_000,
        album="   ",
        genre=[f"g{n}" for n in range(500)],
    )

    tags = read_tags(path)

    assert tags.title == "A / B C"
    assert tags.artist == "x" * TEXT_MAX
    assert tags.album is None
    assert tags.genres == tuple(f"g{n}" for n in range(20))


@pytest.mark.parametrize(
    ("given", "read"),
    [("0", None), ("0/0", None), ("A1", None), ("12 of 14", 12), ("999999", None), ("-3", None)],
)
def test_numbers_are_read_or_left_out(given: str, read: int | None, tmp_path: Path) -> None:
    path = a_flac(tmp_path / "a.flac", tracknumber=given)

    assert read_tags(path).track_number == read


@pytest.mark.parametrize(
    ("given", "read"),
    [("2013-01-01", 2013), ("(C) 1999", 1999), ("03/2007", 2007), ("soon", None), ("20131", None)],
)
def test_years_are_found_in_dates(given: str, read: int | None, tmp_path: Path) -> None:
    path = a_flac(tmp_path / "a.flac", date=given)

    assert read_tags(path).year == read


def test_a_malformed_isrc_is_left_out(tmp_path: Path) -> None:
    path = a_flac(tmp_path / "a.flac", isrc=["unknown", "US-S1Z-99-0000"])

    assert read_tags(path).isrc is None


def test_comments_that_are_not_utf_8_do_not_hide_the_others(tmp_path: Path) -> None:
    path = a_flac(tmp_path / "a.flac", artist="Bjork", title="Joga")
    path.write_bytes(path.read_bytes().replace(b"Bjork", b"Bj\xf6rk"))

    tags = read_tags(path)

    assert tags.title == "Joga"
    assert tags.artist == "Bj\ufffdrk"


def test_latin_1_frames_are_read_as_such(tmp_path: Path) -> None:
    path = a_tone(tmp_path / "a.mp3", seconds=0.1)
    tags = ID3()
    tags.add(TPE1(encoding=0, text="Björk"))
    tags.save(path, v2_version=3)

    assert read_tags(path).artist == "Björk"


def test_tags_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x04\x00\xff\x7f\x7f\x7f\x7f" + b"\xff" * 300)

    assert read_tags(path) == NOTHING
