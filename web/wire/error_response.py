"""The only place that turns exceptions into GraphQL errors; masks the unexpected."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import structlog
from graphql import GraphQLError

from errors import AccessError, AppError, DependencyError
from federation.engine import GraphQLResponse
from federation.errors import FederationError
from web.wire.json_bytes import dump_json

INTERNAL_MESSAGE = "Something went wrong on our side."

HTTP_STATUS_BY_CODE = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "REQUEST_TIMEOUT": 408,
    "CONFLICT": 409,
    "BODY_TOO_LARGE": 413,
    "TOO_LARGE": 413,
    "URI_TOO_LONG": 414,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "QUOTA_EXCEEDED": 429,
    "RATE_LIMITED": 429,
    "DEADLINE_EXCEEDED": 504,
    "INTERNAL": 500,
}

log = structlog.get_logger(__name__)


def error_as_dict(error: Exception) -> dict[str, Any]:
    """Turn any exception into the dict of a GraphQL error, without a path."""
    if isinstance(error, GraphQLError):
        return graphql_error_as_dict(error)
    if isinstance(error, AppError):
        return {"message": error.message, "extensions": _app_extensions(error)}
    if isinstance(error, FederationError):
        return {"message": error.message, "extensions": {"code": error.code}}
    return _masked(error)


def graphql_error_as_dict(error: GraphQLError) -> dict[str, Any]:
    """Turn an error of graphql-core into a dict; its path and locations are kept.

    Use it as the `on_error` of a local transport: what a resolver raised stands behind the
    GraphQLError, and is masked here unless we expected it.
    """
    cause = _cause(error)
    if cause is not None:
        described = error_as_dict(cause)
    else:
        extensions = {"code": "BAD_USER_INPUT", **(error.extensions or {})}
        described = {"message": error.message, "extensions": extensions}
    if error.locations:
        described["locations"] = [
            {"line": place.line, "column": place.column} for place in error.locations
        ]
    if error.path is not None:
        described["path"] = list(error.path)
    return described


def refusal(error: Exception, request_id: str) -> GraphQLResponse:
    """Answer a request that never began to execute."""
    response = GraphQLResponse(errors=[error_as_dict(error)], has_data=False)
    return with_request_id(response, request_id)


def with_request_id(response: GraphQLResponse, request_id: str) -> GraphQLResponse:
    """Write the request's id into every error, so that a user can quote it.

    The response given stays as it is: others may be told the same.
    """
    if not response.errors:
        return response
    errors = errors_with_request_id(response.errors, request_id)
    return replace(response, errors=errors, written=None)


def errors_with_request_id(
    errors: Iterable[dict[str, Any]], request_id: str
) -> list[dict[str, Any]]:
    """Copies of errors that quote the request."""
    return [
        {**error, "extensions": {**(error.get("extensions") or {}), "requestId": request_id}}
        for error in errors
    ]


def write_response(response: GraphQLResponse) -> bytes:
    """Write a response as JSON, once for all who are told it."""
    if response.written is None:
        response.written = dump_json(response_as_dict(response))
    return response.written


def response_as_dict(response: GraphQLResponse) -> dict[str, Any]:
    """Order the members of a response as the specification advises: errors first."""
    body: dict[str, Any] = {}
    if response.errors:
        body["errors"] = response.errors
    if response.has_data:
        body["data"] = response.data
    if response.extensions:
        body["extensions"] = response.extensions
    return body


def http_status(error: Exception) -> int:
    """Find the HTTP status that tells of a refused request."""
    if not isinstance(error, AppError | FederationError):
        return 500
    if error.code in HTTP_STATUS_BY_CODE:
        return HTTP_STATUS_BY_CODE[error.code]
    if isinstance(error, AccessError):
        return 403
    return 503 if isinstance(error, DependencyError) else 400


def _cause(error: GraphQLError) -> Exception | None:
    """Find what a resolver raised, below any wrapping by graphql-core."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return None if isinstance(cause, GraphQLError) else cause


def _app_extensions(error: AppError) -> dict[str, Any]:
    extensions: dict[str, Any] = {"code": error.code}
    if error.retryable:
        extensions["retryable"] = True
    if error.details:
        extensions["details"] = dict(error.details)
    return extensions


def _masked(error: Exception) -> dict[str, Any]:
    """Hide a bug behind an id; the log has the rest."""
    error_id = uuid4().hex
    log.error("unexpected_error", error_id=error_id, exc_info=error)
    extensions = {"code": "INTERNAL", "errorId": error_id}
    return {"message": INTERNAL_MESSAGE, "extensions": extensions}
