"""Makes small media files for tests, by the same FFmpeg that reads them."""

import subprocess
from pathlib import Path

import imageio_ffmpeg


def ffmpeg(*arguments: str) -> str:
    """Run FFmpeg and return what it said."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-y"]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, check=True, timeout=60, text=True
    )
    return done.stderr


def a_tone(
    path: Path,
    *,
    seconds: float = 1.0,
    rate: int = 44_100,
    level_db: float = -23.0,
    channels: int = 2,
    options: tuple[str, ...] = (),
) -> Path:
    """Write a sine of 1 kHz whose peaks stand at `level_db`, in the suffix's format."""
    wave = f"{10 ** (level_db / 20)}*sin(2*PI*1000*t)"
    source = f"aevalsrc={'|'.join([wave] * channels)}:s={rate}:d={seconds}"
    ffmpeg("-f", "lavfi", "-i", source, *options, str(path))
    return path


def decoded_seconds(path: Path, *, complaint: str = "") -> float:
    """Decode a file or playlist end to end and count the samples; FFmpeg stays silent."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-xerror", "-nostdin"]
    raw = ["-i", str(path), "-map", "0:a:0", "-ac", "1", "-ar", "16000", "-f", "s16le", "-"]
    done = subprocess.run([*command, *raw], capture_output=True, check=True, timeout=60)
    complaints = done.stderr.decode().splitlines()
    assert [line for line in complaints if not complaint or complaint not in line] == []
    return len(done.stdout) / 2 / 16_000
