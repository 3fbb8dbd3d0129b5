"""What can go wrong in the engine; the code is stable and part of the API."""

from collections.abc import Mapping, Sequence
from typing import Any

COUNT_TOLD_MAX = 1_000_000_000
"""Counts are told up to here: fragments that double can make them thousands of digits long."""


class FederationError(Exception):
    """A failure the engine expected. Anything else is a bug.

    * FederationError
      + CompositionError     one reason why subgraphs do not compose
      + CompositionErrors    all of them at once
      + PlanningError        an operation cannot be planned within its bounds
      + ExecutionError       a plan could not be carried out
      + RequestError         the request is wrong: syntax, validation, variables
        - LimitExceeded      it asks for more than it may
    """

    code: str = "FEDERATION_ERROR"

    def __init__(self, message: str, /, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class CompositionError(FederationError):
    """One reason why the subgraphs do not compose."""

    code = "COMPOSITION_ERROR"

    def __init__(
        self,
        message: str,
        /,
        *,
        code: str,
        subgraphs: Sequence[str] = (),
        coordinate: str = "",
    ) -> None:
        super().__init__(message, code=code)
        self.subgraphs = tuple(subgraphs)
        self.coordinate = coordinate

    def __str__(self) -> str:
        """Show one line: code, subgraphs, coordinate and what is wrong."""
        where = f"[{', '.join(self.subgraphs)}] " if self.subgraphs else ""
        place = f"{self.coordinate}: " if self.coordinate else ""
        what = " ".join(self.message.split()).removeprefix(f'"{self.coordinate}": ')
        return f"{self.code}: {where}{place}{what}"


class CompositionErrors(FederationError):
    """Every reason why the subgraphs do not compose."""

    code = "COMPOSITION_FAILED"

    def __init__(self, errors: Sequence[CompositionError]) -> None:
        assert errors, "a failed composition has a reason"
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = tuple(errors)


class PlanningError(FederationError):
    """The operation cannot be planned, or not within the bounds on planning."""

    code = "PLANNING_FAILED"


class ExecutionError(FederationError):
    """The plan could not be carried out."""

    code = "EXECUTION_FAILED"


class RequestError(FederationError):
    """The request is wrong; execution never began."""

    code = "BAD_REQUEST"

    def __init__(
        self,
        message: str,
        /,
        *,
        code: str | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(message, code=code)
        self.errors = [dict(error) for error in errors] or [
            {"message": message, "extensions": {"code": self.code}}
        ]
        """What the client is told: GraphQL errors as response dicts."""


class LimitExceeded(RequestError):
    """The operation asks for more than it may; says how much, and how to ask for less."""

    def __init__(self, what: str, /, *, code: str, limit: int, count: int, advice: str) -> None:
        told = min(count, COUNT_TOLD_MAX)
        message = f"The operation has {what}: {told}, where {limit} is the limit. {advice}"
        details = {"limit": limit, "count": told}
        error = {"message": message, "extensions": {"code": code, "details": details}}
        super().__init__(message, code=code, errors=[error])
