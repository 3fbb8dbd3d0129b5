"""Makes safe covers in every size and format we serve out of whatever a file carried."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from domain.media.pictures import SIDES, PictureFormat, Pictures, picture_name

BYTES_MAX = 20 * 1024 * 1024
PIXELS_MAX = 50_000_000
SIDE_MAX = SIDES[-1]
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
COLOR_SIDE = 64
COLORS = 8
"""Into so many groups the pixels fall before the largest is taken."""

SAVING: dict[PictureFormat, dict[str, int | bool]] = {
    PictureFormat.JPEG: {"quality": 86, "optimize": True},
    PictureFormat.WEBP: {"quality": 82, "method": 4},
}


class NotAnImage(Exception):
    """The bytes cannot become a cover; `reason` says why in one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def make_covers(data: bytes) -> Pictures:
    """Decode an image once and write it anew in all sizes and formats.

    What we serve was written by us: no metadata, no trailing bytes, upright. A picture that is
    smaller than a size stays as it is.

    Raises:
        NotAnImage: not an image, damaged, or with too many pixels.
    """
    image = open_image(data)
    images: dict[str, bytes] = {}
    for side in reversed(SIDES):
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        for each in PictureFormat:
            images[picture_name(side, each)] = _written(image, each)
    return Pictures(images=images, color=dominant_color(image))


def open_image(data: bytes) -> Image.Image:
    """An image as it is seen: upright, in RGB, on white, no larger than what we serve.

    Raises:
        NotAnImage: not an image, damaged, or with too many pixels.
    """
    if len(data) > BYTES_MAX:
        raise NotAnImage("The image is larger than 20 MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _opened(data)
    except (OSError, ValueError, SyntaxError, EOFError, UnidentifiedImageError) as error:
        raise NotAnImage("The image is damaged or in an unknown format.") from error
    except Image.DecompressionBombError as error:
        raise NotAnImage("The image has too many pixels.") from error


def dominant_color(image: Image.Image) -> str:
    """The colour that most of an image has, as `#rrggbb`."""
    small = image.copy()
    small.thumbnail((COLOR_SIDE, COLOR_SIDE))
    grouped = small.quantize(COLORS)
    palette = grouped.getpalette()
    counts = grouped.getcolors()
    assert palette is not None
    assert counts is not None
    _count, group = max(counts)
    assert isinstance(group, int)
    red, green, blue = palette[3 * group : 3 * group + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > PIXELS_MAX:
            raise NotAnImage("The image has too many pixels.")
        image.draft("RGB", (SIDE_MAX, SIDE_MAX))
        flat = _on_white(ImageOps.exif_transpose(image))
    flat.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    flat.info.clear()  # comments and profiles would be written into what we serve
    return flat


def _written(image: Image.Image, picture_format: PictureFormat) -> bytes:
    output = io.BytesIO()
    image.save(output, picture_format.name, **SAVING[picture_format])
    return output.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """Drop transparency the way a page would show it."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layers = image.convert("RGBA")
    ground = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(ground, layers).convert("RGB")
