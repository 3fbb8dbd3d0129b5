"""Which object types the objects of a field are."""

from types import SimpleNamespace
from typing import Any

from graphql import Executor, GraphQLSchema, default_type_resolver, is_abstract_type
from graphql.execution.executor import invalid_return_type_error

from federation.program.bindings import Bindings
from federation.program.complete import Spread
from federation.program.levels import Field
from federation.program.places import Info, Place, tell
from federation.program.run import Run

_ensure_type: Any = Executor.ensure_valid_runtime_type
"""Of the executor it reads nothing but the schema."""


class RuntimeTypes:
    """Names the object types behind one field; where that fails, it gives the exception."""

    def __init__(self, schema: GraphQLSchema, field: Field, bindings: Bindings) -> None:
        self._field = field
        self._type_of = bindings.type_of
        self.is_by_class = bindings.is_typed_by_class and bindings.type_of is not None
        """The class of an object tells its type."""
        self._resolve: Any = getattr(field.named, "resolve_type", None) or default_type_resolver
        self._is_abstract = is_abstract_type(field.named)
        self._executor = SimpleNamespace(schema=schema)

    def name(self, objects: list[Any]) -> list[Any]:
        """The names, where the schema's own functions need not be asked."""
        if not self._is_abstract:
            return [self._field.named.name] * len(objects)
        assert self._type_of is not None, "else the schema is asked"
        is_asked_once = self.is_by_class and len({*map(type, objects)}) == 1
        try:
            if is_asked_once:
                names = [self._type_of(objects[0])] * len(objects)
            else:
                names = [*map(self._type_of, objects)]
        except Exception:  # noqa: BLE001 - told of those objects that it came from
            names = [self._name(each) for each in objects]
        if self._field.levels.keys() >= {*names}:
            return names
        return [*map(self._check, names, objects)]

    async def ask(self, run: Run, spread: Spread, place: Place) -> list[Any]:
        """The names, as the schema's own functions tell them."""
        infos = [tell(self._field, place, owner, run.told) for owner in spread.owners]
        if not self._is_abstract or self._type_of is not None:
            names = self.name(spread.flat)
        else:
            told = [*map(self._resolve_type, spread.flat, infos)]
            names = [*map(self._check, await run.settle(told, is_list=False), spread.flat)]
        verdicts = [*map(self._is_type, names, spread.flat, infos)]
        return [*map(self._judge, await run.settle(verdicts, is_list=False), names, spread.flat)]

    def _name(self, value: Any) -> Any:
        assert self._type_of is not None, "else the schema is asked"
        try:
            return self._type_of(value)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return error

    def _resolve_type(self, value: Any, info: Info) -> Any:
        try:
            return self._resolve(value, info, self._field.named)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return error

    def _check(self, name: Any, value: Any) -> Any:
        """The name, if it is one of a possible type."""
        if isinstance(name, Exception) or (isinstance(name, str) and name in self._field.levels):
            return name
        field = self._field
        told = SimpleNamespace(parent_type=field.parent, field_name=field.name)
        try:
            found = _ensure_type(self._executor, name, field.named, field.group, told, value)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return error
        return found.name

    def _is_type(self, name: Any, value: Any, info: Info) -> Any:
        """What the type itself says of the value, where it says anything."""
        if isinstance(name, Exception):
            return True
        is_type_of = self._field.levels[name].type.is_type_of
        try:
            return is_type_of is None or is_type_of(value, info)
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            return error

    def _judge(self, verdict: Any, name: Any, value: Any) -> Any:
        if isinstance(verdict, Exception):
            return verdict
        if verdict:
            return name
        type_ = self._field.levels[name].type
        return invalid_return_type_error(type_, value, self._field.group)
