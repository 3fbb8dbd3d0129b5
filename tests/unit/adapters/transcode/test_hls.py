"""HLS streams: valid playlists, exact lengths, honest bandwidths, no half work."""

import asyncio
import re
from pathlib import Path

import pytest

from adapters.transcode.hls import print_master, transcode
from adapters.transcode.ladder import LADDERS, MUSIC
from adapters.transcode.loudness import measure_loudness
from adapters.transcode.probe import probe
from adapters.transcode.segments import Segment, average_bits, peak_bits
from domain.ids import PlayableKind
from domain.media.recordings import Rendition
from domain.media.streams import Family
from errors import TranscodeFailed
from tests.patience import until
from tests.unit.adapters.transcode.sounds import a_tone, decoded_seconds

AAC = ("low", "medium", "high")
LOSSY = (*AAC, "opus_low", "opus_high")


async def ignore(_fraction: float) -> None:
    """Take no notice."""


async def made(source: Path, target: Path) -> list[Rendition]:
    samples = (await measure_loudness(source)).sample_count
    return await transcode(source, target, MUSIC, ignore, facts=probe(source), sample_count=samples)


@pytest.mark.parametrize(
    ("_case", "seconds", "rate", "channels", "suffix"),
    [
        ("longer than two segments", 13.3, 44_100, 2, "flac"),
        ("an even number of segments", 12.0, 48_000, 2, "wav"),
        ("telephone speech", 2.0, 8_000, 1, "wav"),
        ("a studio rate", 1.0, 96_000, 2, "flac"),
        ("surround", 1.0, 48_000, 6, "flac"),
        ("a blink", 0.05, 44_100, 2, "wav"),
        ("MP3 with its padding", 7.0, 22_050, 1, "mp3"),
    ],
)
async def test_every_rendition_is_as_long_as_its_source(
    _case: str, seconds: float, rate: int, channels: int, suffix: str, tmp_path: Path
) -> None:
    file = tmp_path / f"a.{suffix}"
    source = a_tone(file, seconds=seconds, rate=rate, channels=channels)
    target = tmp_path / "hls"

    renditions = await made(source, target)

    expected = decoded_seconds(source)
    names = [rendition.name for rendition in renditions]
    assert names == [*LOSSY, "lossless"] if suffix != "mp3" else list(LOSSY)
    assert abs(decoded_seconds(target / "master.m3u8") - expected) < 0.1
    for name in names:
        assert abs(decoded_seconds(target / name / "index.m3u8") - expected) < 0.1
    assert (target / "lossless.m3u8").exists() == ("lossless" in names)


async def test_the_playlists_are_valid(tmp_path: Path) -> None:
    source = a_tone(tmp_path / "a.flac", seconds=13.3)
    target = tmp_path / "hls"

    renditions = await made(source, target)

    master = (target / "master.m3u8").read_text()
    assert master == print_master(renditions[:3])
    assert (target / "opus.m3u8").read_text() == print_master(renditions[3:5])
    assert (target / "lossless.m3u8").read_text() == print_master(renditions[5:])
    for name in [rendition.name for rendition in renditions]:
        lines = (target / name / "index.m3u8").read_text().splitlines()
        lengths = [float(n) for n in re.findall(r"#EXTINF:([0-9.]+),", "\n".join(lines))]
        maps = [line for line in lines if line.startswith("#EXT-X-MAP")]
        segments = [line for line in lines if not line.startswith("#")]
        assert lines[0] == "#EXTM3U"
        assert "#EXT-X-PLAYLIST-TYPE:VOD" in lines
        assert lines[-1] == "#EXT-X-ENDLIST"
        assert "#EXT-X-TARGETDURATION:6" in lines
        assert len(lengths) == len(segments) == 3
        assert all(round(length) <= 6 for length in lengths)
        assert abs(sum(lengths) - 13.3) < 0.1
        assert segments == ["00000.m4s", "00001.m4s", "00002.m4s"]
        files = {file.name for file in (target / name).iterdir()}
        init = maps[0].removeprefix('#EXT-X-MAP:URI="').removesuffix('"')
        assert files == {"index.m3u8", init, *segments}


async def test_bandwidths_are_those_of_the_files(tmp_path: Path) -> None:
    source = a_tone(tmp_path / "a.flac", seconds=13.3)
    target = tmp_path / "hls"

    renditions = await made(source, target)

    for rendition in renditions:
        folder = target / rendition.name
        whole = sum(file.stat().st_size for file in folder.glob("*.m4s")) * 8
        assert rendition.size == sum(file.stat().st_size for file in folder.iterdir())
        assert abs(rendition.average_bits - whole / 13.3) < 0.02 * rendition.average_bits
        assert rendition.peak_bits >= rendition.average_bits


async def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    source = a_tone(tmp_path / "a.flac", seconds=7)

    for name in ("once", "twice"):
        await made(source, tmp_path / name)

    once, twice = (
        {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*.*") if f.is_file()}
        for root in (tmp_path / "once", tmp_path / "twice")
    )
    assert once == twice


async def test_progress_grows_and_ends_at_one(tmp_path: Path) -> None:
    source = a_tone(tmp_path / "a.flac", seconds=120)
    heard: list[float] = []

    async def hear(fraction: float) -> None:
        heard.append(fraction)

    await transcode(
        source,
        tmp_path / "hls",
        MUSIC,
        hear,
        facts=probe(source),
        sample_count=120 * 44_100,
    )

    assert heard == sorted(heard)
    assert len(heard) >= 2
    assert heard[-1] == 1.0


async def test_an_unreadable_source_leaves_no_master_playlist(tmp_path: Path) -> None:
    source = tmp_path / "a.wav"
    source.write_bytes(b"no sound")

    facts = probe(a_tone(tmp_path / "b.wav"))

    with pytest.raises(TranscodeFailed):
        await transcode(source, tmp_path / "hls", MUSIC, ignore, facts=facts, sample_count=1)

    assert not (tmp_path / "hls" / "master.m3u8").exists()


async def test_running_out_of_time_ends_the_work(tmp_path: Path) -> None:
    source = a_tone(tmp_path / "a.flac", seconds=600)

    with pytest.raises(TranscodeFailed, match="longer than it may"):
        await transcode(
            source,
            tmp_path / "hls",
            MUSIC,
            ignore,
            facts=probe(source),
            sample_count=600 * 44_100,
            seconds_max=0.3,
        )

    await assert_quiet(tmp_path / "hls")


async def test_a_cancelled_transcode_writes_no_further(tmp_path: Path) -> None:
    source = a_tone(tmp_path / "a.flac", seconds=600)
    work = asyncio.create_task(made(source, tmp_path / "hls"))
    await until(lambda: list((tmp_path / "hls").rglob("*.m4s")))

    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    await assert_quiet(tmp_path / "hls")
    assert not (tmp_path / "hls" / "master.m3u8").exists()


async def assert_quiet(folder: Path) -> None:
    """Nothing below the folder changes any more."""
    before = {file: file.stat().st_size for file in folder.rglob("*")}
    await asyncio.sleep(0.4)
    assert {file: file.stat().st_size for file in folder.rglob("*")} == before


def test_the_multivariant_playlist_lists_lean_renditions_first() -> None:
    low, high = (
        Rendition(
            name=name,
            playlist=f"{name}/index.m3u8",
            peak_bits=peak,
            average_bits=average,
            size=1,
            codecs="mp4a.40.2",
            family=Family.AAC,
            sample_rate=44_100,
            channels=2,
            bit_depth=None,
            delay=1024,
            padding=0,
            sample_count=1,
        )
        for name, peak, average in [("low", 70_000, 66_000), ("high", 260_000, 255_000)]
    )

    assert print_master([low, high]) == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=70000,AVERAGE-BANDWIDTH=66000,CODECS="mp4a.40.2"\n'
        "low/index.m3u8\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=260000,AVERAGE-BANDWIDTH=255000,CODECS="mp4a.40.2"\n'
        "high/index.m3u8\n"
    )


@pytest.mark.parametrize(
    ("_case", "segments", "peak"),
    [
        ("the busiest segment decides", [(6, 600), (6, 900), (6, 600)], 1200),
        ("a short tail counts only with its neighbour", [(6, 600), (1, 400)], 1143),
        ("a recording shorter than half a segment", [(1, 100)], 800),
        ("two short ones together", [(2, 100), (2, 300)], 800),
    ],
)
def test_the_peak_is_that_of_the_busiest_stretch(
    _case: str, segments: list[tuple[float, int]], peak: int
) -> None:
    assert peak_bits([Segment(*each) for each in segments], 6) == peak


def test_the_average_is_over_everything() -> None:
    assert average_bits([Segment(6, 600), Segment(2, 100)]) == 700
    assert average_bits([]) == 0


def test_each_kind_has_its_ladder() -> None:
    ladder = LADDERS[PlayableKind.TRACK]

    assert [(rung.name, rung.family, rung.kilobits) for rung in ladder.rungs] == [
        ("low", Family.AAC, 64),
        ("medium", Family.AAC, 128),
        ("high", Family.AAC, 256),
        ("opus_low", Family.OPUS, 64),
        ("opus_high", Family.OPUS, 128),
        ("lossless", Family.FLAC, None),
    ]
    assert ladder.segment_seconds == 6
