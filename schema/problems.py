"""Expected refusals as data: what a user can run into stands in the payload."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

import strawberry

from errors import InputError, ManifestRefused, NotFound

PayloadT = TypeVar("PayloadT")
P = ParamSpec("P")


@strawberry.federation.type(
    shareable=True, description="Why a request was refused, and what to mend."
)
class Problem:
    """A refusal that the caller can act on."""

    code: str = strawberry.field(description="Stable; listed in docs/errors.md.")
    message: str
    field: str | None = strawberry.field(
        default=None, description="The input field at fault, if it is one."
    )


FAULTS_TOLD_MAX = 100


def problems_of(error: InputError) -> list[Problem]:
    """An expected failure as data; of several faults each is told, up to FAULTS_TOLD_MAX."""
    if isinstance(error, ManifestRefused):
        return [
            Problem(code=each.code, message=each.message, field=each.about)
            for each in error.faults[:FAULTS_TOLD_MAX]
        ]
    return [problem_of(error)]


def problem_of(error: InputError) -> Problem:
    """An expected failure as data."""
    field = error.details.get("field")
    return Problem(
        code=error.code, message=error.message, field=None if field is None else str(field)
    )


def with_problems(
    payload: Callable[..., PayloadT],
) -> Callable[[Callable[P, Awaitable[PayloadT]]], Callable[P, Awaitable[PayloadT]]]:
    """Turn a mutation's input errors into `problems` of its payload.

    A missing thing (NotFound), a missing permission and a dead dependency stay errors.
    """

    def decorate(resolver: Callable[P, Awaitable[PayloadT]]) -> Callable[P, Awaitable[PayloadT]]:
        @functools.wraps(resolver)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> PayloadT:
            try:
                return await resolver(*args, **kwargs)
            except NotFound:
                raise
            except InputError as error:
                return payload(problems=problems_of(error))

        return guarded

    return decorate


def problems_field() -> Any:
    """Declare a payload's refusals: `problems: list[Problem] = problems_field()`."""
    return strawberry.field(
        default_factory=list, description="Empty when it was done; else nothing was changed."
    )
