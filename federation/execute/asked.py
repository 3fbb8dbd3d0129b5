"""What a fetch asks of entities, and where those stand in the response."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from federation.execute.contexts import bind_contexts
from federation.execute.representations import read_representations
from federation.execute.run import Run
from federation.execute.tree import ClientPath, Object, objects_at, places_at
from federation.operation.conditions import ALWAYS, holds
from federation.plan.nodes import EntityPart


@dataclass(slots=True)
class Asked:
    """The entities that one part asks for."""

    part: EntityPart
    representations: list[Object] = field(default_factory=list)
    objects: Sequence[Object] = ()
    """All that stand for one of them."""
    identities: Sequence[Hashable] = ()
    """For each object, which representation stands for it."""
    found: Sequence[Hashable] = ()
    """The identity of each representation."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Context variables."""
    lost: list[Object] = field(default_factory=list)
    """Entities that cannot be asked for, since a context value is not known."""
    owned: list[list[Object]] | None = None
    places: dict[int, list[ClientPath]] | None = None

    def owners(self) -> list[list[Object]]:
        """Of each representation, the objects that it stands for."""
        if self.owned is None:
            owned: dict[Hashable, list[Object]] = {identity: [] for identity in self.found}
            for each, identity in zip(self.objects, self.identities, strict=True):
                owned[identity].append(each)
            self.owned = list(owned.values())
        return self.owned

    def paths(self, run: Run, position: int) -> Iterator[tuple[Object, ClientPath]]:
        """Where the entity of that position stands in the response."""
        return self.paths_of(run, self.owners()[position])

    def paths_of(self, run: Run, owners: Iterable[Object]) -> Iterator[tuple[Object, ClientPath]]:
        """Where some objects stand in the response."""
        if self.places is None:
            self.places = {}
            for path in self.part.paths:
                for each, place in places_at(run.data, path):
                    self.places.setdefault(id(each), []).append(place)
        for owner in owners:
            for place in self.places.get(id(owner), ()):
                yield owner, place


def ask(run: Run, part: EntityPart) -> list[Asked]:
    """What one part asks for; with contexts, apart for each of their values."""
    if part.condition is not ALWAYS and not holds(part.condition, run.variables):
        return [Asked(part)]
    if run.compiled is not None:
        run.known = run.compiled.known_of(run.data, run.known)
        read = run.compiled.read(part, run.known)
        if read is not None:
            return [Asked(part, *read)]
        run.show_later()
    return _ask_slowly(run, part)


def _ask_slowly(run: Run, part: EntityPart) -> list[Asked]:
    objects = [each for path in part.paths for each in objects_at(run.data, path)]
    distinct = {id(each): each for each in objects}.values()
    groups, lost = bind_contexts(run.data, part, distinct)
    asked = [Asked(part, lost=lost)] if lost else []
    for group in groups:
        representations, owners = read_representations(
            part.type_name, part.projection, group.objects
        )
        positions = [position for position, owned in enumerate(owners) for _ in owned]
        objects = [each for owned in owners for each in owned]
        asked.append(
            Asked(
                group.part,
                representations,
                objects,
                positions,
                range(len(owners)),
                values=group.values,
            )
        )
    return asked
