"""Merges definitions of directives that clients may use in operations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import print_ast

from federation.compose.merge_inputs import merge_arguments
from federation.compose.merging import Merging
from federation.compose.subgraph import DirectiveDeclaration
from federation.supergraph.model import InputValue

_EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)


@dataclass(frozen=True, slots=True)
class ExecutableDefinitions:
    """Definitions as SDL, and all their arguments."""

    definitions: tuple[str, ...]
    arguments: tuple[InputValue, ...]


def merge_executable_definitions(merging: Merging) -> ExecutableDefinitions:
    """Directives that every subgraph defines, as far as all agree on them."""
    definitions: list[str] = []
    arguments: list[InputValue] = []
    names = dict.fromkeys(
        name for schema in merging.subgraphs.values() for name in schema.directive_definitions
    )
    for name in names:
        sources = {
            subgraph: schema.directive_definitions[name]
            for subgraph, schema in merging.subgraphs.items()
            if name in schema.directive_definitions
        }
        locations = _common_locations(merging, name, sources)
        if locations:
            merged = merge_arguments(
                merging,
                f"@{name}",
                {subgraph: each.arguments for subgraph, each in sources.items()},
            )
            is_repeatable = all(each.is_repeatable for each in sources.values())
            definitions.append(print_definition(name, merged.values(), is_repeatable, locations))
            arguments += merged.values()
    return ExecutableDefinitions(tuple(definitions), tuple(arguments))


def _common_locations(
    merging: Merging, name: str, sources: Mapping[str, DirectiveDeclaration]
) -> list[str]:
    """Where all subgraphs allow it; nowhere, unless all of them define it."""
    allowed = [
        [location for location in each.locations if location in _EXECUTABLE]
        for each in sources.values()
    ]
    if not any(allowed):
        return []
    common = [each for each in allowed[0] if all(each in others for others in allowed)]

    def remark(code: str, what: str) -> None:
        merging.findings.hint(code, f'"@{name}" {what}', subgraphs=list(sources), at=f"@{name}")

    if len(sources) < len(merging.subgraphs):
        remark(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
            "is not defined in every subgraph, so no client can use it",
        )
        return []
    if not common:
        remark(
            "NO_EXECUTABLE_DIRECTIVE_INTERSECTION",
            "is allowed in no place by all subgraphs, so no client can use it",
        )
        return []
    if any(set(each) != set(common) for each in allowed):
        remark(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
            "is kept only in the places that all subgraphs allow",
        )
    if len({each.is_repeatable for each in sources.values()}) > 1:
        remark(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
            "is not repeatable in every subgraph, so clients cannot repeat it",
        )
    return common


def print_definition(
    name: str,
    arguments: Iterable[InputValue],
    is_repeatable: bool,
    locations: Iterable[str],
) -> str:
    """The definition as SDL."""
    printed = ", ".join(map(_print_argument, arguments))
    return (
        f"directive @{name}{f'({printed})' if printed else ''}"
        f"{' repeatable' if is_repeatable else ''} on {' | '.join(sorted(locations))}"
    )


def _print_argument(argument: InputValue) -> str:
    default = "" if argument.default is None else f" = {argument.default}"
    tail = "".join(f" {print_ast(node)}" for node in argument.directives)
    return f"{argument.name}: {argument.type}{default}{tail}"


def print_declaration(declaration: DirectiveDeclaration) -> str:
    """One subgraph's definition as SDL."""
    arguments = [
        InputValue(
            name=each.name,
            type=str(each.type),
            default=None if each.default is None else print_ast(each.default),
        )
        for each in declaration.arguments.values()
    ]
    return print_definition(
        declaration.name, arguments, declaration.is_repeatable, declaration.locations
    )
