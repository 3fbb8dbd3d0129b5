"""Columns: one field of a level, answered for all its parents at once, with all that is below."""

from collections.abc import Coroutine, Hashable
from typing import Any

from graphql import GraphQLSchema, is_abstract_type

from federation.program.bindings import Bindings
from federation.program.complete import Spread, put_back, quick_objects
from federation.program.faults import FAILED, Fault, Troubled, faults_at, tidied
from federation.program.identities import identities_of
from federation.program.levels import Answered, Field, Level
from federation.program.places import ROOT, Place
from federation.program.readers import reader_of
from federation.program.run import Run, there
from federation.program.runtime_types import RuntimeTypes

_CLASSES_MAX = 100
"""Classes of objects whose level a column remembers; others are asked for each time."""


class Column:
    """Reads the values of one field, and answers what is selected below them."""

    def __init__(self, schema: GraphQLSchema, field: Field, bindings: Bindings) -> None:
        self._field = field
        self._read = reader_of(field, bindings).read
        self._types = RuntimeTypes(schema, field, bindings)
        self._is_leaf = field.is_leaf
        self._only_level = (
            None if is_abstract_type(field.named) else field.levels.get(field.named.name)
        )
        self._is_placed = not all(level.is_shareable for level in field.levels.values())
        """Something below may ask for its path."""
        self._levels: dict[type, Level] = {}
        """By the class of objects, where that tells their type."""

    def fill(self, run: Run, parents: list[Any], place: Place) -> Answered:
        """Answer the field for some parents; the values of a leaf are still to be completed."""
        raw = self._read(run, parents, place)
        if not isinstance(raw, list):
            return self._fill_later(run, raw, place)
        return raw if self._is_leaf else self._complete(run, raw, place)

    async def _fill_later(
        self, run: Run, reading: Coroutine[Any, Any, list[Any]], place: Place
    ) -> list[Any]:
        raw = await reading
        return raw if self._is_leaf else await there(self._complete(run, raw, place))

    def _complete(self, run: Run, raw: list[Any], place: Place) -> Answered:
        field = self._field
        quick = None if field.is_asking_types else quick_objects(field, raw)
        if quick is None:
            return self._fill_carefully(run, raw, place)
        flat, kinds = quick
        below = Place(place, field, raw) if self._is_placed else ROOT
        level = self._only_level or self._level_of(flat, kinds)
        if level is not None:
            done = _answer_level(run, level, flat, kinds, below)
        else:
            done = self._answer(run, flat, self._types.name(flat), below)
        if flat is raw and done.__class__ is list:
            return done
        if isinstance(done, list):
            return put_back(field, raw, flat, done)
        return self._put_back_later(raw, flat, done)

    def _level_of(self, objects: list[Any], kinds: set[type]) -> Level | None:
        """The level of objects of one class, if all of that class are of one type."""
        if len(kinds) != 1 or not self._types.is_by_class:
            return None
        (kind,) = kinds
        level = self._levels.get(kind)
        if level is None and len(self._levels) < _CLASSES_MAX:
            (name,) = self._types.name(objects[:1])
            if isinstance(name, str):
                level = self._levels[kind] = self._field.levels[name]
        return level

    async def _put_back_later(
        self, raw: list[Any], flat: list[Any], doing: Coroutine[Any, Any, list[Any]]
    ) -> list[Any]:
        return put_back(self._field, raw, flat, await doing)

    async def _fill_carefully(self, run: Run, raw: list[Any], place: Place) -> list[Any]:
        """Answer the field where a value is unusual, or the schema has to tell the types."""
        spread = Spread(self._field, raw)
        if self._field.is_asking_types:
            names = await self._types.ask(run, spread, place)
        else:
            names = self._types.name(spread.flat)
        below = Place(place, self._field, spread)
        return spread.gather(await there(self._answer(run, spread.flat, names, below)))

    def _answer(self, run: Run, objects: list[Any], names: list[Any], place: Place) -> Answered:
        """Complete the objects, each by the level of its type; some names are exceptions."""
        first = names[0] if names else None
        if isinstance(first, str) and names.count(first) == len(names):
            kinds = {*map(type, objects)}
            return _answer_level(run, self._field.levels[first], objects, kinds, place)
        return self._answer_by_type(run, objects, names, place)

    async def _answer_by_type(
        self, run: Run, objects: list[Any], names: list[Any], place: Place
    ) -> list[Any]:
        picked: dict[str, list[int]] = {}
        done = _Scattered(len(objects))
        for index, name in enumerate(names):
            if isinstance(name, Exception):
                done.put(index, FAILED, [Fault(name, self._field.nodes)])
            else:
                picked.setdefault(name, []).append(index)
        parts = [
            self._answer(run, [objects[i] for i in some], [name] * len(some), place.only(some))
            for name, some in picked.items()
        ]
        for some, part in zip(picked.values(), await run.together(parts), strict=True):
            for position, index in enumerate(some):
                done.put(index, part[position], faults_at(part, position))
        return tidied(done)


def _answer_level(
    run: Run, level: Level, objects: list[Any], kinds: set[type], place: Place
) -> Answered:
    """Complete objects of one type; those that answer alike are completed once, if they may."""
    if not objects:
        return []
    if level.is_shareable and len(objects) > 1:
        identities = identities_of(objects, kinds)
        if len({*identities}) < len(objects):
            distinct = dict(zip(identities, objects, strict=True))
            done = level.answer(run, [*distinct.values()], place)
            if isinstance(done, list):
                return _share(done, [*distinct], identities)
            return _share_later(done, [*distinct], identities)
    return level.answer(run, objects, place)


async def _share_later(
    doing: Coroutine[Any, Any, list[Any]], distinct: list[Hashable], identities: list[Hashable]
) -> list[Any]:
    return _share(await doing, distinct, identities)


def _share(done: list[Any], distinct: list[Hashable], identities: list[Hashable]) -> list[Any]:
    """Completed objects, at each place where their object stands."""
    if not isinstance(done, Troubled):
        completed = dict(zip(distinct, done, strict=True))
        return [*map(completed.__getitem__, identities)]
    position = {identity: index for index, identity in enumerate(distinct)}
    shared = Troubled()
    for identity in identities:
        index = position[identity]
        shared.add(done[index], faults_at(done, index))
    return shared


class _Scattered(Troubled):
    """Completed values that are put in no order."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self += [FAILED] * size

    def put(self, index: int, value: Any, found: list[Fault]) -> None:
        """Set one of them, with what was found in it."""
        self[index] = value
        if found:
            self.faults[index] = found
