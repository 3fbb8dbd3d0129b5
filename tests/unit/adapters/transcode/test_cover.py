"""Covers: what becomes one, and what is refused."""

import io

import pytest
from PIL import Image

from adapters.transcode import cover
from adapters.transcode.cover import NotAnImage, make_covers
from domain.media.pictures import SIDES, PictureFormat, known_name, picture_name


def an_image(size: tuple[int, int], kind: str = "PNG", **options: object) -> bytes:
    output = io.BytesIO()
    mode = str(options.pop("mode", "RGB"))
    Image.new(mode, size, options.pop("colour", "red")).save(output, kind, **options)
    return output.getvalue()


def make_cover(data: bytes) -> bytes:
    """The largest JPEG, which stands for all others."""
    return make_covers(data).images[known_name()]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("size", "made"),
    [((300, 200), (300, 200)), ((2400, 1200), (1200, 600)), ((50, 5000), (12, 1200))],
)
def test_a_cover_keeps_its_shape_within_the_bound(
    size: tuple[int, int], made: tuple[int, int]
) -> None:
    image = opened(make_cover(an_image(size)))

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", made)


def test_transparency_becomes_white() -> None:
    clear = an_image((8, 8), mode="RGBA", colour=(0, 0, 0, 0))

    image = opened(make_cover(clear))

    assert image.getpixel((4, 4)) == (255, 255, 255)


def test_nothing_but_the_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    exif[0x0112] = 6  # turned on its side
    data = an_image((40, 20), "JPEG", exif=exif) + b"<script>"

    made = make_cover(data)

    assert opened(made).size == (20, 40)
    assert b"where I live" not in made
    assert b"<script>" not in made


@pytest.mark.parametrize(
    ("_case", "data"),
    [
        ("nothing", b""),
        ("text", b"<svg onload='x'/>"),
        ("a picture cut short", an_image((600, 600), "JPEG")[:400]),
        ("a format we do not open", an_image((8, 8), "TIFF")),
    ],
)
def test_what_is_no_image_is_refused(_case: str, data: bytes) -> None:
    with pytest.raises(NotAnImage) as refusal:
        make_cover(data)

    assert refusal.value.reason == "The image is damaged or in an unknown format."


@pytest.mark.parametrize("side", [7_100, 20_000])
def test_a_small_file_with_very_many_pixels_is_refused(side: int) -> None:
    bomb = an_image((side, side), mode="1", colour=0)

    with pytest.raises(NotAnImage) as refusal:
        make_cover(bomb)

    assert refusal.value.reason == "The image has too many pixels."


def test_a_large_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cover, "BYTES_MAX", 10)

    with pytest.raises(NotAnImage) as refusal:
        make_cover(an_image((8, 8)))

    assert refusal.value.reason == "The image is larger than 20 MB."


def test_a_cover_is_made_in_all_sizes_and_formats() -> None:
    made = make_covers(an_image((2000, 1000)))

    sizes = {
        name: (opened(image).format, opened(image).size) for name, image in made.images.items()
    }
    assert sizes == {
        picture_name(side, each): (each.name, (side, side // 2))
        for side in SIDES
        for each in PictureFormat
    }


def test_a_small_picture_is_never_blown_up() -> None:
    made = make_covers(an_image((100, 100)))

    assert opened(made.images["64.webp"]).size == (64, 64)
    assert opened(made.images["1200.webp"]).size == (100, 100)


def test_the_dominant_colour_is_that_of_most_pixels() -> None:
    image = Image.new("RGB", (100, 100), (10, 120, 200))
    image.paste((250, 10, 10), (0, 0, 40, 100))
    output = io.BytesIO()
    image.save(output, "PNG")

    assert make_covers(output.getvalue()).color == "#0a78c8"
