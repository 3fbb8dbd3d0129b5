"""Titles for recordings that do not say their own."""

import re
from pathlib import PurePosixPath

TITLE_CHARS_MAX = 300
SUFFIX_CHARS_MAX = 10
UNTITLED = "Untitled"
AUDIO_SUFFIXES = frozenset(
    {
        *(".aac", ".aif", ".aiff", ".alac", ".ape", ".caf", ".flac", ".m4a", ".m4b", ".mka"),
        *(".mp2", ".mp3", ".mpc", ".oga", ".ogg", ".opus", ".wav", ".wave", ".weba", ".wma"),
        *(".wv", ".ac3", ".amr", ".au", ".tta", ".mp4"),
    }
)
"""What an import takes for a recording; what is really in the file is seen later."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NUMBER = re.compile(r"^[0-9]{1,3}[\s._-]+(?=\S)")


def is_audio_name(name: str) -> bool:
    """Whether a file is called like a recording; hidden files are not."""
    return not name.startswith(".") and PurePosixPath(name).suffix.lower() in AUDIO_SUFFIXES


def title_of_file(name: str) -> str:
    """A file's name without suffix and track number: `03 - Harbour_at_Four.flac` → `Harbour
    at Four`."""
    sound = name.encode("utf-8", "replace").decode("utf-8")
    stem = sound.removesuffix(suffix) if (suffix := suffix_of(sound)) else sound
    words = " ".join(_CONTROLS.sub(" ", stem).replace("_", " ").split())[:TITLE_CHARS_MAX]
    return (_NUMBER.sub("", words) or words).strip() or UNTITLED


def suffix_of(name: str) -> str:
    """The suffix with its dot if it is a plain short word, else nothing: safe in a path."""
    _, dot, suffix = name.rpartition(".")
    plain = suffix.isascii() and suffix.isalnum() and len(suffix) <= SUFFIX_CHARS_MAX
    return f".{suffix}" if dot and plain else ""
