"""Tells a caller which fields it may not see: a null and an error in place of each."""

from itertools import islice
from typing import Any

from federation.authorization.mark import MARK, is_marked, marked_paths
from federation.errors import RequestError
from federation.operation.model import Operation

CODE = "UNAUTHORIZED_FIELD_OR_TYPE"
MESSAGE = "You may not see this field or its type."
ERRORS_MAX = 100
"""Fields of one response that are told of; then follows a count."""


def refuse_operation(operation: Operation) -> None:
    """Refuse an operation that has a marked field.

    Raises:
        RequestError: it has; with the path of each, lists left out, up to a bound.
    """
    paths = list(islice(marked_paths(operation), ERRORS_MAX))
    if paths:
        raise RequestError(MESSAGE, code=CODE, errors=[_error(path) for path in paths])


def tell_refused(data: Any, errors: list[dict[str, Any]]) -> Any:
    """The response data under the client's keys; errors are added for what was marked.

    Where a mark stood in a place that cannot be null, shaping has told of it already.
    """
    for error in errors:
        path = error.get("path") or ()
        if any(map(is_marked, path)):
            error.update(_error([_called(key) for key in path]))
    telling = _Telling(errors)
    shown = telling.show(data, ())
    telling.tell_rest()
    return shown


class _Telling:
    def __init__(self, errors: list[dict[str, Any]]) -> None:
        self._errors = errors
        self._count = 0

    def show(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, list):
            return [self.show(each, (*path, index)) for index, each in enumerate(value)]
        if not isinstance(value, dict):
            return value
        shown: dict[str, Any] = {}
        for key, each in value.items():
            if not is_marked(key):
                shown[key] = self.show(each, (*path, key))
            elif _called(key) not in value:
                shown[_called(key)] = None
                self._tell((*path, _called(key)))
        return shown

    def _tell(self, path: tuple[str | int, ...]) -> None:
        self._count += 1
        if self._count <= ERRORS_MAX:
            self._errors.append(_error(path))

    def tell_rest(self) -> None:
        """Count what was too much to tell."""
        left = self._count - ERRORS_MAX
        if left > 0:
            extensions = {"code": "ERRORS_OMITTED", "count": left}
            message = f"{left} more fields that you may not see are not listed."
            self._errors.append({"message": message, "extensions": extensions})


def _error(path: Any) -> dict[str, Any]:
    return {"message": MESSAGE, "path": list(path), "extensions": {"code": CODE}}


def _called(key: Any) -> Any:
    return key.removeprefix(MARK) if isinstance(key, str) else key
