"""Where a video can be seen: signed, expiring addresses of its playlists and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.media.moving_pictures import VideoFiles
from domain.media.object_keys import thumbnail_key
from domain.media.records import PlayableState
from domain.media.streams import adaptive_playlist, stream_folder
from domain.media.video_streams import VideoQuality, closest, size_playlist
from domain.media.videos import Video
from resolvers.context import RequestContext
from resolvers.media.albums import picture_urls


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoStream:
    """Where a video can be seen, for a while."""

    url: str
    """The multivariant playlist over one size and its sound."""
    adaptive_url: str
    """The multivariant playlist over all sizes."""
    quality: VideoQuality
    """The one asked for, or the closest that there is."""
    width: int
    height: int
    kilobits: int
    """Of the pictures, on average."""
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A still picture of a video, in one size."""

    width: int
    url: str
    webp_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleFile:
    """Subtitles that a viewer can choose."""

    name: str
    language: str | None
    url: str
    """Of the whole as WebVTT; players find them in the stream, too."""


async def streams_of(
    ctx: RequestContext, videos: Sequence[Video], quality: VideoQuality
) -> list[VideoStream | None]:
    """The addresses of videos that the viewer sees; None for those that are not READY."""
    found = await files_of(ctx, videos)
    return [
        None if files is None else _stream(ctx, video, files, quality)
        for video, files in zip(videos, found, strict=True)
    ]


async def files_of(ctx: RequestContext, videos: Sequence[Video]) -> list[VideoFiles | None]:
    """What each one's stream consists of; None for those that are not READY."""
    ready = [video.id for video in videos if _is_ready(video)]
    found = iter(await ctx.loaders.media.files_by_video_id.load_all(ready))
    return [next(found) if _is_ready(video) else None for video in videos]


async def subtitles_of(ctx: RequestContext, videos: Sequence[Video]) -> list[list[SubtitleFile]]:
    """The subtitles of each, in the order of its file."""
    found = await files_of(ctx, videos)
    return [
        [] if files is None else _subtitles(ctx, video, files)
        for video, files in zip(videos, found, strict=True)
    ]


def thumbnails_of(ctx: RequestContext, video: Video) -> list[Thumbnail]:
    """The pictures of a video, the smallest first; their addresses are the same all day."""
    if video.hls_key is None:
        return []
    keys = [
        thumbnail_key(video.hls_key, width, suffix)
        for width in video.thumbnail_widths
        for suffix in ("jpg", "webp")
    ]
    urls = [url for url in picture_urls(ctx, keys) if url is not None]
    return [
        Thumbnail(width=width, url=url, webp_url=webp_url)
        for width, url, webp_url in zip(video.thumbnail_widths, urls[::2], urls[1::2], strict=True)
    ]


def storyboard_urls_of(ctx: RequestContext, videos: Sequence[Video]) -> list[str | None]:
    """The WebVTT files over the sheets of small pictures."""
    return picture_urls(ctx, [video.storyboard_key for video in videos])


def _is_ready(video: Video) -> bool:
    return video.state is PlayableState.READY and video.hls_key is not None


def _stream(
    ctx: RequestContext, video: Video, files: VideoFiles, quality: VideoQuality
) -> VideoStream:
    base, expires_at = _signed(ctx, video)
    rendition = closest(files.renditions, quality)
    return VideoStream(
        url=base + size_playlist(rendition.name),
        adaptive_url=base + adaptive_playlist(),
        quality=VideoQuality(rendition.name),
        width=rendition.width,
        height=rendition.height,
        kilobits=rendition.average_bits // 1000,
        expires_at=datetime.fromtimestamp(int(expires_at.timestamp()), UTC),
    )


def _subtitles(ctx: RequestContext, video: Video, files: VideoFiles) -> list[SubtitleFile]:
    base, _ = _signed(ctx, video)
    return [
        SubtitleFile(name=each.name, language=each.language, url=base + each.path)
        for each in files.subtitles
    ]


def _signed(ctx: RequestContext, video: Video) -> tuple[str, datetime]:
    """The address of the stream's folder, and until when it opens."""
    assert video.hls_key is not None, "only READY videos have addresses"
    expires_at = ctx.clock.now() + timedelta(seconds=ctx.limits.stream_url_seconds)
    path = ctx.ports.urls.sign_prefix(stream_folder(video.hls_key), expires_at)
    return f"{ctx.base_url}{path}", expires_at
