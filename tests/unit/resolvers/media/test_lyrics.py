"""Who writes the lyrics of a track, and who reads which."""

import pytest

from domain.media.lyrics.records import LyricsFormat
from domain.viewer import ANONYMOUS
from errors import BadInput, Forbidden, NotFound, TooLarge, Unauthenticated
from resolvers.media import lyrics
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_draft, a_track, keep_tracks
from tests.unit.subgraphs.media.executing import run, track_id

LRC, PLAIN = LyricsFormat.LRC, LyricsFormat.PLAIN
TIMED = "[00:01.00]<00:01.00>One <00:01.50>by <00:02.00>one<00:02.50>\n[00:03.00]Two\n"
SET = """mutation S($input: SetLyricsInput!) { setLyrics(input: $input) {
  track { lyricsLanguages lyrics {
    language synced lines { startMs endMs text words { startMs text } } text lrc ttml } }
  problems { code field } } }"""


@pytest.fixture
async def track(as_viewer):
    (kept, _draft) = await keep_tracks(as_viewer(ANNA), a_track(), a_draft("draft-1"))
    return kept


async def write(ctx, track, language="en", form=PLAIN, text="La la", **more):
    return await lyrics.set_lyrics(ctx, track.id, language=language, form=form, text=text, **more)


async def read(ctx, track, language=None):
    (found,) = await lyrics.lyrics_of(ctx, [track], language)
    return found and (found.language, [line.text for line in found.content.lines])


@pytest.mark.parametrize(
    ("_case", "viewer", "key", "refusal"),
    [
        ("nobody", ANONYMOUS, "track-1", Unauthenticated),
        ("a stranger", BEN, "track-1", Forbidden),
        ("an admin", ADMIN, "track-1", Forbidden),
        ("a stranger to a draft", BEN, "draft-1", NotFound),
    ],
)
async def test_only_its_owner_writes_them(_case, viewer, key, refusal, track, as_viewer) -> None:
    await write(as_viewer(ANNA), track)
    named = a_track(key)

    with pytest.raises(refusal):
        await write(as_viewer(viewer), named, text="Mine")
    with pytest.raises(refusal):
        await lyrics.remove_lyrics(as_viewer(viewer), named.id, language="en")

    assert await read(as_viewer(BEN), track) == ("en", ["La la"])


async def test_they_are_read_in_the_language_asked_for_or_a_near_one(track, as_viewer) -> None:
    anna = as_viewer(ANNA)
    await write(anna, track, "de", text="Auf Deutsch", is_translation=True)
    await write(anna, track, "pt-BR", text="Em português")
    await write(anna, track, "en", text="In English", is_translation=True)

    assert await read(anna, track) == ("pt-BR", ["Em português"])
    assert await read(anna, track, "EN") == ("en", ["In English"])
    assert await read(anna, track, "pt-PT") == ("pt-BR", ["Em português"])
    assert await read(anna, track, "fr") is None
    assert await lyrics.languages_of(anna, [track]) == [["pt-BR", "de", "en"]]


async def test_writing_again_replaces_and_removing_again_changes_nothing(track, as_viewer) -> None:
    for text in ("One", "Two", "Two"):
        await write(as_viewer(ANNA), track, text=text)
    assert await read(as_viewer(BEN), track) == ("en", ["Two"])

    for _ in "ab":
        await lyrics.remove_lyrics(as_viewer(ANNA), track.id, language="en")

    assert await read(as_viewer(BEN), track) is None


@pytest.mark.parametrize(
    ("_case", "changes", "refusal"),
    [
        ("no language", {"language": "?"}, BadInput),
        ("no words", {"text": " "}, BadInput),
        ("no XML", {"form": LyricsFormat.TTML}, BadInput),
        ("far too much", {"text": "x" * 500_001}, TooLarge),
    ],
)
async def test_bad_lyrics_change_nothing(_case, changes, refusal, track, as_viewer) -> None:
    with pytest.raises(refusal):
        await write(as_viewer(ANNA), track, **changes)

    assert await lyrics.languages_of(as_viewer(ANNA), [track]) == [[]]


async def test_a_track_has_lyrics_in_so_many_languages(track, as_viewer, monkeypatch) -> None:
    monkeypatch.setattr(lyrics, "LANGUAGES_MAX", 1)
    await write(as_viewer(ANNA), track, "en")

    with pytest.raises(TooLarge):
        await write(as_viewer(ANNA), track, "de")

    await write(as_viewer(ANNA), track, "en", text="Other")


async def test_clients_get_lines_words_and_files(track, as_viewer) -> None:
    told = {"trackId": track_id(), "language": "en", "format": "LRC", "text": TIMED}

    done = (await run(as_viewer(ANNA), SET, input=told))["setLyrics"]
    refused = (await run(as_viewer(ANNA), SET, input={**told, "text": ""}))["setLyrics"]

    found = done["track"]["lyrics"]
    assert (found["language"], found["synced"], found["text"]) == ("en", True, "One by one\nTwo")
    assert found["lines"][0]["words"][1] == {"startMs": 1500, "text": "by "}
    assert (found["lines"][0]["startMs"], found["lines"][0]["endMs"]) == (1000, 2500)
    assert "<00:01.50>by " in found["lrc"]
    assert '<span begin="00:00:01.500" end="00:00:02.000">by</span> ' in found["ttml"]
    assert refused["problems"] == [{"code": "BAD_INPUT", "field": "text"}]
