"""What went wrong in a program, and where; an ordinary run never comes here."""

from typing import Any, Final, NamedTuple

from graphql import FieldNode, GraphQLError
from graphql.error import located_error

FAILED: Final[Any] = type("Failed", (), {"__repr__": lambda _: "FAILED"})()
"""Stands where a value may not be null and is: what holds it has to fail in its turn."""

Trail = tuple[str | int, "Trail"] | None
"""A path from the outside in, as a chain: one fault may stand at many places."""


class Fault(NamedTuple):
    """An error, and where it stands below the value that knows of it."""

    error: Exception
    nodes: list[FieldNode]
    trail: Trail = None

    def under(self, key: str | int) -> "Fault":
        """The same fault, seen from one step further out."""
        return Fault(self.error, self.nodes, (key, self.trail))

    def located(self) -> GraphQLError:
        """The fault as an error of the response, seen from its root."""
        path: list[str | int] = []
        trail = self.trail
        while trail is not None:
            key, trail = trail
            path.append(key)
        return located_error(self.error, self.nodes, path)


class Troubled(list[Any]):
    """Completed values, some of which have faults at or below them."""

    __slots__ = ("faults",)

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[int, list[Fault]] = {}

    def add(self, value: Any, found: list[Fault]) -> None:
        """Append a value with what was found in it."""
        if found:
            self.faults[len(self)] = found
        self.append(value)


def tidied(values: Troubled) -> list[Any]:
    """A plain list when there was no trouble after all: only that is taken at face value."""
    return values if values.faults else [*values]


def faults_at(values: list[Any], index: int) -> list[Fault]:
    """What was found in one of some completed values."""
    return values.faults.get(index, []) if isinstance(values, Troubled) else []
