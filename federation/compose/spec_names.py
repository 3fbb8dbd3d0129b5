"""What the directives of the specs are called in the supergraph."""

from collections.abc import Iterable, Mapping, Sequence

from federation.compose.findings import Findings
from federation.compose.subgraph import Element, SubgraphSchema

CARRIED = (
    "inaccessible",
    "tag",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
    "context",
)
"""Federation directives that the supergraph repeats; the others become join directives."""


def find_spec_names(schemas: Sequence[SubgraphSchema], findings: Findings) -> Mapping[str, str]:
    """Directive → its name in the supergraph: what all subgraphs that apply it call it."""
    applied = {schema.name: set(_applied(schema)) for schema in schemas}
    names: dict[str, str] = {}
    for directive in CARRIED:
        spelled = {
            schema.name: schema.names.local[directive]
            for schema in schemas
            if directive in applied[schema.name]
        }
        distinct = set(spelled.values())
        if len(distinct) > 1:
            told = ", ".join(f'@{name} in "{subgraph}"' for subgraph, name in spelled.items())
            findings.error(
                "LINK_IMPORT_NAME_MISMATCH",
                f'"@{directive}" goes by several names: {told}',
                subgraphs=list(spelled),
            )
        names[directive] = min(distinct, default=directive)
    return names


def _applied(schema: SubgraphSchema) -> Iterable[str]:
    for element in _elements(schema):
        for each in element.directives:
            if each.is_federation:
                yield each.name
    for each in schema.directives:
        if each.is_federation:
            yield each.name


def _elements(schema: SubgraphSchema) -> Iterable[Element]:
    for owner in schema.types.values():
        yield owner
        yield from owner.inputs.values()
        yield from owner.values.values()
        for field in owner.fields.values():
            yield field
            yield from field.arguments.values()
