"""Which renditions a cap opens, and what it leaves of a playlist."""

import pytest

from domain.media.renditions import BEST, RENDITIONS, cut_playlist, opens
from domain.media.streams import StreamQuality

AUDIO = """\
#EXTM3U
#EXT-X-VERSION:7
#EXT-X-STREAM-INF:BANDWIDTH=70000,CODECS="mp4a.40.2"
low/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=140000,CODECS="mp4a.40.2"
medium/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=270000,CODECS="mp4a.40.2"
high/index.m3u8
"""
VIDEO = """\
#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",DEFAULT=YES,URI="audio/index.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="b",NAME="b",URI="lossless/index.m3u8"
#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="c",INSTREAM-ID="CC1"
#EXT-X-STREAM-INF:BANDWIDTH=400000,AUDIO="a"

240p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=4000000,AUDIO="a"
1080p/index.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,URI="1080p/iframes.m3u8"
"""
MEDIA = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n00000.m4s\n#EXT-X-ENDLIST\n"


def test_a_playlist_keeps_what_its_cap_opens() -> None:
    assert (
        cut_playlist(AUDIO, StreamQuality.MEDIUM)
        == AUDIO.partition("#EXT-X-STREAM-INF:BANDWIDTH=270000")[0]
    )
    assert cut_playlist(AUDIO, StreamQuality.LOSSLESS) == AUDIO


def test_what_belongs_to_a_variant_is_kept_or_goes_with_it() -> None:
    assert (
        cut_playlist(VIDEO, StreamQuality.LOW)
        == """\
#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",DEFAULT=YES,URI="audio/index.m3u8"
#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="c",INSTREAM-ID="CC1"
#EXT-X-STREAM-INF:BANDWIDTH=400000,AUDIO="a"
240p/index.m3u8
"""
    )


def test_where_no_variant_is_left_there_is_no_playlist() -> None:
    flac = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000\nlossless/index.m3u8\n"

    assert cut_playlist(flac, StreamQuality.HIGH) is None


def test_a_media_playlist_stays_as_it_is() -> None:
    assert cut_playlist(MEDIA, StreamQuality.LOW) == MEDIA


@pytest.mark.parametrize("cap", StreamQuality)
def test_a_cap_opens_its_own_quality_and_all_below(cap: StreamQuality) -> None:
    order = list(StreamQuality)

    opened = {name for name in RENDITIONS if opens(cap, f"{name}/00000.m4s")}

    assert opened == {
        name for name, quality in RENDITIONS.items() if order.index(quality) <= order.index(cap)
    }
    assert opens(cap, "master.m3u8")
    assert opens(cap, "unheard_of/00000.m4s") is (cap is BEST)
    assert opens(cap, "LOW/00000.m4s") is (cap is BEST)
