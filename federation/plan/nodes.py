"""The executable plan: requests, what each waits for, and how their answers are put together."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from federation.graph.requirement import FieldSet
from federation.operation.conditions import ALWAYS, Condition
from federation.operation.deferral import DeferUsage
from federation.operation.model import Operation, SelectionSet

LIST = "@"
"""A segment that steps into every item of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyTypes:
    """A segment that goes on only with objects of these types."""

    names: frozenset[str]

    def __str__(self) -> str:
        return f"[{'|'.join(sorted(self.names))}]"


Segment = str | OnlyTypes
Path = tuple[Segment, ...]


def print_path(path: Path) -> str:
    """Show a path: `tracks.@.artist`."""
    text = ""
    for segment in path:
        joint = "." if text and isinstance(segment, str) else ""
        text += f"{joint}{segment}"
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """How one field of a representation is read from an object of the tree."""

    name: str
    key: str
    """Under which key the tree keeps the value."""
    is_key: bool
    """True for a part of the entity key, which must not be null."""
    fields: "tuple[Projection, ...] | None" = None
    variants: "tuple[tuple[str, tuple[Projection, ...]], ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextValue:
    """A variable of a fetch that is read from an object above each entity."""

    variable: str
    type: str
    depth: int
    """Segments of the entity's path that lead to that object."""
    projection: Projection
    """How the value is read from it; the projection's own name means nothing."""
    source: str
    """Where it is read, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientField:
    """A field of the client at the top of a fetch: what an error of the whole fetch names."""

    key: str
    condition: Condition = ALWAYS
    type_name: str | None = None
    """Only for objects of this type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """An internal alias of a fetch, and the key that the tree knows it by."""

    path: Path
    alias: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootPart:
    """Root fields; merged into every object at the path (the root of the tree mostly)."""

    path: Path
    client_fields: tuple[ClientField, ...]
    renames: tuple[Rename, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPart:
    """Entities of one type with one selection, wherever in the tree they stand."""

    alias: str
    """The response key of `_entities` in the request."""
    variable: str
    paths: tuple[Path, ...]
    type_name: str
    requirement: FieldSet
    projection: tuple[Projection, ...]
    condition: Condition
    client_fields: tuple[ClientField, ...]
    renames: tuple[Rename, ...] = ()
    contexts: tuple[ContextValue, ...] = ()
    text: str = ""
    """The selection, with its context variables marked; see `entity_document`."""


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """One request to one subgraph."""

    id: int
    subgraph: str
    wave: int
    after: tuple[int, ...]
    """Fetches whose answers this one reads."""
    document: str
    kind: str = "query"
    variables: tuple[str, ...] = ()
    """Variables of the client that are passed on."""
    condition: Condition = ALWAYS
    root: RootPart | None = None
    entities: tuple[EntityPart, ...] = ()
    name: str = ""
    """The operation name in the document, or empty."""
    declared: tuple[str, ...] = ()
    """How the client's variables are declared in the document."""

    @cached_property
    def has_contexts(self) -> bool:
        """Whether the document depends on how many context values there are."""
        return any(part.contexts for part in self.entities)

    @property
    def path(self) -> str:
        """Where in the tree it adds: all its paths, as text."""
        if self.root is not None:
            return print_path(self.root.path)
        paths = [print_path(path) for part in self.entities for path in part.paths]
        return ", ".join(dict.fromkeys(paths))


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Fetches that belong together; a mutation has one for each root field, in series."""

    fetches: tuple[Fetch, ...]

    @cached_property
    def is_chain(self) -> bool:
        """Whether no two fetches can run side by side."""
        return all(len(wave) == 1 for wave in self.waves())

    @cached_property
    def before(self) -> dict[int, frozenset[int]]:
        """For each fetch those that must have ended.

        These are the fetches that it reads from, and those of its own subgraph in earlier waves:
        one subgraph is asked in order, so that what it batches and caches for a request does not
        depend on which of two answers came first.
        """
        return {
            fetch.id: frozenset(fetch.after)
            | {
                other.id
                for other in self.fetches
                if other.subgraph == fetch.subgraph and other.wave < fetch.wave
            }
            for fetch in self.fetches
        }

    def waves(self) -> Iterator[list[Fetch]]:
        """The fetches that can run side by side, first to last."""
        for wave in sorted({fetch.wave for fetch in self.fetches}):
            yield [fetch for fetch in self.fetches if fetch.wave == wave]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeferredPart:
    """Fields of one deferred fragment at one place, delivered after the place itself."""

    usage: DeferUsage
    usage_path: Path
    """Where the fragment stands."""
    path: Path
    """The place: there, or further down among fields that were not deferred."""
    shown: SelectionSet
    """The fields."""
    group: Group
    """What must be fetched for them; nothing where the place is no entity of its own."""
    children: "tuple[DeferredPart, ...]" = ()
    """Parts at places that this one delivers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QueryPlan:
    """Everything needed to run an operation."""

    operation: Operation
    groups: tuple[Group, ...]
    shown: SelectionSet
    """What the first payload shows: all that is not deferred."""
    deferred: tuple[DeferredPart, ...] = ()
    primary: Fetch | None = None
    """The root fetch of a subscription; the groups run for each of its events."""
