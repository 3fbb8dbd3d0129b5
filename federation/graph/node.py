"""A node of the join graph: one type as one subgraph sees it."""

from dataclasses import dataclass

from federation.graph.requirement import FieldSet


@dataclass(frozen=True, slots=True)
class Node:
    """A type in a subgraph; a viewed node also shows fields that `@provides` lends it."""

    type_name: str
    subgraph: str
    view: FieldSet | None = None

    def __str__(self) -> str:
        shown = f" + {{ {self.view} }}" if self.view else ""
        return f"{self.type_name}/{self.subgraph}{shown}"
