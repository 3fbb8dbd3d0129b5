"""Makes a safe, small cover image out of whatever a file carried."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

BYTES_MAX = 20 * 1024 * 1024
PIXELS_MAX = 50_000_000
SIDE_MAX = 1200
JPEG_QUALITY = 86
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


class NotAnImage(Exception):
    """The bytes cannot become a cover; `reason` says why in one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def make_cover(data: bytes, *, side_max: int = SIDE_MAX) -> bytes:
    """Decode an image and write it anew as a JPEG of at most `side_max` pixels a side.

    What we serve was written by us: no metadata, no trailing bytes, upright.

    Raises:
        NotAnImage: not an image, damaged, or with too many pixels.
    """
    if len(data) > BYTES_MAX:
        raise NotAnImage("The image is larger than 20 MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _reencode(data, side_max)
    except (OSError, ValueError, SyntaxError, EOFError, UnidentifiedImageError) as error:
        raise NotAnImage("The image is damaged or in an unknown format.") from error
    except Image.DecompressionBombError as error:
        raise NotAnImage("The image has too many pixels.") from error


def _reencode(data: bytes, side_max: int) -> bytes:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > PIXELS_MAX:
            raise NotAnImage("The image has too many pixels.")
        image.draft("RGB", (side_max, side_max))
        upright = ImageOps.exif_transpose(image)
        flat = _on_white(upright)
    flat.thumbnail((side_max, side_max), Image.Resampling.LANCZOS)
    output = io.BytesIO()
    flat.save(output, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return output.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """Drop transparency the way a page would show it."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layers = image.convert("RGBA")
    ground = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(ground, layers).convert("RGB")
