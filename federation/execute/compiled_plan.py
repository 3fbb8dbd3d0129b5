"""The per-request work of one operation as Python written for it.

The first run of an operation is interpreted, and so is what the functions raise for: a tree that
fits no schema, a null where none may be. So the interpreted way is exercised, and a flood of
documents that are sent once costs no compiling; `compile()` holds the interpreter.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from graphql import GraphQLSchema

from federation.execute.compile_reading import KNOWN_TO_READING, UNUSUAL, ReadingWriter
from federation.execute.compile_shape import KNOWN_TO_SHAPING, ShapeWriter, TooLarge
from federation.execute.displaying import Displays, find_displays
from federation.execute.error_paths import Error
from federation.execute.shape_response import ResponseShaper
from federation.execute.sharing import Position, Sharing, bare, fetches_of, find_sharing
from federation.execute.source import Source
from federation.execute.tree import Object
from federation.operation.conditions import Condition, variables_of
from federation.operation.model import SelectionSet
from federation.plan.nodes import EntityPart, Fetch, Path, QueryPlan

Flags = tuple[bool, ...]
"""The values of the variables that conditions read."""
Known = list[list[Any] | None]
"""What fetches read of a tree, as far as it was found: first of all the root."""
Read = tuple[list[Object], list[Object], list[Hashable], list[Hashable]]
"""As `compile_reading` writes: representations, objects, their identities, the distinct ones."""
_NOTHING: frozenset[str] = frozenset()
_FLAGS_MAX = 16
"""Combinations of conditions whose runs are counted."""
_IN_VAIN_MAX = 50
"""Runs, of those that are displayed to the end, by which others may be more: then none is."""
_NODES_MIN = 100
_NODES_MAX = 2_000
_NODES_PER_FIELD = 4
"""Fields that are compiled, all types and combinations counted, for each that is planned."""


class CompiledPlan:
    """What was compiled of one operation so far; filled by a thread, read by the loop."""

    def __init__(self, plan: QueryPlan, schema: GraphQLSchema, shaper: ResponseShaper) -> None:
        self._plan = plan
        self._schema = schema
        self._shaper = shaper
        self._names = sorted(_condition_variables(plan.shown))
        self._seen: dict[Flags, int] = {}
        self._shapes: dict[Flags, Callable[[Object], Object]] = {}
        self._displays: dict[Flags, Displays | None] = {}
        self._in_vain = 0
        self._readers: dict[int, Callable[[Known], Read]] = {}
        self._places = 1
        self._place_of: Callable[[Path], int | None] = lambda _: None
        self._sharing = Sharing()
        nodes = max(_NODES_MIN, _NODES_PER_FIELD * plan.shown.size)
        self._nodes_left = min(_NODES_MAX, nodes)
        self.is_ready = False
        """Whether fetches can be read and merged this way."""
        self.text = ""
        """The source, for people."""

    def is_due(self, variables: Mapping[str, Any], runs: int) -> bool:
        """Count a run; True once, when it was run so often before."""
        flags = self._flags(variables)
        before = self._seen.get(flags, 0)
        is_too_much = before == 0 and len(self._seen) >= _FLAGS_MAX
        if flags in self._shapes or before > runs or is_too_much:
            return False
        self._seen[flags] = before + 1
        return before == runs

    def put_off(self, variables: Mapping[str, Any]) -> None:
        """Count anew, since there was no time to compile."""
        del self._seen[self._flags(variables)]

    def compile(self, variables: Mapping[str, Any]) -> None:
        """Compile for operations whose conditions hold as they do for these variables."""
        if not self.is_ready:
            self._compile_reading()
        if self._flags(variables) not in self._shapes:
            self._compile_shape(variables)

    def read(self, part: EntityPart, known: Known) -> Read | None:
        """The entities of a part, unless they must be read slowly."""
        reader = self._readers.get(id(part))
        try:
            return None if reader is None else reader(known)
        except UNUSUAL:
            return None

    def known_of(self, root: Object, known: Known | None) -> Known:
        """What is known of a tree; where fetches write the same objects, it is found anew."""
        if known is None or not self._sharing.shared:
            return [[root], *[None] * (self._places - 1)]
        return known

    def shares(self, fetch: Fetch) -> bool:
        """Whether what a fetch answers once may stand at several places of the tree."""
        return id(fetch) in self._sharing.shared

    def alone(self, part: EntityPart) -> frozenset[str]:
        """The fields of a part's entities, if no other fetch writes any of them."""
        return self._sharing.alone.get(id(part), _NOTHING)

    def displays(self, variables: Mapping[str, Any]) -> Displays | None:
        """How the answers of a run can be built as they will be shown."""
        if self._in_vain >= _IN_VAIN_MAX or not self.is_ready:
            return None
        return self._displays.get(self._flags(variables))

    def count_displayed(self, *, is_whole: bool) -> None:
        """Learn whether it is of use to display: it is not where something is always unusual."""
        self._in_vain = max(0, self._in_vain + (-1 if is_whole else 1))

    def shape(
        self, data: Object, errors: list[Error], variables: Mapping[str, Any]
    ) -> Object | None:
        """The response data, as `ResponseShaper.shape` gives it."""
        function = self._shapes.get(self._flags(variables))
        if function is not None:
            try:
                return function(data)
            except (KeyError, TypeError):
                pass  # what was wrong is found out below
        return self._shaper.shape(data, errors, variables)

    def _flags(self, variables: Mapping[str, Any]) -> Flags:
        return tuple([bool(variables.get(name)) for name in self._names]) if self._names else ()

    def _compile_reading(self) -> None:
        source = Source(**KNOWN_TO_READING)
        self._sharing = find_sharing(self._plan)
        writer = ReadingWriter(source, self._sharing.references)
        parts = [part for fetch in fetches_of(self._plan) for part in fetch.entities]
        parts = [part for part in parts if not part.contexts]
        names = writer.write(parts)
        source.load()
        self.text = str(source)
        self._readers = {
            id(part): source.function(name) for part, name in zip(parts, names, strict=True)
        }
        self._places = writer.places
        self._place_of = writer.place_of
        self.is_ready = True

    def _compile_shape(self, variables: Mapping[str, Any]) -> None:
        source = Source(**KNOWN_TO_SHAPING)
        repeated = {
            id(selections)
            for path in self._sharing.references
            for selections in _selections_at(self._plan.shown, bare(path))
        }
        given = (source, self._schema, self._shaper, variables, self._nodes_left)
        writer = ShapeWriter(*given, repeated)
        try:
            name = writer.write(self._plan.shown)
        except TooLarge:
            return
        source.load()
        self._nodes_left -= writer.nodes
        self.text = "\n".join(each for each in (self.text, str(source)) if each)
        given_too = self._sharing, self._schema, self._shaper, variables, self._place_of
        self._displays[self._flags(variables)] = find_displays(self._plan, *given_too)
        function, memos = source.function(name), writer.memos
        self._shapes[self._flags(variables)] = lambda data: function(
            data, [{} for _ in range(memos)]
        )


def _selections_at(root: SelectionSet, position: Position) -> list[SelectionSet]:
    """What is shown of the objects at one place, whatever their types are."""
    level = [root]
    for key in position:
        fields = [each for selections in level for each in selections.all_fields]
        level = [each.selections for each in fields if each.key == key and each.selections]
    return level


def _condition_variables(root: SelectionSet) -> frozenset[str]:
    """The variables that decide which fields are shown, and in which order."""
    conditions: set[Condition] = set()
    seen: set[int] = set()
    left = [root]
    while left:
        selections = left.pop()
        if id(selections) in seen:
            continue
        seen.add(id(selections))
        conditions.update(when for places in selections.order.values() for _, when in places)
        for each in selections.all_fields:
            conditions.add(each.condition)
            if each.selections is not None:
                left.append(each.selections)
    return frozenset().union(*(variables_of(condition) for condition in conditions))
