"""Pictures as they are served: in a few sizes and formats, all named by their content.

covers/<album>/<hash>/{64,160,320,640,1200}.{jpg,webp}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.ids import AlbumId

COVER_FOLDER: Final = "covers"
SIDES: Final = (64, 160, 320, 640, 1200)
"""Pixels of the longer side, of which a smaller picture may have fewer."""
SIDE_KNOWN: Final = 1200
"""The one that an album's cover is known by."""
KEY_PARTS: Final = 4


class PictureFormat(StrEnum):
    """How a picture is written; the value is the suffix."""

    JPEG = "jpg"
    WEBP = "webp"

    @property
    def content_type(self) -> str:
        """As HTTP names it."""
        return f"image/{self.name.lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """One picture in all sizes and formats."""

    images: Mapping[str, bytes]
    """Name, such as `640.webp`, to content."""
    color: str
    """The colour that most of it has, as `#rrggbb`."""


def picture_name(side: int, picture_format: PictureFormat) -> str:
    """What a picture of this size and format is called."""
    return f"{side}.{picture_format.value}"


def cover_folder(album_id: AlbumId, picture_hash: str) -> str:
    """The prefix of an album's cover, with all its sizes below."""
    return f"{COVER_FOLDER}/{album_id}/{picture_hash}/"


def known_name() -> str:
    """The picture that stands for all its sizes: what `Album.cover_key` ends with."""
    return picture_name(SIDE_KNOWN, PictureFormat.JPEG)


def picture_hash(key: str) -> str:
    """Which picture a cover's key names; the first covers had one size alone: `<hash>.jpg`."""
    return key.split("/")[2].partition(".")[0]


def sized_key(key: str, side: int, picture_format: PictureFormat) -> str:
    """The key of the smallest size that has as many pixels, or of the largest there is.

    A cover from when there was one size alone stands for all of them.
    """
    parts = key.split("/")
    if len(parts) != KEY_PARTS:
        return key
    fitting = next((each for each in SIDES if each >= side), SIDES[-1])
    return "/".join([*parts[:-1], picture_name(fitting, picture_format)])
