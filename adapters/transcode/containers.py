"""Which containers are opened at all: those that hold sound and name no other file.

FFmpeg also knows playlists, scripts and devices; a file of such a kind could make it read
other files of the machine, whatever its suffix says.
"""

from typing import Final

CONTAINERS: Final = (
    *("aac", "ac3", "aiff", "amr", "amrnb", "amrwb", "ape", "asf", "au", "caf", "dsf", "dts"),
    *("eac3", "flac", "iff", "matroska", "webm", "mov", "mp4", "m4a", "mp3", "mpc", "mpc8"),
    *("ogg", "oma", "tak", "tta", "w64", "wav", "wv"),
)
INPUT_OPTIONS: Final = {
    "format_whitelist": ",".join(CONTAINERS),
    "protocol_whitelist": "file",
}
"""For whoever opens a file with libav."""


def input_arguments(path: str) -> list[str]:
    """The same for FFmpeg's command line."""
    pairs = (part for name, value in INPUT_OPTIONS.items() for part in (f"-{name}", value))
    return [*pairs, "-i", path]
