"""`@composeDirective`: directives of other specs that the supergraph carries along."""

from collections.abc import Iterator
from dataclasses import dataclass

from federation.compose.merge_definitions import print_declaration
from federation.compose.merging import Merging
from federation.compose.subgraph import SubgraphSchema
from federation.vocabulary.link import Link


@dataclass(frozen=True, slots=True)
class ComposedDirectives:
    """Their links and definitions, as SDL."""

    links: tuple[str, ...]
    definitions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    """One subgraph's wish to carry one directive along."""

    schema: SubgraphSchema
    link: Link
    element: str
    """What the directive's own spec calls it."""
    name: str


def merge_composed_directives(merging: Merging) -> ComposedDirectives:
    """One link for each spec, at its newest version, and one definition for each directive."""
    uses: dict[str, list[_Use]] = {}
    for schema in merging.subgraphs.values():
        for use in _find_uses(merging, schema):
            uses.setdefault(use.link.identity, []).append(use)
    links, definitions = list[str](), dict[str, str]()
    for identity, of_spec in uses.items():
        if not _agree(merging, identity, of_spec):
            continue
        of_spec.sort(key=lambda use: use.link.version or (0, 0), reverse=True)
        _check_newest(merging, of_spec)
        links.append(_print_link(of_spec))
        for use in of_spec:
            declared = use.schema.directive_definitions[use.name]
            definitions.setdefault(use.name, print_declaration(declared))
    return ComposedDirectives(tuple(links), tuple(definitions.values()))


def _find_uses(merging: Merging, schema: SubgraphSchema) -> Iterator[_Use]:
    for applied in schema.directives:
        if not applied.is_federation or applied.name != "composeDirective":
            continue
        given = str(applied.arguments.get("name", ""))
        name = given.removeprefix("@")
        found = _find_link(schema, name)
        if not given.startswith("@"):
            _refuse(merging, schema, given, "its name must begin with @")
        elif name in schema.names.canonical:
            _refuse(merging, schema, given, "it is a federation directive")
        elif name not in schema.directive_definitions:
            _refuse(merging, schema, given, "the subgraph does not define it")
        elif found is None:
            _refuse(merging, schema, given, "no @link says which spec it belongs to")
        else:
            yield _Use(schema, *found, name)


def _refuse(merging: Merging, schema: SubgraphSchema, name: str, reason: str) -> None:
    merging.findings.error(
        "DIRECTIVE_COMPOSITION_ERROR",
        f'"{name}" cannot be composed: {reason}',
        subgraphs=[schema.name],
    )


def _find_link(schema: SubgraphSchema, name: str) -> tuple[Link, str] | None:
    """The link that brings a directive in, and the directive's name in that spec."""
    for link in schema.links:
        for element, local in link.imports.items():
            if local == f"@{name}":
                return link, element[1:]
        if name == link.namespace:
            return link, link.name
        if name.startswith(f"{link.namespace}__"):
            return link, name.removeprefix(f"{link.namespace}__")
    return None


def _agree(merging: Merging, identity: str, uses: list[_Use]) -> bool:
    """Subgraphs must use one major version, and one name for each directive."""
    majors = {(use.link.version or (0, 0))[0] for use in uses}
    names = {(use.element, use.name) for use in uses}
    if len(majors) == 1 and len(names) == len({element for element, _ in names}):
        return True
    reason = "major versions" if len(majors) > 1 else "names"
    merging.findings.error(
        "DIRECTIVE_COMPOSITION_ERROR",
        f'"{identity}" is used under different {reason}',
        subgraphs=[use.schema.name for use in uses],
    )
    return False


def _check_newest(merging: Merging, uses: list[_Use]) -> None:
    """The subgraph with the newest version must know every directive of the spec."""
    newest = uses[0].schema
    for use in uses:
        if use.name not in newest.directive_definitions:
            _refuse(merging, newest, f"@{use.name}", "the newest version does not define it")


def _print_link(uses: list[_Use]) -> str:
    imports = dict.fromkeys(
        f'"@{use.name}"'
        if use.element == use.name
        else f'{{name: "@{use.element}", as: "@{use.name}"}}'
        for use in sorted(uses, key=lambda use: use.element)
    )
    return f'@link(url: "{uses[0].link.url}", import: [{", ".join(imports)}])'
