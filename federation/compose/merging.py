"""What all merging steps share: the subgraphs in order, their field roles, the findings."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from federation.compose.field_sets import FieldRoles
from federation.compose.findings import Findings
from federation.compose.overrides import Overrides
from federation.compose.subgraph import (
    Element,
    FieldDeclaration,
    SubgraphSchema,
    TypeDeclaration,
)

Sources = Mapping[str, TypeDeclaration]
"""Subgraph → its declaration of the type that is being merged."""


class Merging:
    """The state of one composition while it merges."""

    def __init__(
        self,
        subgraphs: Sequence[SubgraphSchema],
        roles: Mapping[str, FieldRoles],
        overrides: Overrides,
        spec_names: Mapping[str, str],
        findings: Findings,
    ) -> None:
        self.subgraphs = {each.name: each for each in subgraphs}
        self.roles = roles
        self.overrides = overrides
        self.spec_names = spec_names
        self.findings = findings

    def sources(self, type_name: str) -> dict[str, TypeDeclaration]:
        """Every subgraph that declares the type, in order."""
        return {
            name: schema.types[type_name]
            for name, schema in self.subgraphs.items()
            if type_name in schema.types
        }

    @cached_property
    def _supertypes(self) -> dict[str, set[str]]:
        supertypes: dict[str, set[str]] = {}
        for schema in self.subgraphs.values():
            for declared in schema.types.values():
                supertypes.setdefault(declared.name, set()).update(declared.interfaces)
                for member in declared.members:
                    supertypes.setdefault(member, set()).add(declared.name)
        return supertypes

    def is_subtype(self, name: str, of: str) -> bool:
        """Whether `name` implements or is a member of `of` in any subgraph."""
        return of in self._supertypes.get(name, ())

    def interfaces_of(self, type_name: str) -> list[str]:
        """Interfaces a type implements in any subgraph, in order of first mention."""
        return list(
            dict.fromkeys(
                interface
                for declared in self.sources(type_name).values()
                for interface in declared.interfaces
            )
        )

    def interface_object_fields(
        self, type_name: str, field_name: str
    ) -> dict[str, FieldDeclaration]:
        """Subgraphs that resolve an object's field through an interface object."""
        found: dict[str, FieldDeclaration] = {}
        for interface in self.interfaces_of(type_name):
            for subgraph, declared in self.sources(interface).items():
                field = declared.fields.get(field_name)
                if declared.is_interface_object and field is not None:
                    found[subgraph] = field
        return found


def merge_descriptions(elements: Iterable[Element]) -> str | None:
    """The description most subgraphs agree on; the first of equals."""
    counts = Counter(each.description for each in elements if each.description)
    return counts.most_common(1)[0][0] if counts else None
