"""Composes subgraphs into a supergraph; this is the table of contents of composition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation.compose.check_extensions import check_extensions
from federation.compose.check_guards import check_guards
from federation.compose.check_inaccessible import check_inaccessible
from federation.compose.check_sharing import check_sharing
from federation.compose.check_subgraph import check_subgraph
from federation.compose.check_supergraph import check_printed, check_promises, check_supergraph
from federation.compose.field_sets import FieldRoles
from federation.compose.find_hints import find_hints
from federation.compose.findings import Findings
from federation.compose.hints import Hint
from federation.compose.interface_objects import add_interface_object_fields
from federation.compose.merge_enums import find_enum_usage
from federation.compose.merge_specs import merge_specs
from federation.compose.merge_types import merge_types
from federation.compose.merging import Merging
from federation.compose.overrides import find_overrides
from federation.compose.read_subgraph import read_subgraph
from federation.compose.satisfiability import check_satisfiability
from federation.compose.spec_names import find_spec_names
from federation.compose.spread_guards import spread_guards
from federation.compose.subgraph import SubgraphSchema, SubgraphSource
from federation.compose.upgrade_federation_one import upgrade_federation_one
from federation.limits import SUBGRAPHS_MAX
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.model import Subgraph, Supergraph
from federation.supergraph.printer import print_supergraph

__all__ = ["Composed", "SubgraphSource", "compose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What composition yields: the supergraph as values and as text, and remarks."""

    supergraph: Supergraph
    sdl: str
    hints: tuple[Hint, ...] = ()


def compose(subgraphs: Sequence[SubgraphSource]) -> Composed:
    """Compose subgraphs; their order does not matter.

    Raises:
        CompositionErrors: every reason found why they do not compose.
    """
    findings = Findings()
    _check_number(len(subgraphs), findings)
    findings.raise_errors()

    schemas = _read(subgraphs, findings)
    _check_each(schemas, findings, is_federation_one=False)
    findings.raise_errors()

    check_extensions(schemas, findings)
    schemas = upgrade_federation_one(schemas, findings)
    findings.raise_errors()
    _check_each(schemas, findings, is_federation_one=True)
    findings.raise_errors()

    spec_names = find_spec_names(schemas, findings)
    supergraph = _merge(schemas, spec_names, findings)
    findings.raise_errors()

    sdl = print_supergraph(supergraph)
    check_printed(sdl, findings)
    findings.raise_errors()
    check_satisfiability(supergraph, build_api_schema(sdl), spec_names["context"], findings)
    findings.raise_errors()

    return Composed(
        supergraph=supergraph,
        sdl=sdl,
        hints=tuple(findings.hints),
    )


def _check_number(number: int, findings: Findings) -> None:
    if number == 0:
        findings.error("NO_QUERIES", "There is no subgraph to compose")
    elif number > SUBGRAPHS_MAX:
        findings.error("UNSUPPORTED_FEATURE", f"{number} subgraphs are more than {SUBGRAPHS_MAX}")


def _read(subgraphs: Sequence[SubgraphSource], findings: Findings) -> list[SubgraphSchema]:
    ordered = sorted(subgraphs, key=lambda source: source.name)
    _check_names([source.name for source in ordered], findings)
    schemas = (read_subgraph(source, findings) for source in ordered)
    return [schema for schema in schemas if schema is not None]


def _check_each(
    schemas: Sequence[SubgraphSchema], findings: Findings, *, is_federation_one: bool
) -> None:
    """Those of Federation 1 can be checked only once they are upgraded."""
    for schema in schemas:
        if schema.is_federation_one == is_federation_one:
            check_subgraph(schema, findings)


def _check_names(names: Sequence[str], findings: Findings) -> None:
    for name in names:
        if name in {"", "_"} or names.count(name) > 1:
            findings.error(
                "INVALID_SUBGRAPH_NAME",
                f'"{name}" is no name for a subgraph: it is reserved or not the only one',
                subgraphs=[name],
            )


def _merge(
    schemas: Sequence[SubgraphSchema], spec_names: Mapping[str, str], findings: Findings
) -> Supergraph:
    roles = {schema.name: FieldRoles(schema) for schema in schemas}
    overrides = find_overrides(schemas, roles, findings)
    merging = Merging(schemas, roles, overrides, spec_names, findings)
    merged = merge_types(merging)
    check_sharing(merging)
    types = spread_guards(merging, add_interface_object_fields(merging, merged))
    check_supergraph(merging, types)
    if not findings.errors:  # they would only repeat what is wrong already
        check_promises(merging, types)
        check_guards(merging, types)
        check_inaccessible(types, merging.spec_names["inaccessible"], findings)
        find_hints(merging, merged, find_enum_usage(merged.values()))
    specs = merge_specs(merging, types)
    return Supergraph(
        subgraphs={schema.name: Subgraph(name=schema.name, url=schema.url) for schema in schemas},
        types=types,
        directive_definitions=specs.definitions,
        links=specs.links,
    )
