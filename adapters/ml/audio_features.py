"""What a recording sounds like in 96 numbers, with its tempo and its key.

timbre 60 · spectrum 10 · harmony 13 · rhythm 10 · dynamics 3
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import torch

RATE = 22_050
"""Samples in a second that every function here expects."""

HOP = 512
FRAME = 2_048
MEL_BANDS = 64
MEL_HZ_MIN, MEL_HZ_MAX = 40.0, 5_500.0
POWER_FLOOR = 3e-4
"""Lossy codecs keep this range above this level; what they cut off flickers, and must
not tell tracks apart."""

CEPSTRA = 20
TONE_FRAME = 8_192
TONE_HOP = 4_096
TONE_HZ_MIN, TONE_HZ_MAX = 65.0, 2_100.0
BPM_MIN, BPM_MAX, BPM_STEP = 60.0, 200.0, 0.5
BPM_USUAL = 115.0
PULSE_CLARITY_MIN = 0.08
KEY_CORRELATION_MIN = 0.4
OVERTONES, OVERTONE_DECAY = 6, 0.6
MODULATION_HZ = (0.5, 0.75, 1.1, 1.6, 2.4, 3.6, 5.4, 8.0, 12.0)

PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
# How well each degree fits the tonic, as listeners judged it (Krumhansl and Kessler).
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Raw features of one recording, before they are standardised."""

    values: torch.Tensor
    tempo_bpm: float | None
    key: str | None


def describe(sound: torch.Tensor) -> Description:
    """Describe mono sound at `RATE`; loudness as a whole makes no difference."""
    level = sound.square().mean().sqrt()
    sound = sound / level.clamp_min(1e-6) * 0.1
    power = _power(sound, FRAME, HOP)
    mel = (power @ _mel_weights().to(power) + POWER_FLOOR).log10()
    onsets = _onsets(mel)
    tempo, rhythm = _rhythm(onsets)
    key, harmony = _harmony(sound)
    parts = (_timbre(mel), _spectrum(power), harmony, rhythm, _dynamics(sound))
    audible = bool(level > 1e-5)
    return Description(
        values=torch.cat(parts),
        tempo_bpm=tempo if audible else None,
        key=key if audible else None,
    )


def _power(sound: torch.Tensor, frame: int, hop: int) -> torch.Tensor:
    """Power of each frequency (columns) in each moment (rows)."""
    window = torch.hann_window(frame, device=sound.device)
    spectrum = torch.stft(
        sound, frame, hop, window=window, center=True, pad_mode="constant",
        return_complex=True,
    )  # fmt: skip
    return spectrum.abs().square().T / window.square().sum()


def _timbre(mel: torch.Tensor) -> torch.Tensor:
    cepstra = mel @ _cosines().to(mel)
    deltas = cepstra[2:] - cepstra[:-2]
    return torch.cat((cepstra.mean(0), _spread(cepstra), _spread(deltas)))


def _spectrum(power: torch.Tensor) -> torch.Tensor:
    hz = torch.linspace(0, RATE / 2, power.shape[1], device=power.device)
    kept = (hz >= MEL_HZ_MIN) & (hz <= MEL_HZ_MAX)
    hz, power = hz[kept], power[:, kept] + POWER_FLOOR / 10
    share = power / power.sum(1, keepdim=True)
    centre = share @ hz
    width = (share * (hz - centre[:, None]).square()).sum(1).sqrt()
    rolloff = hz[(share.cumsum(1) < 0.85).sum(1).clamp_max(len(hz) - 1)]
    flatness = power.log().mean(1) - power.mean(1).log()
    bass = share[:, hz < 250].sum(1)
    rows = torch.stack(((centre + 1).log(), (width + 1).log(), (rolloff + 1).log(),
                        flatness, bass), dim=1)  # fmt: skip
    return torch.cat((rows.mean(0), _spread(rows)))


def _harmony(sound: torch.Tensor) -> tuple[str | None, torch.Tensor]:
    """The key, and the chroma turned so that the tonic stands first.

    Turning makes a piece and its transposition sound alike, as they do to listeners.
    """
    power = _power(sound, TONE_FRAME, TONE_HOP)
    chroma = power.sqrt() @ _chroma_weights().to(power)
    chroma = chroma / chroma.sum(1, keepdim=True).clamp_min(1e-6)
    mean = chroma.mean(0)
    change = _spread(chroma).mean(0, keepdim=True)
    profiles = _key_profiles().to(mean)
    centred = mean - mean.mean()
    fits = profiles @ (centred / centred.norm().clamp_min(1e-9))
    best = int(fits.argmax())
    tonic, mode = best % 12, "major" if best < 12 else "minor"
    key = f"{PITCHES[tonic]} {mode}" if fits[best] >= KEY_CORRELATION_MIN else None
    return key, torch.cat((mean.roll(-tonic), change))


def _onsets(mel: torch.Tensor) -> torch.Tensor:
    """How much begins in each moment, freed of its slow drift."""
    rises = (mel[1:] - mel[:-1]).clamp_min(0).mean(1)
    around = 43
    padded = torch.nn.functional.pad(rises[None, None], (around, around), mode="replicate")
    drift = torch.nn.functional.avg_pool1d(padded, 2 * around + 1, stride=1)[0, 0]
    return (rises - drift).clamp_min(0)


def _rhythm(onsets: torch.Tensor) -> tuple[float | None, torch.Tensor]:
    fit, bpm = _pulse_fit(onsets)
    best = int(fit.argmax())
    clarity = fit[best].clamp(0, 1)
    tempo = float(bpm[best]) if clarity >= PULSE_CLARITY_MIN else None
    rate = (onsets > onsets.mean() + onsets.std(correction=0)).float().mean()
    head = torch.stack(((bpm[best] / BPM_USUAL).log2() * clarity, rate))
    return tempo, torch.cat((head, _modulation(onsets)))


def _pulse_fit(onsets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How well each tempo explains the onsets: a comb over their autocorrelation."""
    centred = onsets - onsets.mean()
    size = 2 * len(centred)
    echo = torch.fft.irfft(torch.fft.rfft(centred, size).abs().square(), size)
    echo = echo[: len(centred)] / echo[0].clamp_min(1e-9)
    bpm = torch.arange(BPM_MIN, BPM_MAX + BPM_STEP, BPM_STEP, device=onsets.device)
    lag = 60.0 * RATE / HOP / bpm
    teeth = [_between(echo, lag * multiple) for multiple in (1, 2, 3, 4)]
    comb = torch.stack(teeth).mean(0)
    usual = torch.exp(-0.5 * ((bpm / BPM_USUAL).log2() / 0.9).square())
    return comb * usual, bpm


def _between(values: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Read between the samples, by a straight line."""
    places = places.clamp(0, len(values) - 1.001)
    left = places.floor().long().clamp(0, max(len(values) - 2, 0))
    share = places - left
    right = (left + 1).clamp_max(len(values) - 1)
    return values[left] * (1 - share) + values[right] * share


def _modulation(onsets: torch.Tensor) -> torch.Tensor:
    """How the onsets' energy is shared among slow and fast repetition."""
    spectrum = torch.fft.rfft(onsets - onsets.mean()).abs().square()
    hz = torch.linspace(0, RATE / HOP / 2, len(spectrum), device=onsets.device)
    edges = pairwise(MODULATION_HZ)
    bands = torch.stack([spectrum[(hz >= a) & (hz < b)].sum() for a, b in edges])
    return (bands / bands.sum().clamp_min(1e-9) + 1e-3).log()


def _dynamics(sound: torch.Tensor) -> torch.Tensor:
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    level = (frames.square().mean(1) + 1e-9).log10()
    quiet = (level < level.mean()).float().mean()
    crest = (sound.abs().max() / 0.1 + 1e-3).log10()
    return torch.stack((_spread(level[:, None])[0], quiet, crest))


def _spread(rows: torch.Tensor) -> torch.Tensor:
    return rows.std(0, correction=0)


@lru_cache(maxsize=1)
def _mel_weights() -> torch.Tensor:
    """Triangles over frequency (rows) for each mel band (columns)."""
    ends = [2595 * math.log10(1 + hz / 700) for hz in (MEL_HZ_MIN, MEL_HZ_MAX)]
    mels = torch.linspace(ends[0], ends[1], MEL_BANDS + 2)
    corners = 700 * (10 ** (mels / 2595) - 1)
    hz = torch.linspace(0, RATE / 2, FRAME // 2 + 1)[:, None]
    rising = (hz - corners[:-2]) / (corners[1:-1] - corners[:-2])
    falling = (corners[2:] - hz) / (corners[2:] - corners[1:-1])
    return torch.minimum(rising, falling).clamp_min(0)


@lru_cache(maxsize=1)
def _cosines() -> torch.Tensor:
    """The cosine transform from mel bands (rows) to cepstra (columns)."""
    band = torch.arange(MEL_BANDS) + 0.5
    order = torch.arange(1, CEPSTRA + 1)
    turns = torch.cos(math.pi / MEL_BANDS * band[:, None] * order[None, :])
    return turns * math.sqrt(2 / MEL_BANDS)


@lru_cache(maxsize=1)
def _chroma_weights() -> torch.Tensor:
    """How much each frequency (rows) belongs to each pitch class (columns)."""
    hz = torch.linspace(0, RATE / 2, TONE_FRAME // 2 + 1).clamp_min(1.0)
    pitch = 69 + 12 * (hz / 440.0).log2()
    apart = (pitch[:, None] - torch.arange(12) + 6) % 12 - 6
    heard = ((hz >= TONE_HZ_MIN) & (hz <= TONE_HZ_MAX)).float()
    return torch.exp(-0.5 * (apart / 0.3).square()) * heard[:, None]


@lru_cache(maxsize=1)
def _key_profiles() -> torch.Tensor:
    """Unit profiles of the 12 major keys, then of the 12 minor ones.

    A tone sounds with its overtones, the third of which is the fifth above it; so each
    profile is laid over itself at the overtones' distances.
    """
    rows = [torch.tensor(mode).roll(tonic) for mode in (MAJOR, MINOR) for tonic in range(12)]
    tones = torch.stack(rows)
    profiles = torch.zeros_like(tones)
    for overtone in range(1, OVERTONES + 1):
        semitones = round(12 * math.log2(overtone)) % 12
        profiles += OVERTONE_DECAY ** (overtone - 1) * tones.roll(semitones, dims=1)
    profiles = profiles - profiles.mean(1, keepdim=True)
    return profiles / profiles.norm(dim=1, keepdim=True)
