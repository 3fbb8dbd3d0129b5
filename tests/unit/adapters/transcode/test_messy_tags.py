"""Tags as old programs left them: in the wrong charset, many times over, without end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3, TALB, TCON, TIT2, TPE1, TRCK, TXXX
from mutagen.mp4 import MP4
from mutagen.oggvorbis import OggVorbis

from adapters.transcode.mislabelled import charset_of, mend
from adapters.transcode.tags import TEXT_MAX, VALUES_MAX, read_tags
from tests.unit.adapters.transcode.sounds import a_tone

SWEDISH = ("Sigur Rós", "Ágætis byrjun", "Svefn-g-englar")
GERMAN = ("Die Ärzte", "Über alle Maßen", "Größer & schöner")
FRENCH = ("Françoise Hardy", "L’été déjà", "Où va-t-elle…")
RUSSIAN = ("Земфира", "Прости меня моя любовь", "Хочешь? (живьём)")
JAPANESE = ("椎名林檎", "無罪モラトリアム", "丸ノ内サディスティック")
KANA = ("くるり", "ばらの花", "ワンダーフォーゲル")


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return a_tone(tmp_path / "a.mp3", seconds=0.1)


def mislabelled(text: str, charset: str) -> str:
    """A text as a program wrote it that knew of no charset but its own."""
    return text.encode(charset).decode("latin-1")


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize(
    ("_case", "texts", "charset"),
    [
        ("Latin-1 that is Latin-1", SWEDISH, "latin-1"),
        ("German", GERMAN, "latin-1"),
        ("Windows' quotes and dots", FRENCH, "cp1252"),
        ("Russian Windows", RUSSIAN, "cp1251"),
        ("Japanese kanji", JAPANESE, "cp932"),
        ("Japanese kana", KANA, "cp932"),
        ("UTF-8 in frames of before there was UTF-8", JAPANESE, "utf-8"),
        ("UTF-8 with few accents", SWEDISH, "utf-8"),
    ],
)
def test_a_text_is_read_as_it_was_written(
    _case: str, texts: tuple[str, str, str], charset: str, version: int, tone: Path
) -> None:
    artist, album, title = (mislabelled(text, charset) for text in texts)
    tags = ID3()
    tags.add(TPE1(encoding=0, text=artist))
    tags.add(TALB(encoding=0, text=album))
    tags.add(TIT2(encoding=0, text=title))
    tags.save(tone, v2_version=version)

    read = read_tags(tone)

    assert (read.artist, read.album, read.title) == texts


def test_a_frame_that_says_its_charset_is_believed(tone: Path) -> None:
    tags = ID3()
    tags.add(TPE1(encoding=0, text=mislabelled("Земфира", "cp1251")))
    tags.add(TIT2(encoding=1, text="Àéîõü Ñandú"))
    tags.save(tone)

    read = read_tags(tone)

    assert (read.artist, read.title) == ("Земфира", "Àéîõü Ñandú")


@given(st.lists(st.text(st.characters(codec="latin-1", min_codepoint=32)), max_size=5))
def test_mending_never_fails_and_leaves_ascii_alone(texts: list[str]) -> None:
    charset = charset_of(texts)

    mended = [mend(text, charset) for text in texts]

    assert (charset is None) == all(text.isascii() for text in texts)
    assert [m for m, t in zip(mended, texts, strict=True) if t.isascii()] == [
        t for t in texts if t.isascii()
    ]


def test_several_values_of_one_frame_are_several_artists(tone: Path) -> None:
    tags = ID3()
    tags.add(TPE1(encoding=3, text=["Anna", "Ben", "Anna"]))
    tags.add(TCON(encoding=3, text=["(17)", "Jazz", "17"]))
    tags.save(tone)

    read = read_tags(tone)

    assert read.artists == ("Anna", "Ben")
    assert read.genres == ("Rock", "Jazz")


def test_a_frame_that_comes_twice_counts_once(tone: Path) -> None:
    tags = ID3()
    tags.add(TIT2(encoding=3, text="Kettle"))
    tags.add(TXXX(encoding=3, desc="TITLE", text="Another"))
    tags.save(tone)
    double_frame(tone, b"TIT2")

    assert read_tags(tone).title == "Kettle"


def test_values_without_end_are_cut_off(tone: Path) -> None:
    tags = ID3()
    tags.add(TIT2(encoding=3, text="x" * 2_000_000))
    tags.add(TPE1(encoding=3, text=[f"a{number}" for number in range(50_000)]))
    tags.add(TRCK(encoding=3, text="9" * 100_000))
    tags.save(tone)

    read = read_tags(tone)

    assert read.title == "x" * TEXT_MAX
    assert read.artists == tuple(f"a{number}" for number in range(VALUES_MAX))
    assert read.track_number is None


def test_comments_that_come_often_are_one_each(tmp_path: Path) -> None:
    path = a_tone(tmp_path / "a.ogg", seconds=0.1, options=("-c:a", "libvorbis"))
    file = OggVorbis(path)
    file["ARTIST"] = ["Anna", "Ben", "Anna", ""]
    file["TRACKNUMBER"] = ["x", "7", "8"]
    file.save()

    read = read_tags(path)

    assert (read.artists, read.track_number) == (("Anna", "Ben"), 7)


def test_atoms_of_odd_types_are_left_out(tmp_path: Path) -> None:
    path = a_tone(tmp_path / "a.m4a", seconds=0.1)
    file = MP4(path)
    file["\xa9nam"], file["trkn"] = ["", "Kettle"], [(0, 0)]
    file["----:com.apple.iTunes:ISRC"] = [b"\xff\xfe", b"QZABC2300007"]
    file.save()

    read = read_tags(path)

    assert (read.title, read.track_number, read.isrc) == ("Kettle", None, "QZABC2300007")


def double_frame(path: Path, name: bytes) -> None:
    """Write a frame of an ID3v2.4 tag a second time, over the padding behind the frames."""
    data = bytearray(path.read_bytes())
    place = data.index(name)
    size = int.from_bytes(data[place + 4 : place + 8]) + 10
    frame = bytes(data[place : place + size])
    behind = data.index(b"\0" * (size + 10), place)
    data[behind : behind + size] = frame
    path.write_bytes(bytes(data))
