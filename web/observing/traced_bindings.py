"""Spans of resolvers: one for each batch and each root field, none for single objects."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from opentelemetry.trace import Span

from adapters.telemetry.tracing import Tracing, is_recording
from federation.program.bindings import Batch, Bindings, Entities, Resolver

ROOTS = ("Query", "Mutation")


def trace_bindings(bindings: Bindings, tracing: Tracing) -> Bindings:
    """The same bindings, whose resolvers are traced for sampled requests."""
    fields = dict(bindings.fields)
    for (type_name, name), bound in bindings.fields.items():
        label = f"{type_name}.{name}"
        if isinstance(bound, Batch):
            fields[type_name, name] = Batch(_traced(bound.resolve, label, tracing))
        elif isinstance(bound, Resolver) and type_name in ROOTS:
            traced = _traced(bound.resolve, label, tracing)
            fields[type_name, name] = Resolver(traced, takes_info=bound.takes_info)
    entities = {
        name: Entities(_traced(bound.resolve, f"{name} by reference", tracing))
        for name, bound in bindings.entities.items()
    }
    return Bindings(
        fields=fields,
        entities=entities,
        type_of=bindings.type_of,
        is_typed_by_class=bindings.is_typed_by_class,
    )


def _traced(resolve: Callable[..., Any], label: str, tracing: Tracing) -> Callable[..., Any]:
    """Call it within a span; `Any` because every resolver has its own arguments."""
    name = f"resolve {label}"

    def call(*given: Any, **arguments: Any) -> Any:
        if not is_recording():
            return resolve(*given, **arguments)
        span = tracing.start(name, {})
        try:
            with tracing.within(span):
                result = resolve(*given, **arguments)
        except BaseException:
            span.end()
            raise
        if isawaitable(result):
            return finish(span, result)
        span.end()
        return result

    async def finish(span: Span, work: Awaitable[Any]) -> Any:
        try:
            with tracing.within(span):
                return await work
        finally:
            span.end()

    return call
