"""The directives of Federation 1 and 2.0–2.11: names, since when, and their definitions."""

from dataclasses import dataclass

Version = tuple[int, int]

FEDERATION_IDENTITY = "https://specs.apollo.dev/federation"
FEDERATION_ONE: Version = (1, 0)
FEDERATION_VERSION_MAX: Version = (2, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class FederationDirective:
    """One directive that a subgraph may apply."""

    name: str
    since: Version
    arguments: str
    locations: str
    is_repeatable: bool = False

    def print_definition(self, name: str) -> str:
        """The definition under the name it has in one subgraph."""
        repeatable = " repeatable" if self.is_repeatable else ""
        return f"directive @{name}{self.arguments}{repeatable} on {self.locations}"


_FIELDS = "(fields: federation__FieldSet!)"
_ANYWHERE = (
    "FIELD_DEFINITION | INTERFACE | OBJECT | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM"
    " | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_GUARDED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"

_TABLE: tuple[tuple[str, Version, str, str, bool], ...] = (
    (
        "key",
        (1, 0),
        "(fields: federation__FieldSet!, resolvable: Boolean = true)",
        "OBJECT | INTERFACE",
        True,
    ),
    ("requires", (1, 0), _FIELDS, "FIELD_DEFINITION", False),
    ("provides", (1, 0), _FIELDS, "FIELD_DEFINITION", False),
    ("external", (1, 0), "(reason: String)", "OBJECT | FIELD_DEFINITION", False),
    ("extends", (1, 0), "", "OBJECT | INTERFACE", False),
    ("tag", (1, 0), "(name: String!)", f"{_ANYWHERE} | SCHEMA", True),
    ("shareable", (2, 0), "", "OBJECT | FIELD_DEFINITION", True),
    ("inaccessible", (2, 0), "", _ANYWHERE, False),
    (
        "override",
        (2, 0),
        "(from: String!, label: String)",
        "FIELD_DEFINITION",
        False,
    ),
    ("composeDirective", (2, 1), "(name: String)", "SCHEMA", True),
    ("interfaceObject", (2, 3), "", "OBJECT", False),
    ("authenticated", (2, 5), "", _GUARDED, False),
    (
        "requiresScopes",
        (2, 5),
        "(scopes: [[federation__Scope!]!]!)",
        _GUARDED,
        False,
    ),
    ("policy", (2, 6), "(policies: [[federation__Policy!]!]!)", _GUARDED, False),
    ("context", (2, 8), "(name: String!)", "INTERFACE | OBJECT | UNION", True),
    (
        "fromContext",
        (2, 8),
        "(field: federation__ContextFieldValue)",
        "ARGUMENT_DEFINITION",
        False,
    ),
    (
        "cost",
        (2, 9),
        "(weight: Int!)",
        "ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
        False,
    ),
    (
        "listSize",
        (2, 9),
        "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
        " requireOneSlicingArgument: Boolean = true)",
        "FIELD_DEFINITION",
        False,
    ),
)

FEDERATION_DIRECTIVES = {
    name: FederationDirective(
        name=name,
        since=since,
        arguments=arguments,
        locations=locations,
        is_repeatable=is_repeatable,
    )
    for name, since, arguments, locations, is_repeatable in _TABLE
}

FEDERATION_SCALARS = ("FieldSet", "Scope", "Policy", "ContextFieldValue", "Any")
"""Scalars of the spec; in a subgraph they may be imported or carry the namespace."""


def directives_of(version: Version) -> dict[str, FederationDirective]:
    """What a subgraph of this version may apply."""
    return {
        name: directive
        for name, directive in FEDERATION_DIRECTIVES.items()
        if directive.since <= version
    }


SPEC_OF_DIRECTIVE = {
    "tag": "https://specs.apollo.dev/tag",
    "inaccessible": "https://specs.apollo.dev/inaccessible",
    "authenticated": "https://specs.apollo.dev/authenticated",
    "requiresScopes": "https://specs.apollo.dev/requiresScopes",
    "policy": "https://specs.apollo.dev/policy",
    "context": "https://specs.apollo.dev/context",
    "fromContext": "https://specs.apollo.dev/context",
    "cost": "https://specs.apollo.dev/cost",
    "listSize": "https://specs.apollo.dev/cost",
}
"""Directives with a spec of their own, which subgraphs and supergraphs may link directly."""
