"""What a film's stream consists of."""

import re
from pathlib import Path

import av
import pytest
from PIL import Image

from adapters.transcode.video_iframes import key_frame_of
from adapters.transcode.video_transcoder import FfmpegVideoTranscoder
from domain.media.moving_pictures import VideoPictures, VideoStream
from errors import NotVideo, TranscodeFailed
from tests.unit.adapters.transcode.films import (
    a_film,
    a_film_on_its_side,
    a_film_with_subtitles,
    cut_off,
    frames_of,
    key_frames_of,
    run,
)

VIDEOS = FfmpegVideoTranscoder()
ATTRIBUTE = re.compile(r'([A-Z-]+)=("[^"]*"|[^,]*)')


async def rendered(film: Path, target: Path) -> VideoStream:
    facts = await VIDEOS.probe(film)
    return await VIDEOS.render(film, target, ignore, facts=facts)


async def drawn(film: Path, folder: Path) -> VideoPictures:
    facts = await VIDEOS.probe(film)
    stream = await VIDEOS.render(film, folder / "hls", ignore, facts=facts)
    return await VIDEOS.draw_pictures(
        film,
        folder / "hls" / stream.renditions[0].name,
        folder / "pictures",
        facts=facts,
        stream=stream,
    )


async def ignore(_fraction: float) -> None:
    """Take no notice."""


def variants_of(master: Path) -> dict[str, dict[str, str]]:
    """The attributes of each variant of a multivariant playlist, by its address."""
    lines = master.read_text(encoding="utf-8").splitlines()
    return {
        lines[place + 1]: dict(ATTRIBUTE.findall(line.partition(":")[2]))
        for place, line in enumerate(lines)
        if line.startswith("#EXT-X-STREAM-INF:")
    }


async def test_a_film_is_streamed_in_sizes_with_its_sound_beside(tmp_path: Path) -> None:
    film = a_film(tmp_path / "a.mp4", size="640x360", seconds=7, rate="60")
    heard: list[float] = []

    async def hear(fraction: float) -> None:
        heard.append(fraction)

    target = tmp_path / "hls"
    stream = await VIDEOS.render(film, target, hear, facts=await VIDEOS.probe(film))

    assert [(each.name, each.width, each.height) for each in stream.renditions] == [
        ("240p", 426, 240),
        ("360p", 640, 360),
    ]
    assert abs(stream.duration_ms - 7_000) < 50
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    variants = variants_of(target / "master.m3u8")
    assert list(variants) == ["240p/index.m3u8", "360p/index.m3u8"]
    large = variants["360p/index.m3u8"]
    assert (large["RESOLUTION"], large["FRAME-RATE"]) == ("640x360", "30.000")
    assert re.fullmatch(r'"avc1\.64[0-9a-f]{4},mp4a\.40\.2"', large["CODECS"])
    assert int(large["BANDWIDTH"]) >= int(large["AVERAGE-BANDWIDTH"]) > 0
    assert large["AUDIO"] == '"audio"'
    assert 'URI="audio/index.m3u8"' in (target / "master.m3u8").read_text()
    assert list(variants_of(target / "240p.m3u8")) == ["240p/index.m3u8"]
    assert frames_of(target / "360p" / "index.m3u8") == (210, 640, 360)


async def test_key_frames_stand_at_the_same_moments_in_all_sizes(tmp_path: Path) -> None:
    film = a_film(tmp_path / "a.mp4", size="640x360", seconds=7, rate="30000/1001", sound=False)

    await rendered(film, tmp_path / "hls")

    small, large = (key_frames_of(tmp_path / "hls" / name) for name in ("240p", "360p"))
    assert small == large
    assert len(small) == 4


async def test_a_silent_film_has_no_sound_to_choose(tmp_path: Path) -> None:
    target = tmp_path / "hls"
    await rendered(a_film(tmp_path / "a.mp4", sound=False), target)

    (variant,) = variants_of(target / "master.m3u8").values()
    assert "AUDIO" not in variant
    assert "mp4a" not in variant["CODECS"]
    assert "EXT-X-MEDIA" not in (target / "master.m3u8").read_text()
    assert not (target / "audio").exists()


async def test_odd_and_tiny_films_are_streamed(tmp_path: Path) -> None:
    odd = a_film(tmp_path / "odd.mkv", size="161x121", seconds=1, more=("-pix_fmt", "yuv444p"))
    tiny = a_film(tmp_path / "tiny.mp4", size="32x18", seconds=0.2)
    stands = a_film_on_its_side(tmp_path / "side.mp4")

    for film in (odd, tiny, stands):
        await rendered(film, tmp_path / film.stem)

    assert frames_of(tmp_path / "odd" / "240p" / "index.m3u8") == (25, 160, 120)
    assert frames_of(tmp_path / "tiny" / "240p" / "index.m3u8") == (5, 32, 18)
    assert frames_of(tmp_path / "side" / "240p" / "index.m3u8") == (75, 240, 320)


async def test_pictures_at_uneven_moments_are_shown_at_even_ones(tmp_path: Path) -> None:
    uneven = ("-vf", "setpts='N/25/TB+if(gt(N,30),1/TB,0)'", "-fps_mode", "vfr")
    film = a_film(tmp_path / "a.mkv", sound=False, more=uneven)

    stream = await rendered(film, tmp_path / "hls")

    assert abs(stream.duration_ms - 4_000) < 150


async def test_subtitles_are_renditions_of_their_own(tmp_path: Path) -> None:
    target = tmp_path / "hls"
    stream = await rendered(a_film_with_subtitles(tmp_path / "a.mp4", "eng", "ger", "eng"), target)

    assert [(each.name, each.language) for each in stream.subtitles] == [
        ("English", "en"),
        ("German", "de"),
        ("English 3", "en"),
    ]
    text = (target / stream.subtitles[0].path).read_text()
    assert text.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n")
    assert "Hello, sea." in text
    (variant,) = variants_of(target / "master.m3u8").values()
    assert variant["SUBTITLES"] == '"subtitles"'
    playlist = (target / "subtitles" / "0" / "index.m3u8").read_text()
    assert "#EXT-X-TARGETDURATION:3\n" in playlist
    assert "\ntext.vtt\n#EXT-X-ENDLIST\n" in playlist


async def test_what_is_left_of_a_film_that_was_cut_off_is_streamed(tmp_path: Path) -> None:
    film = cut_off(a_film(tmp_path / "a.mkv", seconds=4), 0.6)

    stream = await rendered(film, tmp_path / "hls")

    assert 1_000 < stream.duration_ms < 4_000


async def test_a_film_of_garbage_is_no_video(tmp_path: Path) -> None:
    film = a_film(tmp_path / "a.mp4")
    data = bytearray(film.read_bytes())
    begin = data.index(b"mdat") + 4
    data[begin : begin + 60_000] = b"\x00" * min(60_000, len(data) - begin)
    film.write_bytes(data[: film.stat().st_size])

    with pytest.raises(NotVideo):
        await rendered(film, tmp_path / "hls")


async def test_thumbnails_show_something_and_the_storyboard_all_of_it(tmp_path: Path) -> None:
    dark = a_film(
        tmp_path / "a.mp4",
        size="640x360",
        seconds=8,
        more=("-vf", "drawbox=t=fill:color=black:enable='lt(t,5)'"),
    )

    pictures = await drawn(dark, tmp_path)

    assert pictures.thumbnail_widths == [320, 640]
    for width in pictures.thumbnail_widths:
        for suffix in ("jpg", "webp"):
            with Image.open(tmp_path / "pictures" / "thumbnails" / f"{width}.{suffix}") as picture:
                assert picture.size == (width, width * 360 // 640)
                assert max(high for _low, high in picture.convert("RGB").getextrema()) > 200
    board = (tmp_path / "pictures" / pictures.storyboard).read_text()
    assert board.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n0.jpg#xywh=0,0,160,90\n")
    assert board.count("-->") == 4
    assert "00:00:06.000 --> 00:00:08.000\n0.jpg#xywh=480,0,160,90\n" in board
    with Image.open(tmp_path / "pictures" / "storyboard" / "0.jpg") as sheet:
        assert sheet.size == (640, 90)


async def test_a_film_that_is_black_throughout_has_a_picture_all_the_same(tmp_path: Path) -> None:
    film = tmp_path / "a.mp4"
    run("-f", "lavfi", "-i", "color=black:size=64x64:duration=1", str(film))

    pictures = await drawn(film, tmp_path)

    assert pictures.thumbnail_widths == [64]


async def test_key_frames_alone_are_a_playlist_for_fast_winding(tmp_path: Path) -> None:
    target = tmp_path / "hls"
    await rendered(a_film(tmp_path / "a.mp4", seconds=13, size="96x64"), target)
    folder = target / "240p"

    lines = (folder / "key-frames.m3u8").read_text().splitlines()

    assert "#EXT-X-I-FRAMES-ONLY" in lines
    ranges = [line.partition(":")[2] for line in lines if line.startswith("#EXT-X-BYTERANGE:")]
    names = [line for line in lines if line.endswith(".m4s")]
    assert names == ["00000.m4s", "00001.m4s", "00002.m4s"]
    for name, span in zip(names, ranges, strict=True):
        length, _, offset = span.partition("@")
        begin, end = int(offset), int(offset) + int(length)
        one = target / f"one-{name}.mp4"
        data = (folder / name).read_bytes()
        one.write_bytes((folder / "init.mp4").read_bytes() + data[begin:end])
        assert first_picture_of(one) == first_picture_of(whole_of(folder, name, target))
    master = (target / "master.m3u8").read_text()
    assert "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=" in master
    assert 'URI="240p/key-frames.m3u8"' in master


def whole_of(folder: Path, name: str, target: Path) -> Path:
    """A segment with its init file."""
    path = target / f"whole-{name}.mp4"
    path.write_bytes((folder / "init.mp4").read_bytes() + (folder / name).read_bytes())
    return path


def first_picture_of(path: Path) -> bytes:
    with av.open(str(path)) as container:
        return bytes(next(container.decode(video=0)).planes[0])


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 64, b"\x00\x00\x00\x08mdat", b"\x00\x00\x00\x08moof"]
)
def test_a_segment_without_a_fragment_is_a_failure(data: bytes) -> None:
    with pytest.raises(TranscodeFailed):
        key_frame_of(data)
