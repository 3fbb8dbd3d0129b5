"""Links and definitions at the head of the supergraph: specs, and directives carried along."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import DirectiveNode, print_ast

from federation.compose.merge_composed import merge_composed_directives
from federation.compose.merge_definitions import merge_executable_definitions
from federation.compose.merge_directives import merge_directives
from federation.compose.merging import Merging
from federation.compose.spec_names import CARRIED
from federation.compose.subgraph import Element
from federation.supergraph.model import InputValue, SupergraphType
from federation.vocabulary.directives import FEDERATION_DIRECTIVES, SPEC_OF_DIRECTIVE

_SPECS = {
    "tag": ("v0.3", False),
    "inaccessible": ("v0.2", True),
    "authenticated": ("v0.1", True),
    "requiresScopes": ("v0.1", True),
    "policy": ("v0.1", True),
    "context": ("v0.1", True),
    "cost": ("v0.1", False),
}
"""Each spec's version, and whether it is there for security."""
_SCALARS = {
    "requiresScopes": ("federation__Scope", "requiresScopes__Scope"),
    "policy": ("federation__Policy", "policy__Policy"),
    "context": ("federation__ContextFieldValue", "context__ContextFieldValue"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedSpecs:
    """Directives on the schema, and definitions."""

    links: tuple[str, ...]
    definitions: tuple[str, ...]


def merge_specs(merging: Merging, types: Mapping[str, SupergraphType]) -> MergedSpecs:
    """What the applied directives need, then what subgraphs ask to be carried along."""
    executable = merge_executable_definitions(merging)
    composed = merge_composed_directives(merging)
    on_schema = _merge_schema_directives(merging)
    applied = {node.name.value for node in _applied(types, executable.arguments)}
    applied |= {node.name.value for node in on_schema}
    used = [name for name in CARRIED if merging.spec_names[name] in applied]
    specs = [
        spec for spec in _SPECS if any(SPEC_OF_DIRECTIVE[name] == _identity(spec) for name in used)
    ]
    return MergedSpecs(
        links=(
            *(_print_link(merging, spec, used) for spec in specs),
            *composed.links,
            *map(print_ast, on_schema),
        ),
        definitions=(
            *(text for spec in specs for text in _definitions(merging, spec, used)),
            *composed.definitions,
            *executable.definitions,
        ),
    )


def _identity(spec: str) -> str:
    return f"https://specs.apollo.dev/{spec}"


def _merge_schema_directives(merging: Merging) -> tuple[DirectiveNode, ...]:
    """What subgraphs apply to the schema itself and the supergraph repeats: tags."""
    sources = {
        name: Element(name="schema", directives=schema.directives)
        for name, schema in merging.subgraphs.items()
    }
    return merge_directives(merging, "schema", sources)


def _applied(
    types: Mapping[str, SupergraphType], arguments: tuple[InputValue, ...]
) -> Iterator[DirectiveNode]:
    for argument in arguments:
        yield from argument.directives
    for each in types.values():
        yield from each.directives
        for field in each.fields.values():
            yield from field.directives
            for argument in field.arguments.values():
                yield from argument.directives
        for value in each.input_fields.values():
            yield from value.directives
        for enum_value in each.values.values():
            yield from enum_value.directives


def _print_link(merging: Merging, spec: str, used: list[str]) -> str:
    """The link of a spec; what goes by another name than the default is imported."""
    version, is_security = _SPECS[spec]
    imports = [
        f'"@{directive}"' if name == directive else f'{{name: "@{directive}", as: "@{name}"}}'
        for directive in used
        if SPEC_OF_DIRECTIVE[directive] == _identity(spec)
        and (name := merging.spec_names[directive]) != _default_name(spec, directive)
    ]
    purpose = ", for: SECURITY" if is_security else ""
    imported = f", import: [{', '.join(imports)}]" if imports else ""
    return f'@link(url: "{_identity(spec)}/{version}"{imported}{purpose})'


def _default_name(spec: str, directive: str) -> str:
    return spec if directive == spec else f"{spec}__{directive}"


def _definitions(merging: Merging, spec: str, used: list[str]) -> Iterator[str]:
    federation_name, scalar = _SCALARS.get(spec, ("", ""))
    if scalar:
        yield f"scalar {scalar}"
    for directive, identity in SPEC_OF_DIRECTIVE.items():
        if identity == _identity(spec):
            name = _default_name(spec, directive)
            if directive in used:
                name = merging.spec_names[directive]
            text = FEDERATION_DIRECTIVES[directive].print_definition(name)
            yield text.replace(federation_name, scalar) if scalar else text
