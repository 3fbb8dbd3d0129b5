"""How the values of one field are read for all parents of a level.

Every reader gives a list with an item for each parent: a value, or the exception that came
instead. Nothing in it is left to wait for.
"""

import operator
from collections.abc import Callable, Coroutine, Mapping
from itertools import chain, islice
from types import CoroutineType
from typing import Any, Protocol

from graphql import default_field_resolver
from graphql.pyutils import is_awaitable, is_iterable

from federation.begun import Begun
from federation.program.arguments import Arguments
from federation.program.bindings import Attribute, Batch, Bindings, Entities, Resolver
from federation.program.complete import read_attribute
from federation.program.levels import Field, Shape
from federation.program.places import Info, Place, tell
from federation.program.run import READY, Run

_LISTS = (list, tuple)
_KINDS_OF_LISTS = {*_LISTS}


class Reader(Protocol):
    """Reads one field."""

    def read(
        self, run: Run, parents: list[Any], place: Place
    ) -> list[Any] | Coroutine[Any, Any, list[Any]]:
        """The values, one for each parent; where something may have to wait, their coroutine."""


def reader_of(field: Field, bindings: Bindings) -> Reader:
    """The reader that fits what is said about a field."""
    if isinstance(field.binding, Attribute):
        return _AttributeReader(field.binding)
    if isinstance(field.binding, Batch):
        return _BatchReader(field, field.binding)
    if bindings.entities and field.name == "_entities":
        return _EntitiesReader(field, bindings.entities)
    return _ResolverReader(field)


class _Caller:
    """Calls what answers for many, in one call.

    A coroutine is begun in the task of the caller, for one that gives what is there already needs
    no task of its own. As soon as one had to wait, this is no longer tried: what waits does so in
    a task, beside all others.
    """

    def __init__(self, field: Field) -> None:
        self._field = field
        self._is_prompt = True

    def call(
        self, run: Run, places: int, resolve: Callable[..., Any], *given: Any, **named: Any
    ) -> list[Any] | Coroutine[Any, Any, list[Any]]:
        """An item for each place; where it has to wait, the coroutine."""
        try:
            answer = resolve(*given, **named)
            if self._is_prompt and answer.__class__ is CoroutineType:
                begun = Begun(answer)
                self._is_prompt = begun.is_done
                answer = begun.result if begun.is_done else begun
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return [error] * places
        if answer.__class__ is not list and is_awaitable(answer):
            return self._wait(run, answer, places)
        return _checked(answer, places, self._field)

    async def _wait(self, run: Run, answer: Any, places: int) -> list[Any]:
        return _checked(await run.outcome(answer), places, self._field)


class _AttributeReader:
    def __init__(self, binding: Attribute) -> None:
        self._name = binding.name
        self._get = operator.attrgetter(binding.name)

    def read(self, _run: Run, parents: list[Any], _place: Place) -> list[Any]:
        try:
            return [*map(self._get, parents)]
        except Exception:  # noqa: BLE001 - told of those parents that it came from
            return [read_attribute(parent, self._name) for parent in parents]


class _BatchReader:
    def __init__(self, field: Field, binding: Batch) -> None:
        self._call = _Caller(field).call
        self._resolve = binding.resolve
        self._arguments = Arguments(field.definition, field.nodes[0])

    def read(
        self, run: Run, parents: list[Any], _place: Place
    ) -> list[Any] | Coroutine[Any, Any, list[Any]]:
        try:
            arguments = self._arguments.read(run.variables)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return [error] * len(parents)
        return self._call(run, len(parents), self._resolve, parents, run.context, **arguments)


class _ResolverReader:
    """Calls the resolver for each parent; the awaitables among the answers wait side by side."""

    def __init__(self, field: Field) -> None:
        self._field = field
        bound = field.binding if isinstance(field.binding, Resolver) else field.definition
        self._resolve: Callable[..., Any] = bound.resolve or _read_key
        self._takes_info = getattr(bound, "takes_info", True)
        self._arguments = Arguments(field.definition, field.nodes[0])

    def read(
        self, run: Run, parents: list[Any], place: Place
    ) -> list[Any] | Coroutine[Any, Any, list[Any]]:
        field = self._field
        values: list[Any] = []
        try:
            arguments = self._arguments.read(run.variables)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return [error] * len(parents)
        for index, parent in enumerate(parents):
            try:
                info = tell(field, place, index, run.told) if self._takes_info else None
                value = self._resolve(parent, info, **arguments)
            except Exception as error:  # noqa: BLE001 - it becomes an error of the response
                value = error
            values.append(value)
        return values if _is_settled(field.shape, values) else _settle(run, field.shape, values)


class _EntitiesReader:
    """Answers references type by type, each type by one call; a failing one fails alone.

    What nothing is said about is left to the schema's own resolver, in one call as well.
    """

    def __init__(self, field: Field, entities: Mapping[str, Entities]) -> None:
        self._field = field
        self._call = _Caller(field).call
        self._entities = entities
        self._arguments = Arguments(field.definition, field.nodes[0])

    def read(
        self, run: Run, parents: list[Any], place: Place
    ) -> list[Any] | Coroutine[Any, Any, list[Any]]:
        try:
            arguments = self._arguments.read(run.variables)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return [error] * len(parents)
        references = arguments["representations"]
        name = self._only_name(references)
        if name is None or len(parents) != 1:
            return self._answer_all(run, parents, place, arguments)
        resolve = self._entities[name].resolve
        records = self._call(run, len(references), resolve, references, run.context)
        return [records] if isinstance(records, list) else self._wait(records)

    async def _wait(self, records: Coroutine[Any, Any, list[Any]]) -> list[Any]:
        return [await records]

    async def _answer_all(
        self, run: Run, parents: list[Any], place: Place, arguments: dict[str, Any]
    ) -> list[Any]:
        answers = []
        for index, parent in enumerate(parents):
            info = tell(self._field, place, index, run.told)
            answers.append(self._answer(run, info, parent, arguments))
        return await run.together(answers)

    async def _answer(self, run: Run, info: Info, parent: Any, arguments: dict[str, Any]) -> Any:
        references = arguments["representations"]
        names = [self._known_name(each) for each in references]
        if names.count(None) < len(names):
            return await self._answer_by_type(run, info, parent, references, names)
        answers = [self._resolve(parent, info, arguments)]
        return (await _settle(run, self._field.shape, answers))[0]

    async def _answer_by_type(
        self, run: Run, info: Info, parent: Any, references: list[Any], names: list[Any]
    ) -> list[Any]:
        groups: dict[str | None, list[int]] = {}
        for index, name in enumerate(names):
            groups.setdefault(name, []).append(index)
        answers = []
        for name, picked in groups.items():
            some = [references[index] for index in picked]
            if name is None:
                answers.append(self._resolve(parent, info, {"representations": some}))
            else:
                answers.append(self._ask(name, some, run.context))
        answers = await run.settle(answers, is_list=False)
        records: list[Any] = [None] * len(references)
        for picked, answer in zip(groups.values(), answers, strict=True):
            found = _checked(answer, len(picked), self._field)
            for index, record in zip(picked, found, strict=True):
                records[index] = record
        return await run.settle(records, is_list=False)

    def _only_name(self, references: list[Any]) -> str | None:
        """The type of all references, as it most often is."""
        try:
            (name,) = {each["__typename"] for each in references}
        except (KeyError, TypeError, ValueError):
            return None
        return name if name.__class__ is str and name in self._entities else None

    def _known_name(self, reference: Any) -> str | None:
        """The type of a reference, if something is said about its entities."""
        name = reference.get("__typename") if reference.__class__ is dict else None
        return name if name.__class__ is str and name in self._entities else None

    def _ask(self, name: str, representations: list[Any], context: Any) -> Any:
        try:
            return self._entities[name].resolve(representations, context)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return error

    def _resolve(self, parent: Any, info: Info, arguments: dict[str, Any]) -> Any:
        resolve = self._field.definition.resolve or default_field_resolver
        try:
            return resolve(parent, info, **arguments)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return error


def _read_key(parent: Any, info: Info, **arguments: Any) -> Any:
    """What the default resolver does, which looks for abstract classes first."""
    if parent.__class__ is not dict:
        return default_field_resolver(parent, info, **arguments)
    value = parent.get(info.field_name)
    return value(info, **arguments) if callable(value) else value


def _checked(answer: Any, places: int, field: Field) -> list[Any]:
    """The answer to a call for many, if it has an item for each."""
    if answer.__class__ is list and len(answer) == places:
        return answer
    if isinstance(answer, _LISTS) and len(answer) == places:
        return [*answer]
    if isinstance(answer, Exception):
        return [answer] * places
    what = f"{len(answer)} items" if isinstance(answer, _LISTS) else "no list"
    name = f"{field.parent}.{field.name}"
    return [TypeError(f"{name} was asked for {places} items and gave {what}.")] * places


def _is_settled(shape: Shape, values: list[Any]) -> bool:
    """Whether there is plainly nothing to wait for, in a list neither."""
    kinds = {*map(type, values)}
    if shape.item is None:
        return READY.hold(kinds)
    is_open = shape.item.item is None and kinds <= _KINDS_OF_LISTS
    return is_open and READY.hold({*map(type, chain.from_iterable(values))})


async def _settle(run: Run, shape: Shape, values: list[Any]) -> list[Any]:
    """Await values, then the items of those that are lists."""
    settled = await run.settle(values, is_list=shape.item is not None)
    if shape.item is None:
        return settled
    opened = [_open(value) for value in settled]
    items = [*chain.from_iterable(each for each in opened if isinstance(each, _LISTS))]
    done = await _settle(run, shape.item, items)
    if done is items:
        return opened
    rest = iter(done)
    return [[*islice(rest, len(each))] if isinstance(each, _LISTS) else each for each in opened]


def _open(value: Any) -> Any:
    """Any iterable as a list, or the exception that reading it raises."""
    if isinstance(value, _LISTS) or not is_iterable(value):
        return value
    try:
        return [*value]
    except Exception as error:  # noqa: BLE001 - it becomes an error of the response
        return error
