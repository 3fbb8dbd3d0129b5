"""From a film to a stream, and every way it can go wrong."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.transcode.transcoder import FfmpegTranscoder
from adapters.transcode.video_transcoder import FfmpegVideoTranscoder
from domain.media.moving_pictures import VideoFacts, VideoPictures, VideoStream
from domain.media.object_keys import original_key
from domain.media.records import PlayableState
from domain.media.video_streams import VideoQuality
from domain.media.videos import Video
from errors import NotVideo, TranscodeFailed
from resolvers.context import RequestContext
from resolvers.media import playables, processing, reprocessing, video_playing, videos
from tests.conftest import ANNA, BEN, FakeOutside
from tests.factories.videos import a_channel, a_video_draft, keep_videos, video_key
from tests.unit.adapters.transcode.films import (
    a_film,
    a_film_with_subtitles,
    cut_off,
    frames_of,
    run,
)
from tests.unit.resolvers.media.outbox import events_of

AsViewer = Callable[..., RequestContext]
PUBLISHED = a_video_draft().created_at


@pytest.fixture
def transcoder(tmp_path: Path) -> FfmpegTranscoder:
    return FfmpegTranscoder(tmp_path / "scratch")


@pytest.fixture
def ctx(as_viewer: AsViewer) -> RequestContext:
    return as_viewer(ANNA)


async def ignore(_fraction: float, _step: str) -> None:
    """Take no notice."""


async def uploaded(ctx: RequestContext, outside: FakeOutside, film: Path) -> Video:
    """A video whose original has come."""
    key = original_key("abcdef")
    await outside.store.put_file(key, film, "application/octet-stream")
    video = a_video_draft(
        state=PlayableState.UPLOADED,
        published_at=PUBLISHED,
        file_name=film.name,
        source_key=key,
        source_hash="abcdef",
        source_bytes=film.stat().st_size,
    )
    await keep_videos(ctx, a_channel(), video)
    return video


async def process(ctx: RequestContext, transcoder: FfmpegTranscoder, *, last: bool = True) -> None:
    await processing.process(ctx, transcoder, video_key(), on_progress=ignore, is_last_attempt=last)


async def now(ctx: RequestContext) -> Video:
    """The video as it is now."""
    ctx.loaders.media.video_by_id.clear(video_key().id)
    found = await videos.find_video(ctx, video_key().id)
    assert found is not None
    return found


def below(outside: FakeOutside) -> set[str]:
    """What the store holds beside originals, by the names below the stream's folder."""
    return {
        key.split("/", 3)[3] for key in outside.store.objects if not key.startswith("originals/")
    }


async def test_a_film_becomes_a_stream_with_pictures_and_subtitles(
    ctx, as_viewer, outside, transcoder, tmp_path, databases
) -> None:
    await uploaded(ctx, outside, a_film_with_subtitles(tmp_path / "a.mkv", "eng"))
    heard = []

    async def hear(fraction: float, step: str) -> None:
        heard.append((fraction, step))

    await processing.process(ctx, transcoder, video_key(), on_progress=hear, is_last_attempt=False)

    video = await now(as_viewer(BEN))
    assert (video.state, video.is_public) == (PlayableState.READY, True)
    assert (video.width, video.height, video.frame_rate) == (320, 240, 25.0)
    assert (video.codec, video.sample_rate) == ("h264", 44_100)
    assert abs(video.duration_ms - 3_000) < 50
    assert [fraction for fraction, _ in heard] == sorted(fraction for fraction, _ in heard)
    assert list(dict.fromkeys(step for _, step in heard)) == ["probe", "renditions", "pictures"]
    assert [event.name for event in await events_of(databases, "media")][-1] == (
        "media.video_changed.v1"
    )
    names = below(outside)
    assert {
        *("master.m3u8", "240p.m3u8", "240p/index.m3u8", "240p/init.mp4", "240p/00000.m4s"),
        *("audio/index.m3u8", "audio/init.mp4", "subtitles/0/index.m3u8", "subtitles/0/text.vtt"),
        *("thumbnails/320.jpg", "thumbnails/320.webp", "storyboard/index.vtt", "storyboard/0.jpg"),
    } <= names
    types = {key.rpartition(".")[2]: kept[1] for key, kept in outside.store.objects.items()}
    assert (
        types.items()
        >= {
            "m3u8": "application/vnd.apple.mpegurl",
            "m4s": "video/mp4",
            "vtt": "text/vtt",
            "webp": "image/webp",
        }.items()
    )


async def test_a_stored_stream_plays_to_its_end(ctx, outside, transcoder, tmp_path) -> None:
    await uploaded(ctx, outside, a_film(tmp_path / "a.mp4", size="96x64", seconds=7))
    await process(ctx, transcoder)
    for key, (data, _type) in outside.store.objects.items():
        if key.startswith("hls/"):
            path = tmp_path / "kept" / key.split("/", 3)[3]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    assert frames_of(tmp_path / "kept" / "master.m3u8") == (175, 96, 64)


async def test_a_video_tells_where_to_see_it(ctx, as_viewer, outside, transcoder, tmp_path) -> None:
    await uploaded(ctx, outside, a_film_with_subtitles(tmp_path / "a.mkv", "ger"))
    before = await now(ctx)
    assert await video_playing.streams_of(ctx, [before], VideoQuality.P1080) == [None]
    await process(ctx, transcoder)
    viewer = as_viewer(BEN)
    video = await now(viewer)

    (stream,) = await video_playing.streams_of(viewer, [video], VideoQuality.P1080)
    ((subtitles,),) = await video_playing.subtitles_of(viewer, [video])
    (cover,) = await playables.cover_urls_of(viewer, [video])
    (board,) = video_playing.storyboard_urls_of(viewer, [video])
    (thumbnail,) = video_playing.thumbnails_of(viewer, video)

    folder = video.hls_key.rpartition("/")[0]
    assert stream.url.endswith(f".signed/{folder}/240p.m3u8")
    assert stream.adaptive_url.endswith(f".signed/{folder}/master.m3u8")
    assert (stream.quality, stream.width, stream.height) == (VideoQuality.P240, 320, 240)
    assert (subtitles.name, subtitles.language) == ("German", "de")
    assert subtitles.url.endswith(f"{folder}/subtitles/0/text.vtt")
    assert cover == thumbnail.url
    assert cover.endswith(f"{folder}/thumbnails/320.jpg")
    assert thumbnail.webp_url.endswith("320.webp")
    assert board.endswith(f"{folder}/storyboard/index.vtt")
    for url in (stream.url, stream.adaptive_url, subtitles.url, cover, board):
        assert url.partition(".signed/")[2] in outside.store.objects


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("empty", "The file is empty."),
        ("a text", "in a format we do not know"),
        ("a song", "Upload it as a track."),
        ("a song that says it is a film", "Upload it as a track."),
        ("cut off", "cut off"),
    ],
)
async def test_what_is_no_film_fails_with_a_reason(
    kind, reason, ctx, as_viewer, outside, transcoder, tmp_path
) -> None:
    await uploaded(ctx, outside, no_film(kind, tmp_path / "a.mp4"))

    with pytest.raises(NotVideo):
        await process(ctx, transcoder, last=False)

    video = await now(ctx)
    assert (video.state, video.failure_code) == (PlayableState.FAILED, "NOT_VIDEO")
    assert reason in video.failure
    assert below(outside) == set()
    assert await videos.find_video(as_viewer(BEN), video.id) is None


def no_film(kind: str, path: Path) -> Path:
    match kind:
        case "empty":
            path.write_bytes(b"")
        case "a text":
            path.write_text("Once upon a time.\n" * 50)
        case "a song":
            run("-f", "lavfi", "-i", "sine=duration=1", "-f", "flac", str(path))
        case "a song that says it is a film":
            run("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", str(path))
        case "cut off":
            cut_off(a_film(path), 0.5)
    return path


class CutOff(FfmpegVideoTranscoder):
    """Fails when it is to draw, once; counts how often it rendered."""

    rendered = 0
    drawn = 0

    async def render(self, path, target, on_progress, *, facts: VideoFacts) -> VideoStream:
        self.rendered += 1
        return await super().render(path, target, on_progress, facts=facts)

    async def draw_pictures(
        self, path, smallest, target, *, facts: VideoFacts, stream: VideoStream
    ) -> VideoPictures:
        self.drawn += 1
        if self.drawn == 1:
            raise TranscodeFailed("FFmpeg exited with 1.")
        return await super().draw_pictures(path, smallest, target, facts=facts, stream=stream)


async def test_a_run_that_was_cut_off_goes_on_behind_the_renditions(
    ctx, outside, transcoder, tmp_path
) -> None:
    await uploaded(ctx, outside, a_film(tmp_path / "a.mp4"))
    transcoder.videos = CutOff()

    with pytest.raises(TranscodeFailed):
        await process(ctx, transcoder, last=False)
    assert (await now(ctx)).state is PlayableState.PROCESSING
    await process(ctx, transcoder)

    assert (await now(ctx)).state is PlayableState.READY
    assert (transcoder.videos.rendered, transcoder.videos.drawn) == (1, 2)
    assert "thumbnails/320.jpg" in below(outside)


async def test_what_failed_for_good_leaves_nothing_and_can_be_tried_again(
    ctx, outside, transcoder, tmp_path
) -> None:
    await uploaded(ctx, outside, a_film(tmp_path / "a.mp4"))
    transcoder.videos = CutOff()

    with pytest.raises(TranscodeFailed):
        await process(ctx, transcoder)
    failed = await now(ctx)
    left = below(outside)
    retried, _job = await playables.retry_processing(ctx, video_key())
    await process(ctx, transcoder)

    assert (failed.state, failed.failure_code) == (PlayableState.FAILED, "TRANSCODE_FAILED")
    assert left == set()
    assert retried == replace(
        failed,
        state=PlayableState.UPLOADED,
        failure=None,
        failure_code=None,
        version=failed.version + 1,
    )
    assert (await now(ctx)).state is PlayableState.READY


async def test_a_video_is_processed_anew_beside_the_stream_that_is_served(
    ctx, outside, transcoder, tmp_path
) -> None:
    await uploaded(ctx, outside, a_film(tmp_path / "a.mp4", size="96x64", seconds=1))
    await process(ctx, transcoder)
    first = await now(ctx)

    await reprocessing.reprocess(ctx, video_key())
    await process(ctx, transcoder)
    second = await now(ctx)
    await processing.drop_stream(ctx, video_key(), first.hls_key.rpartition("/")[0] + "/")

    assert second.hls_key != first.hls_key
    assert first.hls_key not in outside.store.objects
    assert second.hls_key in outside.store.objects
    assert (await video_playing.files_of(ctx, [second]))[0].renditions[0].name == "240p"
