"""Why processing failed, in words that a creator can act on."""

from typing import Final

from errors import AppError, DependencyError, InputError, NotFound, TranscodeFailed

INTERNAL: Final = "INTERNAL"
OUR_FAULT: Final = "Something went wrong on our side; the file may be fine."
UNREADABLE: Final = (
    "The file could not be read to its end. It may be damaged: try again, or upload it in "
    "another format."
)
ORIGINAL_GONE: Final = "The original file is gone; upload it again."


def reason_of(error: Exception) -> tuple[str, str]:
    """A stable code and what the owner reads; a bug of ours, or its traces, is not told."""
    match error:
        case NotFound():
            return error.code, ORIGINAL_GONE
        case TranscodeFailed():
            return error.code, UNREADABLE
        case InputError():
            return error.code, error.message
        case DependencyError():
            return error.code, OUR_FAULT
        case AppError():
            return error.code, OUR_FAULT
    return INTERNAL, OUR_FAULT
