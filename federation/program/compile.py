"""Compiles scripts: levels, then functions, then a program that runs them."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    ExecutionResult,
    Executor,
    GraphQLResolveInfoHelpers,
    GraphQLSchema,
    create_source_event_stream,
    default_field_resolver,
    default_type_resolver,
)
from graphql.pyutils import gather_with_cancel, is_awaitable

from federation.fetch.display import ABSENT, Display, without_absent
from federation.program.arguments import Values
from federation.program.bindings import Bindings
from federation.program.columns import Column
from federation.program.complete import complete_leaf, keep, mend
from federation.program.displaying import display_levels
from federation.program.faults import FAILED, faults_at
from federation.program.leaves import leaf_of
from federation.program.levels import Answered, Level, build_levels
from federation.program.places import ROOT
from federation.program.run import Run, there
from federation.program.script import Script
from federation.program.source import print_level

_FIELDS_MAX = 5_000
"""Fields, by object type and response path, that one document is compiled with."""


class Displayed(ExecutionResult):
    """A result whose objects are as the client will see them."""

    built: Mapping[int, list[dict[str, Any]]]
    """Some of them, by the places that the display names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A document made of functions, for one set of values of its switches."""

    schema: GraphQLSchema
    script: Script
    levels: list[Level]
    is_displayed: bool = False
    """Its objects are built as the client will see them."""

    @property
    def fields(self) -> int:
        """How much there is of it."""
        return sum(len(level.fields) for level in self.levels)

    @property
    def source(self) -> str:
        """Its functions, as they were written."""
        return "\n\n".join(
            print_level(each, is_displayed=self.is_displayed) for each in self.levels
        )

    async def run(self, variables: Values, context: Any, root_value: Any) -> ExecutionResult:
        """Run it once."""
        begun = self.begin(variables, context, root_value)
        return begun if isinstance(begun, ExecutionResult) else await begun

    def begin(
        self, variables: Values, context: Any, root_value: Any
    ) -> ExecutionResult | Coroutine[Any, Any, ExecutionResult]:
        """Run it once: the result, or what waits for it."""

        def tell(run: Run) -> tuple[Any, ...]:
            helpers = GraphQLResolveInfoHelpers(gather=_gather, track=run.track)
            script = self.script
            head = (self.schema, script.fragments, root_value, script.operation, variables.full)
            return (*head, context, is_awaitable, None, helpers)

        run = Run(context, variables, tell)
        answered = self.levels[0].answer(run, [root_value], ROOT)
        if isinstance(answered, list) and not run.is_underway:
            return self._result(run, answered)
        return self._wait(run, answered)

    async def _wait(self, run: Run, answered: Answered) -> ExecutionResult:
        return self._result(run, await run.drive(answered))

    def _result(self, run: Run, done: list[Any]) -> ExecutionResult:
        if done.__class__ is list and self.is_displayed and run.is_displayed:
            displayed = Displayed(done[0], None)
            displayed.built = run.built
            return displayed
        data = None if done[0] is FAILED else done[0]
        if self.is_displayed:
            without_absent(data, set())
        return ExecutionResult(data, [fault.located() for fault in faults_at(done, 0)] or None)

    async def follow(
        self, variables: Values, context: Any, root_value: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Run it for each event of a subscription."""
        executor: Executor[Any] = Executor(
            self.schema,
            self.script.fragments,
            self.script.details,
            root_value,
            context,
            self.script.operation,
            variables.full,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
        )
        opened: Any = create_source_event_stream(executor)
        events = await opened if is_awaitable(opened) else opened
        if isinstance(events, ExecutionResult):
            yield events
            return
        try:
            async for event in events:
                yield await self.run(variables, context, event)
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()


def compile_script(
    schema: GraphQLSchema,
    bindings: Bindings,
    script: Script,
    switches: Mapping[str, bool],
    display: Display | None = None,
) -> Program:
    """The program of a script, while its switches have some values.

    Raises:
        NotCompiled: it would be too large, or too deep.
    """
    levels = build_levels(
        schema,
        bindings,
        script.operation,
        script.details,
        switches,
        fields_max=_FIELDS_MAX,
    )
    is_displayed = display is not None
    if display is not None:
        display_levels(levels, display)
    for level in levels:
        _compile_level(schema, bindings, level, is_displayed=is_displayed)
    return Program(schema=schema, script=script, levels=levels, is_displayed=is_displayed)


def _compile_level(
    schema: GraphQLSchema, bindings: Bindings, level: Level, *, is_displayed: bool
) -> None:
    """Give a level its function.

    Each is compiled on its own: the interpreter is held for one level, and no longer.
    """
    names: dict[str, Any] = {"level": level, **_KNOWN}
    for field in level.columns:
        names[f"column_{field.number}"] = Column(schema, field, bindings)
    for field in level.fields:
        if field.is_leaf and not field.is_typename:
            names[f"leaf_{field.number}"] = leaf_of(field)
    text = print_level(level, is_displayed=is_displayed)
    exec(compile(text, f"<level {level.number}>", "exec"), names)  # noqa: S102 - our own text
    level.answer = names[f"level_{level.number}"]


def _is_failed(level: Level, number: int, values: list[Any]) -> bool:
    """Whether the one parent of a serial level has failed, by one of its fields."""
    field = next(each for each in level.fields if each.number == number)
    if field.is_leaf:
        values[0] = keep(field.shape, values[0])  # it is read again when the answer is built
        return complete_leaf(field, values[0], []) is FAILED
    return values[0] is FAILED


async def _finish(
    run: Run, build: Callable[..., list[Any]], parents: list[Any], *values: Any
) -> list[Any]:
    """Build the objects of a level when all its columns are there."""
    return build(run, parents, *await run.together(values))


_KNOWN = {
    "mend": mend,
    "is_failed": _is_failed,
    "finish": _finish,
    "there": there,
    "ABSENT": ABSENT,
}
"""What the functions call."""


async def _gather(awaitables: Sequence[Any]) -> list[Any]:
    return await gather_with_cancel(*awaitables)
