"""What each field of a supergraph asks of callers."""

from collections.abc import Iterator, Sequence

from graphql import DirectiveNode

from federation.authorization.guard import Guard, Requirement, read_guard
from federation.graph.requirement import FieldSet, read_field_set
from federation.supergraph.model import Supergraph, SupergraphField, SupergraphType

_Coordinate = tuple[str, str]


class FieldGuards:
    """Answers what a caller must show to be told a field.

    A field asks for what is asked by itself, by the type it is on and by the type it gives;
    on an interface, by each type that implements it; and by whatever is read on the caller's
    behalf for it, by `@requires` and `@fromContext`. Composition sees to most of this, but a
    supergraph may come from a composer that did not.
    """

    def __init__(self, supergraph: Supergraph) -> None:
        self._types = supergraph.types
        self._names = supergraph.guard_names
        self._requirements: dict[_Coordinate, Requirement] = {}
        self._implementations: dict[str, list[str]] = {}
        for type_ in self._types.values():
            for interface in {name for _, name in type_.implements}:
                self._implementations.setdefault(interface, []).append(type_.name)

    @property
    def guards_anything(self) -> bool:
        """Whether anything is asked for anywhere; reads all of it, so that a fault shows early."""
        found = [self._own(each.directives) for each in self._types.values()]
        fields = (field for each in self._types.values() for field in each.fields.values())
        found += [self._own(each.directives) for each in fields]
        return any(found)

    def type_of(self, type_name: str, field_name: str) -> str | None:
        """The name of the type that a field gives; None for what is no field."""
        field = self._find(type_name, field_name)
        return None if field is None else field.type.strip("[]!")

    def of_field(self, type_name: str, field_name: str) -> Requirement:
        """What a caller must show to select the field on this type."""
        place = (type_name, field_name)
        found = self._requirements.get(place)
        if found is None:
            found = self._requirements[place] = frozenset(self._collect(place))
        return found

    def _collect(self, place: _Coordinate) -> Iterator[Guard]:
        """The guards of a field and of all that it depends on, which may go in circles."""
        seen, waiting = {place}, [place]
        while waiting:
            type_name, field_name = waiting.pop()
            field = self._find(type_name, field_name)
            if field is None:
                continue
            yield from self._own(self._types[type_name].directives)
            yield from self._own(field.directives)
            given = self._types.get(field.type.strip("[]!"))
            if given is not None:
                yield from self._own(given.directives)
            for each in self._dependencies(type_name, field):
                if each not in seen:
                    seen.add(each)
                    waiting.append(each)

    def _dependencies(self, type_name: str, field: SupergraphField) -> Iterator[_Coordinate]:
        for implementation in self._implementations.get(type_name, ()):
            yield implementation, field.name
        for join in field.joins:
            if join.requires:
                yield from self._touched(type_name, read_field_set(join.requires))
            for argument in join.context_arguments:
                selection = read_field_set(argument.selection)
                for setter in self._setters(argument.context):
                    yield from self._touched(setter.name, selection)

    def _setters(self, context: str) -> Iterator[SupergraphType]:
        return (each for each in self._types.values() if context in each.contexts)

    def _touched(self, type_name: str, fields: FieldSet) -> Iterator[_Coordinate]:
        for each in fields.fields:
            yield type_name, each.name
            given = self.type_of(type_name, each.name)
            if given is not None and each.selections is not None:
                yield from self._touched(given, each.selections)
        for narrowed, selections in fields.variants:
            yield from self._touched(narrowed, selections)

    def _find(self, type_name: str, field_name: str) -> SupergraphField | None:
        type_ = self._types.get(type_name)
        return None if type_ is None else type_.fields.get(field_name)

    def _own(self, directives: Sequence[DirectiveNode]) -> list[Guard]:
        return [
            read_guard(self._names[each.name.value], each)
            for each in directives
            if each.name.value in self._names
        ]


def find_guards(supergraph: Supergraph) -> FieldGuards | None:
    """What the fields of a supergraph ask for; None where nothing is asked anywhere.

    Raises:
        FederationError: a directive cannot be read (code INVALID_SUPERGRAPH).
    """
    if not supergraph.guard_names:
        return None
    guards = FieldGuards(supergraph)
    return guards if guards.guards_anything else None
