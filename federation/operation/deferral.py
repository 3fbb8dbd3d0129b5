"""`@defer`: which fragments of an operation come later, and which of their fields.

Deferral is part of field merging: a field that is selected both in a deferred fragment and
outside of any comes at once; one that several fragments defer comes with the first of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
)
from graphql.language import Visitor, visit
from graphql.type import GraphQLDeferDirective

from federation.errors import RequestError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeferUsage:
    """One deferred fragment, wherever it is spread."""

    label: str | None
    parent: "DeferUsage | None" = None
    """The deferred fragment it stands in."""

    def is_within(self, others: Iterable["DeferUsage"]) -> bool:
        """Whether it stands in one of the others."""
        above = self.parent
        while above is not None:
            if above in others:
                return True
            above = above.parent
        return False


Owner = DeferUsage | None
Deferring = frozenset[str] | None
"""The variables of `@defer(if: …)` that are true; None where nothing may come later."""


def owner_of(usages: Sequence[Owner]) -> Owner:
    """With which fragment a field comes, given all those that select it; None for at once."""
    if len(usages) == 1 or None in usages:
        return usages[0] if None not in usages else None
    deferred = [usage for usage in usages if usage is not None]
    return next(usage for usage in deferred if not usage.is_within(deferred))


class Deferral:
    """Tells the deferred fragments of one operation, for the variables that defer."""

    def __init__(self, deferring: frozenset[str]) -> None:
        self._deferring = deferring
        """Variables of `@defer(if: …)` that are true."""
        self._usages: dict[tuple[int, Owner], DeferUsage] = {}

    def usage(self, directives: Iterable[DirectiveNode] | None, before: Owner) -> Owner:
        """The usage that a fragment begins, or the one it stands in."""
        for directive in directives or ():
            if directive.name.value == "defer" and self._is_active(directive):
                place = (id(directive), before)
                if place not in self._usages:
                    label = _value_of(directive, "label")
                    text = label.value if isinstance(label, StringValueNode) else None
                    self._usages[place] = DeferUsage(label=text, parent=before)
                return self._usages[place]
        return before

    def _is_active(self, directive: DirectiveNode) -> bool:
        value = _value_of(directive, "if")
        if isinstance(value, VariableNode):
            return value.name.value in self._deferring
        return not isinstance(value, BooleanValueNode) or value.value


def _value_of(directive: DirectiveNode, name: str) -> Any:
    for argument in directive.arguments or ():
        if argument.name.value == name:
            return argument.value
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncrementalUse:
    """What a document wants delivered later."""

    defers: bool = False
    streams: bool = False
    variables: frozenset[str] = frozenset()
    """Variables that decide whether something is deferred."""

    def deferring(self, node: OperationDefinitionNode, given: Mapping[str, Any]) -> frozenset[str]:
        """Those of the variables that are true in a request."""
        values = {
            each.variable.name.value: each.default_value.value
            for each in node.variable_definitions or ()
            if isinstance(each.default_value, BooleanValueNode)
        }
        values |= {name: given[name] for name in self.variables if name in given}
        return frozenset(name for name in self.variables if values.get(name) is True)


def find_incremental_use(document: DocumentNode) -> IncrementalUse:
    """Look for `@defer` and `@stream` anywhere in a document."""
    found = _IncrementalDirectives()
    visit(document, found)
    return IncrementalUse(
        defers=found.defers, streams=found.streams, variables=frozenset(found.variables)
    )


class _IncrementalDirectives(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.defers = self.streams = False
        self.variables: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        """Note a directive."""
        self.streams = self.streams or node.name.value == "stream"
        if node.name.value == "defer":
            self.defers = True
            value = _value_of(node, "if")
            if isinstance(value, VariableNode):
                self.variables.add(value.name.value)


def with_defer(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema that documents with `@defer` are valid against."""
    if schema.get_directive("defer") is not None:
        return schema
    kwargs: dict[str, Any] = {**schema.to_kwargs(), "assume_valid": True}
    kwargs["directives"] = (*schema.directives, GraphQLDeferDirective)
    return GraphQLSchema(**kwargs)


def refuse_stream(schema: GraphQLSchema, use: IncrementalUse) -> None:
    """Refuse `@stream`, which is not planned.

    Raises:
        RequestError: the document streams a list (STREAM_NOT_SUPPORTED).
    """
    if use.streams and schema.get_directive("stream") is None:
        raise RequestError("@stream is not supported; @defer is.", code="STREAM_NOT_SUPPORTED")
