"""Reads what a subgraph sent: hostile or not, it becomes a result of the right types."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from federation.fetch.fetch import FetchRequest, FetchResult
from federation.transport.failures import SubgraphFailure, no_response

ERRORS_MAX = 10_000
"""Errors of one answer that are read."""


@dataclass(slots=True)
class Answer:
    """One HTTP answer; its headers are seldom read."""

    status: int
    raw_headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = b""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Headers as text, their names in lower case."""
        return [
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in self.raw_headers
        ]

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next((value for each, value in self.headers if each == name), "")


def write_request(request: FetchRequest) -> bytes:
    """The body of a request: JSON."""
    return write_json({"query": request.document, "variables": request.variables})


def write_json(value: Mapping[str, Any]) -> bytes:
    """JSON in bytes; what orjson refuses (wide integers, lone surrogates) the slow way writes."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, default=dict, separators=(",", ":")).encode()


def read_answer(answer: Answer) -> FetchResult:
    """The GraphQL response in an HTTP answer, whatever its status.

    Raises:
        SubgraphFailure: there is none.
    """
    try:
        value = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise _strange(answer) from None
    if not isinstance(value, dict) or not ("data" in value or "errors" in value):
        raise _strange(answer)
    return read_response(value)


def read_response(value: object) -> FetchResult:
    """A decoded GraphQL response.

    Raises:
        SubgraphFailure: it is none.
    """
    if not isinstance(value, dict):
        raise no_response("something that is no GraphQL response")
    data, told = value.get("data"), value.get("errors")
    if told is None and type(data) is dict:
        return FetchResult(data=data)
    errors = _read_errors(told)
    if data is not None and not isinstance(data, dict):
        raise no_response("data that is no object")
    if data is None and not errors:
        raise no_response("neither data nor errors")
    return FetchResult(data=data, errors=errors)


def _strange(answer: Answer) -> SubgraphFailure:
    """Why an answer cannot be used; its status says most about it."""
    if answer.status >= 500 or answer.status == 429:
        return SubgraphFailure(
            "SUBGRAPH_UNAVAILABLE",
            f"The subgraph answered with status {answer.status}.",
            is_outage=answer.status >= 500,
            details={"status": answer.status},
        )
    return no_response("something that is no GraphQL response", {"status": answer.status})


def _read_errors(value: object) -> list[dict[str, Any]]:
    """Errors with members of the right types; what is none still tells that one happened."""
    if value is None or value == []:
        return []
    errors = value if isinstance(value, list) else [value]
    return [_read_error(each) for each in errors[:ERRORS_MAX]]


def _read_error(value: object) -> dict[str, Any]:
    given = value if isinstance(value, dict) else {}
    message = given.get("message")
    if not isinstance(message, str):
        message = "The subgraph reported an error."
    read: dict[str, Any] = {"message": message}
    path = given.get("path")
    if isinstance(path, list) and path and all(type(each) in (str, int) for each in path):
        read["path"] = path
    extensions = given.get("extensions")
    if isinstance(extensions, dict):
        read["extensions"] = extensions
    return read
