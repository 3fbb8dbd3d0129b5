"""How a remote subgraph fails, with codes that clients may rely on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from federation.fetch.fetch import FetchResult

Code = Literal[
    "SUBGRAPH_UNAVAILABLE",
    "SUBGRAPH_TIMEOUT",
    "SUBGRAPH_INVALID_RESPONSE",
    "SUBGRAPH_RESPONSE_TOO_LARGE",
    "SUBGRAPH_BUSY",
    "SUBGRAPH_CIRCUIT_OPEN",
]

NO_DETAILS: Mapping[str, str | int] = MappingProxyType({})


class SubgraphFailure(Exception):
    """The subgraph gave no answer that can be used.

    `is_retryable` says that no byte of an answer had come, so a query may be asked again;
    `is_outage` that the subgraph itself seems to be down, which the breaker counts.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        /,
        *,
        is_retryable: bool = False,
        is_outage: bool = False,
        details: Mapping[str, str | int] = NO_DETAILS,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.is_retryable = is_retryable
        self.is_outage = is_outage
        self.details = details

    def as_result(self) -> FetchResult:
        """The failure as an answer without data."""
        extensions: dict[str, Any] = {"code": self.code, **self.details}
        return FetchResult(errors=[{"message": self.message, "extensions": extensions}])


def unreachable(*, is_retryable: bool = True) -> SubgraphFailure:
    """No connection, or one that broke."""
    return SubgraphFailure(
        "SUBGRAPH_UNAVAILABLE",
        "The subgraph cannot be reached.",
        is_retryable=is_retryable,
        is_outage=True,
    )


def timed_out() -> SubgraphFailure:
    """The deadline passed."""
    return SubgraphFailure(
        "SUBGRAPH_TIMEOUT", "The subgraph did not answer in time.", is_outage=True
    )


def no_response(what: str, details: Mapping[str, str | int] = NO_DETAILS) -> SubgraphFailure:
    """Something came that is no GraphQL response."""
    message = f"The subgraph sent {what}."
    return SubgraphFailure("SUBGRAPH_INVALID_RESPONSE", message, details=details)


def too_large(bytes_max: int, *, is_retryable: bool = False) -> SubgraphFailure:
    """More bytes came than may."""
    return SubgraphFailure(
        "SUBGRAPH_RESPONSE_TOO_LARGE",
        f"The subgraph's answer is larger than {bytes_max} bytes.",
        is_retryable=is_retryable,
    )
