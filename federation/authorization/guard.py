"""`@authenticated`, `@requiresScopes` and `@policy` as values, and whether a caller meets them."""

from collections.abc import Collection
from dataclasses import dataclass

from graphql import DirectiveNode, value_from_ast_untyped

from federation.errors import FederationError

_ARGUMENTS = {"authenticated": None, "requiresScopes": "scopes", "policy": "policies"}
"""What each directive lists its alternatives in."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition on callers."""

    directive: str
    """Its name in the spec, whatever the supergraph calls it."""
    alternatives: frozenset[frozenset[str]]
    """One of these sets of scopes or policies must be shown whole."""

    @property
    def names(self) -> frozenset[str]:
        """All scopes or policies that it speaks of."""
        return frozenset().union(*self.alternatives)

    def is_met_by(self, shown: Collection[str]) -> bool:
        """Whether that is enough; nothing ever is for no alternatives."""
        return any(group.issubset(shown) for group in self.alternatives)


AUTHENTICATED = frozenset({"authenticated"})
"""What `@authenticated` asks for, told as scopes are."""
Requirement = frozenset[Guard]
"""Everything that is asked for; all of it must be met."""
NOTHING: Requirement = frozenset()


def read_guard(directive: str, node: DirectiveNode) -> Guard:
    """One application of a directive; `directive` is its name in the spec.

    Raises:
        FederationError: its argument is no list of lists of strings (code INVALID_SUPERGRAPH).
    """
    argument = _ARGUMENTS[directive]
    if argument is None:
        return Guard(directive, frozenset({AUTHENTICATED}))
    given = {each.name.value: value_from_ast_untyped(each.value) for each in node.arguments or ()}
    groups = given.get(argument)
    if not isinstance(groups, list) or not all(_is_group(each) for each in groups):
        raise FederationError(
            f"@{node.name.value} needs {argument}: a list of lists of strings.",
            code="INVALID_SUPERGRAPH",
        )
    return Guard(directive, frozenset(frozenset(group) for group in groups))


def _is_group(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
