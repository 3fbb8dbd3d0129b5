"""Why no recording can be made of a file: each reason has a code of its own."""

from errors import NotAudio


class FileEmpty(NotAudio):
    """The file has no bytes."""

    code = "FILE_EMPTY"


class FileDamaged(NotAudio):
    """The file is broken, or in a format that we do not know."""

    code = "FILE_DAMAGED"


class FileTruncated(NotAudio):
    """The file ends long before the end that it claims: it was cut off on its way."""

    code = "FILE_TRUNCATED"


class NoSound(NotAudio):
    """There is no sound in the file: pictures only, or nothing that can be decoded."""

    code = "NO_SOUND"


class RecordingTooLong(NotAudio):
    """The recording is longer than we stream."""

    code = "RECORDING_TOO_LONG"
