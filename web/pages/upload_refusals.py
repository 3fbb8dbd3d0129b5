"""How uploads are refused: a status, and the shape that a GraphQL error has."""

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import JSONResponse, Response

from domain.ids import PlayableKey
from domain.media.file_types import HEAD_BYTES
from errors import (
    AccessError,
    AppError,
    ChecksumMismatch,
    Conflict,
    DependencyError,
    DuplicateFile,
    FileTypeRefused,
    NotFound,
    StorageQuotaExceeded,
    TooLarge,
    UploadGone,
    UploadLocked,
)
from schema.ids import print_id

CHECKSUM_MISMATCH = 460
"""The status that tus has for it."""
STATUSES: dict[type[AppError], int] = {
    TooLarge: 413,
    StorageQuotaExceeded: 413,
    FileTypeRefused: 415,
    NotFound: 404,
    UploadGone: 410,
    UploadLocked: 423,
    Conflict: 409,
    ChecksumMismatch: CHECKSUM_MISMATCH,
    AccessError: 403,
    DependencyError: 503,
}


def refused(error: AppError, headers: Mapping[str, str] | None = None) -> Response:
    """The refusal of an upload; `extensions` say its code and what else is known."""
    found = (status for kind, status in STATUSES.items() if isinstance(error, kind))
    extensions: dict[str, str | int] = {"code": error.code, **error.details}
    if isinstance(error, DuplicateFile):
        original = PlayableKey.parse(str(error.details["original"]))
        extensions["original"] = print_id(original.kind.value, original.id)
    body = {"errors": [{"message": error.message, "extensions": extensions}]}
    return JSONResponse(
        body,
        status_code=next(found, 400),
        headers={**(headers or {}), "cache-control": "no-store"},
    )


def head_of(path: Path) -> bytes:
    """The first bytes of a file, enough to tell its type."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
