"""What a file is, told from its first bytes: never from its name, never from a header."""

from dataclasses import dataclass
from enum import StrEnum

import filetype

from domain.ids import PlayableKind
from errors import FileTypeRefused

HEAD_BYTES = 4_096
"""As many of a file's first bytes are looked at."""
TEXT_BYTES_MIN = 4
UNKNOWN_MIME = "application/octet-stream"


class FileKind(StrEnum):
    """What a file is good for."""

    AUDIO = "AUDIO"
    VIDEO = "VIDEO"
    IMAGE = "IMAGE"
    TEXT = "TEXT"
    OTHER = "OTHER"
    """Plainly something else: a program, an archive, a document."""
    UNKNOWN = "UNKNOWN"
    """Nothing that we know by its head; a worker will read more of it."""


@dataclass(frozen=True, slots=True)
class FileType:
    """What a file turned out to be."""

    kind: FileKind
    mime: str


UNKNOWN = FileType(FileKind.UNKNOWN, UNKNOWN_MIME)

_HEADS = (
    (b"wvpk", FileType(FileKind.AUDIO, "audio/x-wavpack")),
    (b"MAC ", FileType(FileKind.AUDIO, "audio/x-ape")),
    (b"MPCK", FileType(FileKind.AUDIO, "audio/x-musepack")),
    (b"MP+", FileType(FileKind.AUDIO, "audio/x-musepack")),
    (b"TTA1", FileType(FileKind.AUDIO, "audio/x-tta")),
    (b".snd", FileType(FileKind.AUDIO, "audio/basic")),
    (b"caff", FileType(FileKind.AUDIO, "audio/x-caf")),
    (b"RF64", FileType(FileKind.AUDIO, "audio/wav")),
    (b"\x0b\x77", FileType(FileKind.AUDIO, "audio/ac3")),
    (b"%PDF", FileType(FileKind.OTHER, "application/pdf")),
    (b"PK\x03\x04", FileType(FileKind.OTHER, "application/zip")),
    (b"PK\x05\x06", FileType(FileKind.OTHER, "application/zip")),
    (b"MZ", FileType(FileKind.OTHER, "application/x-msdownload")),
    (b"\x7fELF", FileType(FileKind.OTHER, "application/x-executable")),
    (b"\xca\xfe\xba\xbe", FileType(FileKind.OTHER, "application/java-vm")),
    (b"\xcf\xfa\xed\xfe", FileType(FileKind.OTHER, "application/x-mach-binary")),
)
"""What the library does not know, or knows less surely."""

_KINDS = {
    "audio": FileKind.AUDIO,
    "video": FileKind.VIDEO,
    "image": FileKind.IMAGE,
    "application": FileKind.OTHER,
}
_PLAINLY_WRONG = frozenset({FileKind.IMAGE, FileKind.TEXT, FileKind.OTHER})
_WORDS = {
    FileKind.IMAGE: "a picture",
    FileKind.TEXT: "a text",
    FileKind.OTHER: "a program, an archive or a document",
}
_WHITE = frozenset("\t\n\r\f")


def type_of(head: bytes) -> FileType:
    """Tell a file's type from its first bytes, at least HEAD_BYTES of them where it has so many."""
    for magic, known in _HEADS:
        if head.startswith(magic):
            return known
    found = filetype.guess(head)
    if found is not None:
        kind = _KINDS.get(found.mime.partition("/")[0], FileKind.OTHER)
        return FileType(kind, found.mime)
    return _text_of(head[:HEAD_BYTES]) or UNKNOWN


def require_playable(head: bytes, kind: PlayableKind) -> FileType:
    """Refuse what can plainly not be played; what is in doubt is for the worker to read.

    Raises:
        FileTypeRefused: it is a picture, a text, a program, an archive or a document.
    """
    found = type_of(head)
    if found.kind in _PLAINLY_WRONG:
        raise FileTypeRefused(
            f"The file is {_WORDS[found.kind]} ({found.mime}); "
            f"a {kind.value.lower()} needs a recording.",
            field="file",
        )
    return found


def _text_of(head: bytes) -> FileType | None:
    """Whether people could read it: a page, a script, a list; never a recording."""
    if len(head) < TEXT_BYTES_MIN:
        return None
    encoding = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    try:
        text = head[: len(head) // 2 * 2].decode(encoding, "strict")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # a letter that was cut in two at the end is no fault
            return None
        text = head[: error.start].decode(encoding, "ignore")
    if not all(letter.isprintable() or letter in _WHITE for letter in text.removeprefix("\ufeff")):
        return None
    is_markup = text.removeprefix("\ufeff").lstrip().startswith("<")
    return FileType(FileKind.TEXT, "text/html" if is_markup else "text/plain")
