"""Reads `@cacheControl` from a supergraph.

The directive has no spec of its own to link, so its name is what it is known by: every subgraph
declares it itself, and composes it with `@composeDirective`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import DirectiveNode, value_from_ast_untyped

from federation.supergraph.cache_hints import CacheHint, CacheHints
from federation.supergraph.model import SupergraphType

DIRECTIVE = "cacheControl"


def read_cache_hints(types: Iterable[SupergraphType]) -> CacheHints:
    """Read all of them; of several on one element the most restrictive counts."""
    of_types: dict[str, CacheHint] = {}
    of_fields: dict[tuple[str, str], CacheHint] = {}
    for owner in types:
        hint = _read(owner.directives)
        if hint is not None:
            of_types[owner.name] = hint
        for each in owner.fields.values():
            hint = _read(each.directives)
            if hint is not None:
                of_fields[owner.name, each.name] = hint
    return CacheHints(types=of_types, fields=of_fields)


def strictest(hints: Iterable[CacheHint]) -> CacheHint | None:
    """What several hints come to; None without any."""
    found = list(hints)
    if not found:
        return None
    ages = [each.max_age for each in found if each.max_age is not None]
    return CacheHint(
        max_age=min(ages, default=None),
        is_private=any(each.is_private for each in found),
        is_public=all(each.is_public for each in found),
        inherits=all(each.inherits for each in found),
    )


def _read(directives: Iterable[DirectiveNode]) -> CacheHint | None:
    return strictest(
        _hint_of(_arguments_of(each)) for each in directives if each.name.value == DIRECTIVE
    )


def _hint_of(arguments: Mapping[str, Any]) -> CacheHint:
    """`Any`: whatever stands there; a `maxAge` that is no number of seconds keeps nothing."""
    age = arguments.get("maxAge")
    if age is not None and (type(age) is not int or age < 0):
        age = 0
    return CacheHint(
        max_age=age,
        is_private=arguments.get("scope") == "PRIVATE",
        is_public=arguments.get("scope") == "PUBLIC",
        inherits=arguments.get("inheritMaxAge") is True,
    )


def _arguments_of(directive: DirectiveNode) -> dict[str, Any]:
    return {
        argument.name.value: value_from_ast_untyped(argument.value)
        for argument in directive.arguments or ()
    }
