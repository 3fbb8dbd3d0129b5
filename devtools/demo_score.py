"""The scores of the demo catalogue: a few numbers for each piece."""

from dataclasses import dataclass

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
DORIAN = (0, 2, 3, 5, 7, 9, 10)
PENTATONIC = (0, 3, 5, 7, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """What several pieces share."""

    title: str
    artist: str
    year: int
    genre: str
    suffix: str
    """Which kind of file its pieces become: flac, mp3 or ogg."""
    colours: tuple[str, str]
    """From the sky to the ground of its cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece: a few numbers that a small band plays."""

    title: str
    album: Album
    number: int
    root: int
    """MIDI number of the key note of the bass."""
    scale: tuple[int, ...]
    beats_per_minute: int
    bars: int
    chords: tuple[int, ...]
    """Steps of the scale that the chords stand on, one a bar."""
    lead: str
    """Name of the voice that plays the melody."""
    drums: str
    """Sixteen steps: k kick, s snare, h hat, - rest."""


TIDES = Album(
    title="Tidal Letters",
    artist="Mira Solen",
    year=2024,
    genre="Ambient",
    suffix="flac",
    colours=("#0b2545", "#8da9c4"),
)
GLASS = Album(
    title="Glass Arcade",
    artist="Neon Parish",
    year=2025,
    genre="Electronic",
    suffix="mp3",
    colours=("#2d00f7", "#f20089"),
)
COPPER = Album(
    title="Copper Kettle Tunes",
    artist="The Low Lanterns",
    year=2023,
    genre="Folk",
    suffix="ogg",
    colours=("#7f4f24", "#dda15e"),
)
NIGHT = Album(
    title="Night Bus Étude",
    artist="Ada Okonkwo",
    year=2026,
    genre="Jazz",
    suffix="mp3",
    colours=("#10002b", "#e0aaff"),
)

SWING = "k-h-s-h-k-hks-h-"
FOUR = "k-h-k-hsk-h-k-hs"
BROKEN = "k--hs-kh--k-s-hh"
STILL = "----------------"


def _piece(
    album: Album,
    number: int,
    title: str,
    tune: tuple[int, tuple[int, ...], int, int],
    chords: tuple[int, ...],
    *,
    lead: str,
    drums: str,
) -> Piece:
    root, scale, beats_per_minute, bars = tune
    return Piece(
        title=title,
        album=album,
        number=number,
        root=root,
        scale=scale,
        beats_per_minute=beats_per_minute,
        bars=bars,
        chords=chords,
        lead=lead,
        drums=drums,
    )


PIECES = (
    _piece(
        TIDES,
        1,
        "Harbour at Four",
        (45, MINOR, 66, 5),
        (0, 5, 3, 4),
        lead="bell",
        drums=STILL,
    ),
    _piece(
        TIDES,
        2,
        "Salt and Paper",
        (41, MAJOR, 72, 6),
        (0, 3, 4, 5),
        lead="glass",
        drums=STILL,
    ),
    _piece(
        TIDES,
        3,
        "Lighthouse Hours",
        (38, DORIAN, 60, 5),
        (0, 3, 0, 6),
        lead="flute",
        drums=STILL,
    ),
    _piece(
        GLASS,
        1,
        "Coin Return",
        (36, MINOR, 124, 9),
        (0, 5, 2, 6),
        lead="square",
        drums=FOUR,
    ),
    _piece(
        GLASS,
        2,
        "Vector Heart",
        (40, DORIAN, 132, 10),
        (0, 3, 5, 4),
        lead="saw",
        drums=FOUR,
    ),
    _piece(
        GLASS,
        3,
        "Last Continue",
        (43, MINOR, 118, 8),
        (0, 6, 5, 4),
        lead="square",
        drums=BROKEN,
    ),
    _piece(
        COPPER,
        1,
        "The Kettle Reel",
        (43, MAJOR, 112, 8),
        (0, 4, 3, 4),
        lead="pluck",
        drums=STILL,
    ),
    _piece(
        COPPER,
        2,
        "Over Marsh Road",
        (38, DORIAN, 96, 7),
        (0, 6, 0, 4),
        lead="flute",
        drums=BROKEN,
    ),
    _piece(
        COPPER,
        3,
        "Lantern March",
        (45, MAJOR, 104, 8),
        (0, 5, 1, 4),
        lead="pluck",
        drums=STILL,
    ),
    _piece(NIGHT, 1, "Route 21", (41, DORIAN, 92, 7), (1, 4, 0, 5), lead="organ", drums=SWING),
    _piece(NIGHT, 2, "Window Seat", (39, MAJOR, 78, 6), (0, 5, 1, 4), lead="bell", drums=SWING),
    _piece(
        NIGHT,
        3,
        "Terminus Blues",
        (40, PENTATONIC, 100, 8),
        (0, 2, 3, 0),
        lead="organ",
        drums=SWING,
    ),
)
