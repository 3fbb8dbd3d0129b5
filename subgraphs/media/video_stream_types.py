"""Types of a video's streams and pictures."""

import strawberry

from domain.media.video_streams import VideoQuality
from schema.scalars import DateTime

strawberry.enum(VideoQuality, description="The shorter side of the pictures, in pixels.")


@strawberry.type(description="Where a video can be seen, for a while.")
class VideoStream:
    """Signed addresses of HLS playlists."""

    url: str = strawberry.field(description="The playlist of one size and its sound.")
    adaptive_url: str = strawberry.field(
        description="The playlist over all sizes, for players that choose by themselves."
    )
    quality: VideoQuality = strawberry.field(
        description="The one asked for, or the closest that there is; nothing is enlarged."
    )
    width: int
    height: int
    kilobits: int = strawberry.field(description="Of the pictures, on average, per second.")
    expires_at: DateTime


@strawberry.type(description="One size of a video's stream.")
class VideoRendition:
    """A rendition."""

    name: str = strawberry.field(description="Such as `720p`.")
    width: int
    height: int
    frame_rate: float
    codecs: str = strawberry.field(description="As players are told (RFC 6381).")


@strawberry.type(description="A still picture of a video; the address is good for a day or more.")
class Thumbnail:
    """A picture in one size."""

    width: int
    url: str = strawberry.field(description="JPEG.")
    webp_url: str


@strawberry.type(description="Subtitles that a viewer can choose; the stream has them, too.")
class Subtitles:
    """Subtitles as WebVTT."""

    name: str
    language: str | None = strawberry.field(description="BCP 47.")
    url: str
