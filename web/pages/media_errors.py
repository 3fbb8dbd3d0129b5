"""Refusals of files, in the shape that GraphQL gives them."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from adapters.storage.signing import Access
from errors import (
    AppError,
    NotFound,
    ObjectCorrupt,
    StorageUnavailable,
    UrlExpired,
    UrlSignatureInvalid,
)

STATUSES: Mapping[type[AppError], int] = {
    NotFound: 404,
    ObjectCorrupt: 500,
    StorageUnavailable: 503,
    UrlExpired: 403,
    UrlSignatureInvalid: 403,
}
REFUSALS = (NotFound, ObjectCorrupt, StorageUnavailable)
"""What a store answers instead of bytes."""
RETRY_SECONDS = "2"


def refusal_of(access: Access) -> Response | None:
    """Answer for a token that does not open the key."""
    match access:
        case Access.GRANTED:
            return None
        case Access.EXPIRED:
            return answer_to(UrlExpired("This address has expired; ask anew."))
        case Access.REFUSED:
            return answer_to(UrlSignatureInvalid("This address is not signed."))


def answer_to(error: AppError) -> Response:
    """The answer to a request that failed so."""
    status = next(each for kind, each in STATUSES.items() if isinstance(error, kind))
    return error_answer(status, error, {"retry-after": RETRY_SECONDS} if status == 503 else None)


def error_answer(
    status: int, error: AppError, headers: Mapping[str, str] | None = None
) -> Response:
    """A failure in the shape that GraphQL gives it."""
    body = {"errors": [{"message": error.message, "extensions": {"code": error.code}}]}
    return JSONResponse(
        body, status_code=status, headers={**(headers or {}), "cache-control": "no-store"}
    )
