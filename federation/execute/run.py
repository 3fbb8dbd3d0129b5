"""One execution of a plan, as all its fetches share it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from federation.execute.compiled_plan import CompiledPlan, Known
from federation.execute.displaying import Displays
from federation.execute.error_paths import Error
from federation.execute.tree import Object
from federation.fetch.display import without_absent
from federation.limits import EngineLimits
from federation.operation.freshness import Freshness
from federation.operation.model import SelectionSet
from federation.transport.transport import Transport


@dataclass(slots=True, kw_only=True)
class Run:
    """One execution of a plan."""

    root: SelectionSet
    variables: Mapping[str, Any]
    context: Any
    transports: Mapping[str, Transport]
    limits: EngineLimits
    ends_at: float
    """Loop time at which the operation's deadline passes."""
    compiled: CompiledPlan | None = None
    """None while the operation is new, and where its tree must not share objects."""
    displays: Displays | None = None
    """How answers are built as they will be shown, as long as there is nothing wrong."""
    data: Object = field(default_factory=dict)
    known: Known | None = None
    """What fetches read of the tree, as far as compiled functions found it."""
    errors: list[Error] = field(default_factory=list)
    explain: list[dict[str, Any]] | None = None
    tells_cost: bool = False
    """Its answer says what it was estimated to cost, and did."""
    told: set[tuple[Any, ...]] = field(default_factory=set)
    """Paths that have an error: a field asked of two subgraphs fails once."""
    freshness: Freshness | None = None
    """The least that a subgraph said of its answer; None: none said anything."""

    def __post_init__(self) -> None:
        """Begin with what is displayed, where anything is."""
        if self.displays is not None:
            self.data.update(self.displays.root)

    def learn(self, built: Mapping[int, list[Object]]) -> None:
        """Take over what later fetches would look for, from who built it."""
        if built and self.compiled is not None:
            self.known = self.compiled.known_of(self.data, self.known)
            for place, objects in built.items():
                self.known[place] = objects

    def show_later(self) -> None:
        """Something is unusual: the response will be shaped when all is there."""
        if self.displays is not None:
            self.displays = None
            without_absent(self.data, set())
            if self.compiled is not None:
                self.compiled.count_displayed(is_whole=False)

    def report(self, errors: Iterable[Error]) -> None:
        """Add errors, one for each path."""
        for error in errors:
            self.show_later()
            path = tuple(error.get("path") or ())
            if not path or path not in self.told:
                self.told.add(path)
                self.errors.append(error)

    def restrict(self, freshness: Freshness) -> None:
        """What was read may be kept no longer than this, and shared with no more."""
        before = self.freshness
        self.freshness = freshness if before is None else before.restricted(freshness)
