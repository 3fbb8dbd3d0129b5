"""Which codecs keep a recording as it was; FFmpeg's names."""

from typing import Final

CHANNELS_MAX: Final = 8
"""As many as FLAC holds."""

LOSSLESS: Final = frozenset(
    {
        *("alac", "ape", "flac", "mlp", "mp4als", "shorten", "tak", "truehd", "tta", "wavpack"),
        *("pcm_s8", "pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_u16le", "pcm_u16be"),
        *("pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_bluray", "pcm_dvd"),
        *("pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "wmalossless"),
    }
)
"""PCM by logarithm (A-law, µ-law), by differences (ADPCM) and DSD are not among them."""

WAVPACK_LOSSY: Final = "wavpack_hybrid"
"""What we call WavPack that has left something out."""


def is_lossless(codec: str | None, channels: int | None) -> bool:
    """Whether a recording in this codec can be streamed without loss: it has none so far."""
    return codec in LOSSLESS and channels is not None and channels <= CHANNELS_MAX
