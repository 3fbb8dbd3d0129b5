"""Synthesised pieces whose tempo and key are known."""

import subprocess
import wave
from pathlib import Path

import imageio_ffmpeg
import numpy as np

RATE = 22_050
CHORDS = {"major": (0, 4, 7), "minor": (0, 3, 7)}


def write_piece(
    path: Path,
    *,
    tonic: int = 60,
    mode: str = "major",
    bpm: float = 120.0,
    seconds: float = 20.0,
    brightness: int = 6,
    loudness: float = 0.3,
) -> Path:
    """A cadence (I IV V I) over a beat; `tonic` is a MIDI note, 60 is C."""
    count = int(seconds * RATE)
    sound = np.zeros(count)
    beat = 60.0 / bpm
    degrees = (0, 5, 7, 0)
    for number in range(int(seconds / beat)):
        start = int(number * beat * RATE)
        length = min(int(beat * 0.9 * RATE), count - start)
        time = np.arange(length) / RATE
        fade = np.exp(-time * 5)
        degree = degrees[number // 4 % 4]
        for step in CHORDS["major" if degree == 7 else mode]:
            hz = 440 * 2 ** ((tonic + degree + step - 69) / 12)
            for partial in range(1, brightness + 1):
                sound[start : start + length] += (
                    np.sin(2 * np.pi * hz * partial * time) / partial**1.5 * fade
                )
    sound *= loudness / np.abs(sound).max()
    return write_wave(path, sound)


def write_noise(path: Path, *, seconds: float = 20.0) -> Path:
    """Sound without tone or pulse."""
    return write_wave(path, np.random.default_rng(7).normal(0, 0.1, int(seconds * RATE)))


def write_wave(path: Path, sound: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def encode(source: Path, target: Path, *options: str) -> Path:
    """The same piece through a lossy codec."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [ffmpeg, "-y", "-v", "error", "-i", str(source), *options, str(target)]
    subprocess.run(command, check=True)
    return target
