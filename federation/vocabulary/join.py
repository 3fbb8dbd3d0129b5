"""The join and link specs: names of subgraphs in `join__Graph`, and the definitions."""

import re
from collections.abc import Iterable

LINK_URL = "https://specs.apollo.dev/link/v1.0"
JOIN_URL = "https://specs.apollo.dev/join/v0.5"


def graph_names(subgraphs: Iterable[str]) -> dict[str, str]:
    """Subgraph → value of `join__Graph`; two that would be spelled alike get a number."""
    spelled: dict[str, list[str]] = {}
    for subgraph in subgraphs:
        spelled.setdefault(graph_name(subgraph), []).append(subgraph)
    return {
        subgraph: value if len(alike) == 1 else f"{value}_{position}"
        for value, alike in spelled.items()
        for position, subgraph in enumerate(alike, start=1)
    }


def graph_name(subgraph: str) -> str:
    """A GraphQL name for any subgraph name; never ends like a numbered one."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", subgraph)
    if re.match(r"\d", name):
        name = f"_{name}"
    if re.search(r"_\d+$", name):
        name = f"{name}_"
    return name.upper()


LINK_DEFINITIONS = (
    "directive @link(url: String, as: String, for: link__Purpose, import: [link__Import])"
    " repeatable on SCHEMA",
)
JOIN_DEFINITIONS = (
    "directive @join__directive(graphs: [join__Graph!], name: String!,"
    " args: join__DirectiveArguments)"
    " repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION",
    "directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE",
    "directive @join__field(graph: join__Graph, requires: join__FieldSet,"
    " provides: join__FieldSet, type: String, external: Boolean, override: String,"
    " usedOverridden: Boolean, overrideLabel: String,"
    " contextArguments: [join__ContextArgument!])"
    " repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION",
    "directive @join__graph(name: String!, url: String!) on ENUM_VALUE",
    "directive @join__implements(graph: join__Graph!, interface: String!)"
    " repeatable on OBJECT | INTERFACE",
    "directive @join__type(graph: join__Graph!, key: join__FieldSet,"
    " extension: Boolean! = false, resolvable: Boolean! = true,"
    " isInterfaceObject: Boolean! = false)"
    " repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR",
    "directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION",
)
SPEC_TYPES = (
    "input join__ContextArgument {\n  name: String!\n  type: String!\n  context: String!\n"
    "  selection: join__FieldValue!\n}",
    "scalar join__DirectiveArguments",
    "scalar join__FieldSet",
    "scalar join__FieldValue",
    "scalar link__Import",
    'enum link__Purpose {\n  """Metadata needed to resolve fields securely."""\n  SECURITY\n\n'
    '  """Metadata needed to execute operations."""\n  EXECUTION\n}',
)
