"""Conditions of fields: `@skip` and `@include` as alternatives of variables.

A condition is a set of alternatives; each is a set of (variable, wanted value) that must all
hold. `@include(if: $a) @skip(if: $b)` is {{($a, True), ($b, False)}}.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import BooleanValueNode, DirectiveNode, VariableNode

Condition = frozenset[frozenset[tuple[str, bool]]]

ALWAYS: Condition = frozenset({frozenset()})
NEVER: Condition = frozenset()


def read_condition(directives: Iterable[DirectiveNode] | None) -> Condition:
    """The condition that `@skip` and `@include` state; literal values are folded."""
    wanted: set[tuple[str, bool]] = set()
    for directive in directives or ():
        name = directive.name.value
        if name not in ("skip", "include"):
            continue
        value = directive.arguments[0].value if directive.arguments else None
        if isinstance(value, VariableNode):
            wanted.add((value.name.value, name == "include"))
        elif isinstance(value, BooleanValueNode) and value.value != (name == "include"):
            return NEVER
    if any((variable, not value) in wanted for variable, value in wanted):
        return NEVER
    return frozenset({frozenset(wanted)})


def either(one: Condition, other: Condition) -> Condition:
    """Holds where one of both holds; alternatives that another contains are dropped."""
    if one == other:
        return one
    return _absorb(one | other)


def both(one: Condition, other: Condition) -> Condition:
    """Holds where both hold."""
    if one is ALWAYS or one == ALWAYS:
        return other
    if other == ALWAYS:
        return one
    joined = {mine | theirs for mine in one for theirs in other}
    return _absorb(frozenset(term for term in joined if _is_possible(term)))


def holds(condition: Condition, variables: Mapping[str, Any]) -> bool:
    """Whether the condition holds for these variables."""
    return any(
        all(bool(variables.get(name)) is wanted for name, wanted in term) for term in condition
    )


def _is_possible(term: frozenset[tuple[str, bool]]) -> bool:
    return not any((variable, not value) in term for variable, value in term)


def _absorb(terms: frozenset[frozenset[tuple[str, bool]]]) -> Condition:
    if frozenset() in terms:
        return ALWAYS
    return frozenset(term for term in terms if not any(other < term for other in terms))


def print_condition(condition: Condition) -> str:
    """Show the condition in words, in a fixed order."""
    alternatives = sorted(
        " and ".join(f"${name}" if wanted else f"not ${name}" for name, wanted in sorted(term))
        for term in condition
    )
    return " or ".join(alternatives)


def variables_of(condition: Condition) -> frozenset[str]:
    """The variables that the condition reads."""
    return frozenset(name for term in condition for name, _ in term)
