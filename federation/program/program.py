"""The compiled program: documents become Python functions the second time they are run."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema

from federation.fetch.display import Display
from federation.program.arguments import Values
from federation.program.bindings import Bindings
from federation.program.compile import Program, compile_script
from federation.program.levels import NotCompiled
from federation.program.reference import ReferenceProgram
from federation.program.script import Script, read_script

_SCRIPTS_MAX = 1_000
_PROGRAMS_MAX = 1_000
_KEPT_FIELDS_MAX = 50_000
"""Fields of all programs that are remembered; each takes about 2 kB."""
_INLINE_CHARACTERS_MAX = 1_000
"""Documents up to this length are compiled where they arrive; longer ones would hold the loop."""

_Key = tuple[Any, ...]
"""A document, how its answer is shown, and the values of its switches."""


class CompiledProgram:
    """Runs documents on one schema, with the interface and the answers of `ReferenceProgram`.

    A document is run by graphql-core the first time, as most that are seen once are not seen
    again, and compiling holds the interpreter. `fallbacks` counts runs of documents that are never
    compiled, by reason; that is known before the first resolver is called.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        bindings: Bindings | None = None,
        root_value: Any = None,
        *,
        cold_runs: int = 1,
    ) -> None:
        self.fallbacks: Counter[str] = Counter()
        self._schema = schema
        self._bindings = bindings or Bindings()
        self._root_value = root_value
        self._cold_runs = cold_runs
        self._reference = ReferenceProgram(schema, root_value)
        self._scripts: OrderedDict[str, Script] = OrderedDict()
        self._programs: OrderedDict[_Key, Program | NotCompiled | int] = OrderedDict()
        """A number counts the runs that went before."""
        self._kept_fields = 0

    async def run(
        self,
        document: str,
        variables: Mapping[str, Any],
        context: Any,
        display: Display | None = None,
    ) -> ExecutionResult:
        """Run a query or mutation; with `display`, the result may be a `Displayed` one."""
        begun = self.begin(document, variables, context, display)
        return begun if isinstance(begun, ExecutionResult) else await begun

    def begin(
        self,
        document: str,
        variables: Mapping[str, Any],
        context: Any,
        display: Display | None = None,
    ) -> ExecutionResult | Coroutine[Any, Any, ExecutionResult]:
        """As `run`; the result at once, where nothing has to wait."""
        script = self._known_script(document)
        if script is None:
            return self._run_new(document, variables, context, display)
        values = script.variables.read(variables)
        if isinstance(values, list):
            return ExecutionResult(None, values)
        program = self._known_program(_key(document, script, values.coerced, display))
        if program is None:
            return self._run_new(document, variables, context, display)
        return program.begin(values, context, self._root_value)

    async def _run_new(
        self,
        document: str,
        variables: Mapping[str, Any],
        context: Any,
        display: Display | None,
    ) -> ExecutionResult:
        script = await self._script(document)
        if isinstance(script, list):
            return ExecutionResult(None, script)
        if isinstance(script, Script):
            values = script.variables.read(variables)
            if isinstance(values, list):
                return ExecutionResult(None, values)
            key = _key(document, script, values.coerced, display)
            is_lasting = display is not None  # who displays has run it before
            program = await self._program(key, script, is_lasting=is_lasting)
            if program is not None:
                return await program.run(values, context, self._root_value)
        return await self._reference.run(document, variables, context)

    async def follow(
        self, document: str, variables: Mapping[str, Any], context: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Run a subscription; the source is closed when the reader leaves."""
        script = await self._script(document)
        values = script.variables.read(variables) if isinstance(script, Script) else None
        program = None
        if isinstance(script, Script) and isinstance(values, Values):
            key = _key(document, script, values.coerced)
            program = await self._program(key, script, is_lasting=True)
        if program is None or not isinstance(values, Values):
            events = self._reference.follow(document, variables, context)
        else:
            events = program.follow(values, context, self._root_value)
        async with aclosing(events):
            async for event in events:
                yield event

    async def warm(
        self, document: str, variables: Mapping[str, Any], display: Display | None = None
    ) -> None:
        """Compile a document before it is run, unless these variables leave conditions open."""
        script = await self._script(document)
        if isinstance(script, Script) and all(name in variables for name in script.switches):
            key = _key(document, script, variables, display)
            await self._program(key, script, is_lasting=True)

    async def source(self, document: str) -> str:
        """The source of a document, with all its conditions true.

        Raises:
            NotCompiled: it has none.
        """
        script = await self._script(document)
        if not isinstance(script, Script):
            raise NotCompiled("invalid")
        switches = dict.fromkeys(script.switches, True)
        return compile_script(self._schema, self._bindings, script, switches).source

    def _known_script(self, document: str) -> Script | None:
        found = self._scripts.get(document)
        if found is not None:
            self._scripts.move_to_end(document)
        return found

    async def _script(self, document: str) -> Script | list[GraphQLError] | None:
        found = self._known_script(document)
        if found is not None:
            return found
        prepared = await self._reference.prepare(document)
        if isinstance(prepared, list):
            return prepared
        script = read_script(self._schema, prepared, is_any_plain=bool(self._bindings.entities))
        if script is None:
            self.fallbacks["operation"] += 1
            return None
        self._scripts[document] = script
        if len(self._scripts) > _SCRIPTS_MAX:
            self._scripts.popitem(last=False)
        return script

    def _known_program(self, key: _Key) -> Program | None:
        found = self._programs.get(key)
        if not isinstance(found, Program):
            return None
        self._programs.move_to_end(key)
        return found

    async def _program(
        self, key: _Key, script: Script, *, is_lasting: bool = False
    ) -> Program | None:
        """The program of a document, unless it is not worth one yet or can have none."""
        found = self._programs.get(key, 0)
        if isinstance(found, int):
            if found < self._cold_runs and not is_lasting:
                self._keep(key, found + 1)
                return None
            found = await self._try_to_compile(script, key[1], key[2:])
            self._keep(key, found)
        else:
            self._programs.move_to_end(key)
        if isinstance(found, NotCompiled):
            self.fallbacks[found.reason] += 1
            return None
        return found

    def _keep(self, key: _Key, found: Program | NotCompiled | int) -> None:
        self._kept_fields += _weight(found) - _weight(self._programs.pop(key, 0))
        self._programs[key] = found
        while len(self._programs) > _PROGRAMS_MAX or self._kept_fields > _KEPT_FIELDS_MAX:
            _, dropped = self._programs.popitem(last=False)
            self._kept_fields -= _weight(dropped)

    async def _try_to_compile(
        self, script: Script, display: Display | None, flags: Sequence[Any]
    ) -> Program | NotCompiled:
        if not all(isinstance(flag, bool) for flag in flags):
            return NotCompiled("conditions")
        switches = dict(zip(script.switches, flags, strict=True))
        given = self._schema, self._bindings, script, switches, display
        try:
            if script.characters <= _INLINE_CHARACTERS_MAX:
                return compile_script(*given)
            return await asyncio.to_thread(compile_script, *given)
        except NotCompiled as reason:
            return NotCompiled(reason.reason)


def _key(
    document: str, script: Script, values: Mapping[str, Any], display: Display | None = None
) -> _Key:
    return (document, display, *[values.get(name) for name in script.switches])


def _weight(found: Program | NotCompiled | int) -> int:
    return found.fields if isinstance(found, Program) else 0
