"""Exceptions as GraphQL errors: what is told, what is masked."""

import pytest
import structlog
from graphql import GraphQLError

from errors import Conflict, Forbidden, NotFound, RateLimited, StorageUnavailable, TooLarge
from federation.engine import GraphQLResponse
from federation.errors import PlanningError, RequestError
from web.wire.error_response import (
    error_as_dict,
    graphql_error_as_dict,
    http_status,
    with_request_id,
    write_response,
)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            NotFound("No such track."),
            {"message": "No such track.", "extensions": {"code": "NOT_FOUND"}},
        ),
        (
            TooLarge("Too many bytes.", bytes_max=5),
            {
                "message": "Too many bytes.",
                "extensions": {"code": "TOO_LARGE", "details": {"bytes_max": 5}},
            },
        ),
        (
            StorageUnavailable("Down."),
            {
                "message": "Down.",
                "extensions": {"code": "STORAGE_UNAVAILABLE", "retryable": True},
            },
        ),
        (
            PlanningError("Too many paths.", code="PLAN_TOO_COMPLEX"),
            {"message": "Too many paths.", "extensions": {"code": "PLAN_TOO_COMPLEX"}},
        ),
        (
            GraphQLError("Variable '$n' got invalid value."),
            {
                "message": "Variable '$n' got invalid value.",
                "extensions": {"code": "BAD_USER_INPUT"},
            },
        ),
    ],
)
def test_an_expected_failure_is_told_with_its_code(error, expected) -> None:
    assert error_as_dict(error) == expected


def test_a_resolvers_failure_keeps_its_path() -> None:
    error = GraphQLError("hidden", path=["a", 0], original_error=Conflict("Taken."))

    assert graphql_error_as_dict(error) == {
        "message": "Taken.",
        "extensions": {"code": "CONFLICT"},
        "path": ["a", 0],
    }


def test_a_failure_is_found_below_several_wrappings() -> None:
    inner = GraphQLError("inner", original_error=Conflict("Taken."))
    outer = GraphQLError("outer", original_error=inner)

    assert error_as_dict(outer)["extensions"] == {"code": "CONFLICT"}


def test_extensions_of_a_graphql_error_win() -> None:
    error = GraphQLError("Too deep.", extensions={"code": "DEPTH", "depth": 9})

    assert error_as_dict(error) == {
        "message": "Too deep.",
        "extensions": {"code": "DEPTH", "depth": 9},
    }


def test_a_bug_is_masked_and_logged_in_full() -> None:
    bug = ZeroDivisionError("secret")

    with structlog.testing.capture_logs() as logged:
        masked = error_as_dict(GraphQLError("secret", path=["a"], original_error=bug))

    (entry,) = logged
    assert "secret" not in str(masked)
    assert masked["path"] == ["a"]
    assert masked["extensions"] == {"code": "INTERNAL", "errorId": entry["error_id"]}
    assert (entry["event"], entry["exc_info"]) == ("unexpected_error", bug)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Forbidden(""), 403),
        (RateLimited(""), 429),
        (Conflict(""), 409),
        (StorageUnavailable(""), 503),
        (RequestError(""), 400),
        (ValueError(""), 500),
    ],
)
def test_a_refusal_has_its_http_status(error, status) -> None:
    assert http_status(error) == status


def test_a_response_that_many_share_is_written_once_and_never_changed() -> None:
    shared = GraphQLResponse(data={"a": 1})
    failed = GraphQLResponse(data=None, errors=[{"message": "No."}])

    mine, yours = with_request_id(failed, "mine"), with_request_id(failed, "yours")

    assert write_response(shared) is write_response(shared)
    assert with_request_id(shared, "mine") is shared
    assert failed.errors == [{"message": "No."}]
    for name, told in (("mine", mine), ("yours", yours)):
        written = b'{"errors":[{"message":"No.","extensions":{"requestId":"%s"}}],"data":null}'
        assert write_response(told) == written % name.encode()
