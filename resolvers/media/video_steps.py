"""The steps that a film takes, and what a video is when all are done."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from domain.media.moving_pictures import VideoFacts, VideoFiles, VideoPictures, VideoStream
from domain.media.object_keys import MASTER_PLAYLIST
from domain.media.recordings import OnProgress
from domain.media.records import Playable
from domain.media.video_streams import INIT, PLAYLIST
from domain.media.videos import Video
from resolvers.media.steps import Bench, Pipeline, Step
from resolvers.media.stored_streams import VIDEO_TYPE, store_beside, store_stream
from resolvers.media.work import MediaWork

RENDERED: Final = 0.9
"""How far the renditions are when they are made; storing them is the rest."""
RENDITIONS_FOLDER: Final = "hls"
PICTURES_FOLDER: Final = "pictures"


async def _probe(bench: Bench, _on_progress: OnProgress) -> VideoFacts:
    return await bench.transcoder.videos.probe(await bench.source())


async def _render(bench: Bench, on_progress: OnProgress) -> VideoStream:
    """Write the stream, and store it whole."""

    async def hear(fraction: float) -> None:
        await on_progress(RENDERED * fraction)

    async def hear_storing(fraction: float) -> None:
        await on_progress(RENDERED + (1 - RENDERED) * fraction)

    target = bench.folder / RENDITIONS_FOLDER
    stream = await bench.transcoder.videos.render(
        await bench.source(), target, hear, facts=bench.found(PROBE)
    )
    await store_stream(
        bench.ctx.ports.store,
        target,
        bench.stream_folder,
        hear_storing,
        segment_type=VIDEO_TYPE,
    )
    return stream


async def _draw(bench: Bench, _on_progress: OnProgress) -> VideoPictures:
    """Draw thumbnails and storyboard, and store them beside the stream."""
    stream = bench.found(RENDITIONS)
    target = bench.folder / PICTURES_FOLDER
    pictures = await bench.transcoder.videos.draw_pictures(
        await bench.source(),
        await _smallest(bench, stream),
        target,
        facts=bench.found(PROBE),
        stream=stream,
    )
    await store_beside(bench.ctx.ports.store, target, bench.stream_folder)
    return pictures


async def _smallest(bench: Bench, stream: VideoStream) -> Path:
    """The folder of the first rendition; fetched back where an earlier attempt has made it."""
    name = stream.renditions[0].name
    folder = bench.folder / RENDITIONS_FOLDER / name
    if not folder.exists():
        prefix = f"{bench.stream_folder}{name}/"
        store = bench.ctx.ports.store
        folder.mkdir(parents=True)
        await store.fetch_to(f"{prefix}{PLAYLIST}", folder / PLAYLIST)
        for file in (INIT, *_segments_in((folder / PLAYLIST).read_text(encoding="utf-8"))):
            await store.fetch_to(f"{prefix}{file}", folder / file)
    return folder


def _segments_in(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


PROBE: Final = Step(name="probe", version=1, share=0.02, finds=VideoFacts, do=_probe)
RENDITIONS: Final = Step(name="renditions", version=2, share=0.93, finds=VideoStream, do=_render)
PICTURES: Final = Step(name="pictures", version=1, share=0.05, finds=VideoPictures, do=_draw)


async def _finish(uow: MediaWork, playable: Playable, bench: Bench) -> Playable:
    """The video with all that was found; its renditions and subtitles are kept beside it."""
    assert isinstance(playable, Video)
    facts, stream, pictures = bench.found(PROBE), bench.found(RENDITIONS), bench.found(PICTURES)
    await uow.rows.save_video_files(
        VideoFiles(video_id=playable.id, renditions=stream.renditions, subtitles=stream.subtitles)
    )
    return replace(
        playable,
        duration_ms=stream.duration_ms,
        codec=facts.codec,
        bitrate=facts.bitrate,
        sample_rate=facts.sample_rate,
        channels=facts.channels,
        width=facts.width,
        height=facts.height,
        frame_rate=round(float(facts.frame_rate), 3),
        thumbnail_widths=pictures.thumbnail_widths,
        storyboard_key=bench.stream_folder + pictures.storyboard,
        hls_key=bench.stream_folder + MASTER_PLAYLIST,
    )


async def _settle(_uow: MediaWork, _playable: Playable) -> None:
    """Nothing else is measured by a video."""


VIDEO_PIPELINE: Final = Pipeline(
    steps=(PROBE, RENDITIONS, PICTURES), finish=_finish, settle=_settle
)
