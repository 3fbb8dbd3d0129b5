"""Files of playlists are read as they are written, and hostile ones are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.playlist_files.jspf import parse_jspf, print_jspf
from domain.media.playlist_files.m3u import parse_m3u, print_m3u
from domain.media.playlist_files.records import ListedPlaylist, ListedTrack
from domain.media.playlist_files.xspf import parse_xspf, print_xspf
from errors import BadInput, TooLarge

FORMS = [(print_m3u, parse_m3u), (print_xspf, parse_xspf), (print_jspf, parse_jspf)]
TEXT = st.text(st.sampled_from("aÉ日 &<>\"'-"), max_size=12).map(
    lambda text: " ".join(text.split())
)
SOME_TEXT = TEXT.filter(bool)
TRACKS = st.builds(
    ListedTrack,
    title=SOME_TEXT,
    creator=TEXT,
    album=TEXT,
    duration_ms=st.none() | st.integers(1, 10**7),
    identifiers=st.lists(
        st.sampled_from(["urn:tutti:Track:1", "isrc:GBAYE0601498", "https://a.b/c?d=1&e=2"]),
        min_size=1,
        unique=True,
    ).map(tuple),
)
PLAYLISTS = st.builds(
    ListedPlaylist, title=SOME_TEXT, tracks=st.lists(TRACKS, max_size=5).map(tuple)
)


@pytest.mark.parametrize(("printed", "parse"), FORMS, ids=["m3u", "xspf", "jspf"])
@given(playlist=PLAYLISTS)
def test_what_we_print_is_read_as_it_was(printed, parse, playlist) -> None:
    found = parse(printed(playlist))

    if parse is parse_m3u:  # without an artist a dash in the title looks like one
        clear = [track for track in playlist.tracks if track.creator or " - " not in track.title]
        assert [t for t in found.tracks if t in clear] == [t for t in playlist.tracks if t in clear]
    else:
        assert found == playlist


@pytest.mark.parametrize("parse", [parse_m3u, parse_xspf, parse_jspf])
@given(text=st.text(max_size=200))
def test_no_text_breaks_the_readers(parse, text) -> None:
    try:
        parse(text)
    except (BadInput, TooLarge):
        return


def test_identifiers_are_told_apart() -> None:
    track = ListedTrack(
        identifiers=(
            "file:///music/a.flac",
            "urn:tutti:Track:0198-aa",
            "urn:isrc:gb-aye-06-01498",
            "https://musicbrainz.org/recording/b1a9c0e9-d987-4042-ae91-78d6a3267d69",
        )
    )

    assert str(track.playable) == "Track:0198-aa"
    assert track.isrc == "GBAYE0601498"
    assert track.music_brainz_id == "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
    assert ListedTrack(identifiers=("urn:tutti:Nonsense:1",)).playable is None


def test_files_of_others_are_read() -> None:
    m3u = parse_m3u(
        "\ufeff#EXTM3U\r\n#EXTINF:123 a=b,Sigur Rós - Sæglópur\r\nC:\\a.mp3\r\nb.mp3\r\n"
    )
    jspf = parse_jspf(
        '{"playlist":{"track":[{"title":"A","duration":"x","identifier":"isrc:1"},3]}}'
    )

    assert [(t.creator, t.title, t.duration_ms) for t in m3u.tracks] == [
        ("Sigur Rós", "Sæglópur", 123_000),
        ("", "", None),
    ]
    assert [(t.title, t.duration_ms) for t in jspf.tracks] == [("A", None)]


BOMB = '<!DOCTYPE p [<!ENTITY a "aaaa">]><playlist xmlns="http://xspf.org/ns/0/"><title>&a;</title></playlist>'


@pytest.mark.parametrize(
    ("_case", "parse", "text", "refusal"),
    [
        ("entities", parse_xspf, BOMB, BadInput),
        ("another root", parse_xspf, "<html/>", BadInput),
        ("no XML", parse_xspf, "{}", BadInput),
        ("no JSON", parse_jspf, "<x/>", BadInput),
        ("no playlist", parse_jspf, "[]", BadInput),
        ("no tracks", parse_jspf, '{"playlist": {"track": {}}}', BadInput),
        ("nested far too deep", parse_jspf, "[" * 100_000, BadInput),
        ("nothing", parse_m3u, " \n", BadInput),
        ("too many entries", parse_m3u, "a.mp3\n" * 2_001, TooLarge),
        ("too long", parse_m3u, "x" * 900_001, TooLarge),
    ],
)
def test_hostile_and_broken_files_are_refused(_case, parse, text, refusal) -> None:
    with pytest.raises(refusal):
        parse(text)
