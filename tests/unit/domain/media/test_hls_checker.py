"""Playlists that are valid pass; each fault is named with its section of RFC 8216."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.hls_checker import check_playlist

MEDIA = """\
#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="init_0.mp4"
#EXTINF:6.013968,
00000.m4s
#EXTINF:2.127528,
00001.m4s
#EXT-X-ENDLIST
"""
MASTER = """\
#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="a/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=70000,AVERAGE-BANDWIDTH=66000,CODECS="mp4a.40.2",AUDIO="aac"
low/index.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9000,URI="frames.m3u8"
"""
ENCRYPTED = MEDIA.replace(
    "#EXTINF:6.0",
    '#EXT-X-KEY:METHOD=AES-128,URI="https://keys/1",IV=0x00000000000000000000000000000001\n#EXTINF:6.0',
)
RANGES = """\
#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:10
#EXTINF:10,
#EXT-X-BYTERANGE:100@0
all.ts
#EXTINF:9.5,A title, with commas
#EXT-X-BYTERANGE:120
all.ts
"""
CACHE = "#EXT-X-ALLOW-CACHE:YES"
LIVE = """\
#EXTM3U
#EXT-X-TARGETDURATION:10
#EXT-X-MEDIA-SEQUENCE:2680
#EXT-X-DISCONTINUITY-SEQUENCE:3
# a comment
#EXT-X-SOMETHING-OF-TOMORROW:yes

#EXT-X-PROGRAM-DATE-TIME:2026-11-20T18:37:28.125Z
#EXTINF:8,
https://other.example/2680.ts
#EXT-X-DISCONTINUITY
#EXTINF:10,
2681.ts
"""


@pytest.mark.parametrize(
    "playlist",
    [MEDIA, MASTER, ENCRYPTED, RANGES, LIVE, MEDIA.replace("\n", "\r\n")],
    ids=["media", "variants", "encrypted", "byte ranges", "live", "CRLF"],
)
def test_a_valid_playlist_has_no_fault(playlist: str) -> None:
    assert check_playlist(playlist) == []


def test_the_end_may_be_told_anywhere() -> None:
    early = MEDIA.replace("#EXT-X-ENDLIST\n", "").replace(
        "#EXT-X-MEDIA", "#EXT-X-ENDLIST\n#EXT-X-MEDIA"
    )

    assert check_playlist(early) == []


@pytest.mark.parametrize(
    ("_case", "playlist", "old", "new", "section"),
    [
        ("no head", MEDIA, "#EXTM3U\n", "", "4.3.1.1"),
        ("a comment before the head", MEDIA, "#EXTM3U", "# hello\n#EXTM3U", "4.3.1.1"),
        ("a byte order mark", MEDIA, "#EXTM3U", "\ufeff#EXTM3U", "4.1"),
        ("a control character", MEDIA, "00001", "000\x0001", "4.1"),
        ("a version that is no number", MEDIA, "VERSION:7", "VERSION:seven", "4.3.1.2"),
        ("two versions", MEDIA, "#EXT-X-TARGET", "#EXT-X-VERSION:7\n#EXT-X-TARGET", "4.3.1.2"),
        ("no target", MEDIA, "#EXT-X-TARGETDURATION:6\n", "", "4.3.3.1"),
        ("an empty target", MEDIA, "DURATION:6", "DURATION:", "4.3.3.1"),
        ("a negative target", MEDIA, "DURATION:6", "DURATION:-6", "4.3.3.1"),
        ("a target in decimals", MEDIA, "DURATION:6", "DURATION:6.5", "4.3.3.1"),
        ("a target too short", MEDIA, "DURATION:6", "DURATION:5", "4.3.3.1"),
        ("two targets", MEDIA, "#EXTINF:2", "#EXT-X-TARGETDURATION:9\n#EXTINF:2", "4.3.3.1"),
        ("an empty sequence", MEDIA, "SEQUENCE:0", "SEQUENCE:", "4.3.3.2"),
        ("a negative sequence", MEDIA, "SEQUENCE:0", "SEQUENCE:-11", "4.3.3.2"),
        ("a late sequence", LIVE, "2681.ts", "2681.ts\n#EXT-X-MEDIA-SEQUENCE:7", "4.3.3.2"),
        ("an unknown type", MEDIA, "TYPE:VOD", "TYPE:STRING", "4.3.3.5"),
        ("an empty type", MEDIA, "TYPE:VOD", "TYPE:", "4.3.3.5"),
        ("a segment without duration", MEDIA, "#EXTINF:2.127528,\n", "", "4.3.2.1"),
        ("a duration without comma", MEDIA, "2.127528,", "2.127528", "4.3.2.1"),
        ("a duration that is none", MEDIA, "2.127528,", ",", "4.3.2.1"),
        ("a negative duration", MEDIA, "2.127528,", "-1,", "4.3.2.1"),
        ("a duration without segment", MEDIA, "00001.m4s\n", "", "4.3.2.1"),
        ("a fragment without map", MEDIA, '#EXT-X-MAP:URI="init_0.mp4"\n', "", "3.3"),
        ("a map without address", MEDIA, 'MAP:URI="init_0.mp4"', 'MAP:BYTERANGE="9"', "4.3.2.5"),
        ("an address without quotes", MEDIA, '"init_0.mp4"', "init_0.mp4", "4.3.2.5"),
        ("an attribute twice", MEDIA, '"init_0.mp4"', '"a",URI="b"', "4.2"),
        ("space in a list", MASTER, ",AVERAGE", ", AVERAGE", "4.2"),
        ("a comma at the end", MASTER, 'AUDIO="aac"', 'AUDIO="aac",', "4.2"),
        ("decimals in an old version", MEDIA, "VERSION:7", "VERSION:2", "7"),
        ("a map in an old version", MEDIA, "VERSION:7", "VERSION:5", "7"),
        ("ranges in an old version", RANGES, "VERSION:4", "VERSION:3", "7"),
        (
            "what newer versions dropped",
            MEDIA,
            "#EXTINF:2",
            f"{CACHE}\n#EXTINF:2",
            "7",
        ),
        ("a range without offset", RANGES, "100@0", "100", "4.3.2.2"),
        ("a range that is none", RANGES, "100@0", "all", "4.3.2.2"),
        ("a key without address", ENCRYPTED, 'URI="https://keys/1",', "", "4.3.2.4"),
        ("an unknown method", ENCRYPTED, "AES-128", "ROT13", "4.3.2.4"),
        ("no key with an address", ENCRYPTED, "METHOD=AES-128", "METHOD=NONE", "4.3.2.4"),
        ("a date that is none", LIVE, "2026-11-20T", "20 November ", "4.3.2.6"),
        ("variants beside segments", MASTER, "low/", "a.ts\n#EXTINF:6,\nlow/", "4.1"),
        ("a variant without bandwidth", MASTER, "BANDWIDTH=70000,", "", "4.3.4.2"),
        ("a bandwidth that is none", MASTER, "=70000", "=fast", "4.3.4.2"),
        ("a variant without address", MASTER, "low/index.m3u8\n", "", "4.3.4.2"),
        ("an address without variant", MASTER, "low/", "odd.m3u8\nlow/", "4.3.4.2"),
        ("a group that is not there", MASTER, 'AUDIO="aac"', 'AUDIO="opus"', "4.3.4.2"),
        ("a rendition without name", MASTER, 'NAME="Sound",', "", "4.3.4.1"),
        ("an unknown kind", MASTER, "TYPE=AUDIO", "TYPE=SMELL", "4.3.4.1"),
        ("a default that is not chosen", MASTER, "AUTOSELECT=YES", "AUTOSELECT=NO", "4.3.4.1"),
        ("frames without address", MASTER, ',URI="frames.m3u8"', "", "4.3.4.3"),
        ("nothing at all", MEDIA, MEDIA, "", "4.3.1.1"),
    ],
)
def test_a_fault_is_named_with_its_section(
    _case: str, playlist: str, old: str, new: str, section: str
) -> None:
    assert old in playlist
    odd = playlist.replace(old, new, 1)

    faults = check_playlist(odd)

    assert section in [fault.section for fault in faults], [str(fault) for fault in faults]


def test_a_fault_tells_where_it_is() -> None:
    [fault] = check_playlist(MEDIA.replace("TYPE:VOD", "TYPE:LIVE"))

    assert str(fault) == (
        "line 5: EXT-X-PLAYLIST-TYPE is neither EVENT nor VOD: 'LIVE' (RFC 8216, 4.3.3.5)"
    )


def test_two_renditions_of_a_group_differ_in_name() -> None:
    line = next(line for line in MASTER.splitlines() if "EXT-X-MEDIA:" in line)

    faults = check_playlist(MASTER.replace(line, f"{line}\n{line}"))

    assert [fault.section for fault in faults] == ["4.3.4.1.1"]


@given(st.text(max_size=200), st.integers(0, len(MASTER)))
def test_no_text_whatever_breaks_the_checker(noise: str, place: int) -> None:
    check_playlist(noise)
    check_playlist(MASTER[:place] + noise + MASTER[place:])
    check_playlist(MEDIA[:place] + noise + MEDIA[place:])
