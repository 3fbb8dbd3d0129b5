"""The band that plays the demo catalogue: seven voices, a pad, a bass and drums."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from devtools.demo_score import Piece

RATE = 44_100
A4_HERTZ = 440.0
A4_NOTE = 69

Sound = npt.NDArray[np.float32]
Voice = Callable[[Sound, float], Sound]


def play(piece: Piece, place: int) -> Sound:
    """Chords, bass, melody and drums over all bars, then a soft end."""
    bar = 4 * 60.0 / piece.beats_per_minute
    length = int((piece.bars * bar + 1.5) * RATE)
    mix: Sound = np.zeros((length, 2), dtype=np.float32)
    chance = np.random.default_rng(1000 + place)
    for index in range(piece.bars):
        start = index * bar
        step = piece.chords[index % len(piece.chords)]
        _play_chord(mix, piece, step, start, bar)
        _play_melody(mix, piece, step, start, bar, chance)
        _play_drums(mix, piece, start, bar, chance)
    fade = min(length, int(1.5 * RATE))
    mix[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    loudest = float(np.abs(mix).max())
    return _sound(np.tanh(mix / loudest * 1.2) * 0.9)


def _play_chord(mix: Sound, piece: Piece, step: int, start: float, bar: float) -> None:
    """A pad of three notes, and a bass note on the first and third beat."""
    for place, interval in enumerate((0, 2, 4)):
        hertz = _hertz(_note(piece, step + interval) + 12)
        _add(mix, _pad, hertz, start, bar * 1.1, 0.16, pan=(place - 1) * 0.5)
    for beat in (0, 2):
        hertz = _hertz(_note(piece, step))
        _add(mix, _bass, hertz, start + beat * bar / 4, bar / 3, 0.4, pan=0.0)


def _play_melody(
    mix: Sound,
    piece: Piece,
    step: int,
    start: float,
    bar: float,
    chance: np.random.Generator,
) -> None:
    """A walk over the scale that comes home to the chord on every first beat."""
    degree = step + 7
    for eighth in range(8):
        if eighth and chance.random() < 0.4:
            continue
        degree = step + 7 if eighth == 0 else degree + int(chance.integers(-2, 3))
        hertz = _hertz(_note(piece, degree) + 12)
        pan = 0.35 * math.sin(start + eighth)
        _add(mix, VOICES[piece.lead], hertz, start + eighth * bar / 8, 0.6, 0.3, pan=pan)


def _play_drums(
    mix: Sound, piece: Piece, start: float, bar: float, chance: np.random.Generator
) -> None:
    for place, sign in enumerate(piece.drums):
        at = int((start + place * bar / 16) * RATE)
        if sign != "-" and at < len(mix):
            hit = _drum(sign, chance)[: len(mix) - at, None]
            mix[at : at + len(hit)] += hit


def _add(
    mix: Sound,
    voice: Voice,
    hertz: float,
    start: float,
    seconds: float,
    volume: float,
    *,
    pan: float,
) -> None:
    at = int(start * RATE)
    count = min(int(seconds * RATE), len(mix) - at)
    if count <= 0:
        return
    time = np.arange(count, dtype=np.float32) / np.float32(RATE)
    sides = np.array([1 - pan, 1 + pan], dtype=np.float32) * np.float32(volume)
    mix[at : at + count] += voice(time, hertz)[:, None] * sides


def _sound(samples: npt.NDArray[np.floating]) -> Sound:
    return samples.astype(np.float32, copy=False)


def _note(piece: Piece, degree: int) -> int:
    octave, step = divmod(degree, len(piece.scale))
    return piece.root + 12 * octave + piece.scale[step]


def _hertz(note: int) -> float:
    return float(A4_HERTZ * 2 ** ((note - A4_NOTE) / 12))


def _decay(time: Sound, attack: float, fall: float) -> Sound:
    """Rises within `attack` seconds, then dies away; ends at zero, so nothing clicks."""
    rise = np.minimum(time / attack, 1)
    end = np.minimum((time[-1] - time) / 0.02, 1)
    return _sound(rise * np.exp(-time * fall) * end)


def _sine(time: Sound, hertz: float) -> Sound:
    return _sound(np.sin(2 * math.pi * hertz * time))


def _harmonics(time: Sound, hertz: float, strengths: Sequence[float]) -> Sound:
    total = np.zeros_like(time)
    for number, strength in enumerate(strengths, start=1):
        if strength and hertz * number < RATE / 2:
            total += np.float32(strength) * _sine(time, hertz * number)
    return total


def _pad(time: Sound, hertz: float) -> Sound:
    swell = np.minimum(time / 0.4, 1) * np.minimum((time[-1] - time) / 0.3, 1)
    return _sound((_sine(time, hertz * 0.997) + _sine(time, hertz * 1.004)) * swell)


def _bass(time: Sound, hertz: float) -> Sound:
    return _harmonics(time, hertz, (1, 0.4, 0.2)) * _decay(time, 0.01, 3)


def _bell(time: Sound, hertz: float) -> Sound:
    tone, clang = _sine(time, hertz), 0.5 * _sine(time, hertz * 2.76)
    return _sound((tone + clang + 0.2 * _sine(time, hertz * 5.4)) * _decay(time, 0.003, 5))


def _glass(time: Sound, hertz: float) -> Sound:
    return _harmonics(time, hertz, (1, 0, 0.3, 0, 0.15)) * _decay(time, 0.08, 2)


def _flute(time: Sound, hertz: float) -> Sound:
    vibrato = np.float32(0.06) * _sine(time, 5.2)
    tone = np.sin(2 * math.pi * hertz * time + vibrato * 8)
    return _sound((tone + 0.15 * _sine(time, hertz * 2)) * _decay(time, 0.07, 1.5))


def _pluck(time: Sound, hertz: float) -> Sound:
    return _harmonics(time, hertz, (1, 0.7, 0.45, 0.3, 0.2, 0.12)) * _decay(time, 0.002, 7)


def _organ(time: Sound, hertz: float) -> Sound:
    return _harmonics(time, hertz / 2, (0.6, 1, 0.4, 0.5, 0, 0.3)) * _decay(time, 0.01, 1)


def _square(time: Sound, hertz: float) -> Sound:
    return _harmonics(time, hertz, (1, 0, 0.33, 0, 0.2, 0, 0.14)) * _decay(time, 0.004, 4)


def _saw(time: Sound, hertz: float) -> Sound:
    return _harmonics(time, hertz, (1, 0.5, 0.33, 0.25, 0.2, 0.16)) * _decay(time, 0.01, 3)


VOICES: dict[str, Voice] = {
    "bell": _bell,
    "glass": _glass,
    "flute": _flute,
    "pluck": _pluck,
    "organ": _organ,
    "square": _square,
    "saw": _saw,
}


def _drum(sign: str, chance: np.random.Generator) -> Sound:
    """A kick falls in pitch, a snare is noise with a tone, a hat is thin noise."""
    seconds = {"k": 0.25, "s": 0.18, "h": 0.05}[sign]
    time = np.arange(int(seconds * RATE), dtype=np.float32) / np.float32(RATE)
    noise = chance.standard_normal(len(time)).astype(np.float32)
    if sign == "k":
        sweep = 2 * math.pi * (48 * time + 5.0 * (1 - np.exp(-time * 28)))
        return _sound(np.sin(sweep) * _decay(time, 0.002, 12) * 0.9)
    if sign == "s":
        return _sound((0.25 * noise + 0.3 * _sine(time, 190)) * _decay(time, 0.001, 20))
    return _sound(0.12 * np.diff(noise, prepend=0) * _decay(time, 0.001, 70))
