"""Which sizes are made of which source."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.transcode.video_ladder import KEY_FRAME_SECONDS, SEGMENT_SECONDS, outputs_of
from domain.media.moving_pictures import VideoFacts
from domain.media.video_streams import VideoQuality

SIDES = st.integers(min_value=16, max_value=8_192)
RATES = st.fractions(min_value=Fraction(1), max_value=Fraction(240), max_denominator=1001)


def facts_of(width: int, height: int, rate: Fraction = Fraction(25)) -> VideoFacts:
    return VideoFacts(
        duration_ms=1_000,
        container="mov",
        codec="h264",
        width=width,
        height=height,
        rate_numerator=rate.numerator,
        rate_denominator=rate.denominator,
        is_hdr=False,
        bitrate=1,
        audio_codec=None,
        sample_rate=None,
        channels=None,
        texts=[],
    )


@pytest.mark.parametrize(
    ("width", "height", "sizes"),
    [
        (
            *(3840, 2160),
            ["240p 426x240", "360p 640x360", "480p 854x480", "720p 1280x720", "1080p 1920x1080"],
        ),
        (1280, 720, ["240p 426x240", "360p 640x360", "480p 854x480", "720p 1280x720"]),
        (720, 1280, ["240p 240x426", "360p 360x640", "480p 480x854", "720p 720x1280"]),
        (
            *(1920, 800),
            ["240p 426x178", "360p 640x266", "480p 854x356", "720p 1280x534", "1080p 1920x800"],
        ),
        (888, 500, ["240p 426x240", "360p 640x360", "480p 852x480"]),
        (321, 241, ["240p 320x240"]),
        (320, 240, ["240p 320x240"]),
        (32, 18, ["240p 32x18"]),
    ],
)  # fmt: skip
def test_a_source_is_made_into_all_sizes_up_to_its_own(width, height, sizes) -> None:
    made = outputs_of(facts_of(width, height))

    assert [f"{each.rung.name} {each.width}x{each.height}" for each in made] == sizes


@pytest.mark.parametrize(
    ("rate", "rates"),
    [
        (Fraction(25), {25}),
        (Fraction(60), {30, 60}),
        (Fraction(120), {30, 60}),
        (Fraction(60_000, 1_001), {Fraction(30_000, 1_001), Fraction(60_000, 1_001)}),
    ],
)
def test_small_sizes_show_at_most_thirty_pictures_a_second(rate, rates) -> None:
    assert {each.rate for each in outputs_of(facts_of(1280, 720, rate))} == rates


@given(width=SIDES, height=SIDES, rate=RATES)
def test_nothing_is_enlarged_and_sizes_only_grow(width, height, rate) -> None:
    made = outputs_of(facts_of(width, height, rate))

    assert 1 <= len(made) <= len(VideoQuality)
    assert all(each.width <= max(width, 2) and each.height <= max(height, 2) for each in made)
    assert all(each.width % 2 == each.height % 2 == 0 for each in made)
    areas = [each.width * each.height for each in made]
    assert areas == sorted(areas)
    assert all(each.rate <= rate and (rate / each.rate).denominator == 1 for each in made)
    names = [each.value for each in VideoQuality]
    assert [each.rung.name for each in made] == [
        name for name in names if name in {each.rung.name for each in made}
    ]


def test_segments_begin_with_key_frames() -> None:
    assert SEGMENT_SECONDS % KEY_FRAME_SECONDS == 0
