"""The fetch graph: what is asked of which subgraph at which place, and what waits for what."""

from dataclasses import dataclass, field

from federation.graph.requirement import FieldSet
from federation.operation.conditions import Condition
from federation.plan.nodes import ContextValue, Path, Projection, print_path
from federation.plan.paths import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchStep:
    """One fetch before requests are made of them."""

    id: int
    subgraph: str
    path: Path
    type_name: str
    """Of the representation; of the root type for a root fetch."""
    steps: tuple[Step, ...]
    """Where it begins in the query tree; several once siblings are merged."""
    after: frozenset[int]
    wave: int
    condition: Condition
    requirement: FieldSet | None = None
    """None for root fields."""
    projection: tuple[Projection, ...] = ()
    contexts: tuple[ContextValue, ...] = ()

    def __str__(self) -> str:
        waits = f" after {sorted(self.after)}" if self.after else ""
        needs = f" by {{{self.requirement}}}" if self.requirement is not None else ""
        where = print_path(self.path) or "$"
        reads = "".join(f" with ${each.variable} from {each.source}" for each in self.contexts)
        return f"{self.id}: {self.subgraph} at {where} {self.type_name}{needs}{reads}{waits}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchGraph:
    """All fetches of one operation, or of one root field of a mutation."""

    steps: tuple[FetchStep, ...] = field(default=())

    def __str__(self) -> str:
        return "\n".join(str(step) for step in self.steps)
