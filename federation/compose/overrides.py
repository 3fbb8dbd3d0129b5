"""`@override`: which subgraph's field gives way to another's, and what speaks against it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation.compose.field_sets import FieldRoles
from federation.compose.findings import Findings
from federation.compose.subgraph import FieldDeclaration, SubgraphSchema, TypeDeclaration
from federation.supergraph.model import TypeKind

_LABEL = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*|percent\((\d{1,2}(\.\d{1,8})?|100)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Fields that give way: (subgraph, type, field) → label of the override, None for always."""

    labels: Mapping[tuple[str, str, str], str | None]

    def is_overridden(self, subgraph: str, owner: str, name: str) -> bool:
        """Whether the subgraph's field always gives way."""
        key = (subgraph, owner, name)
        return key in self.labels and self.labels[key] is None


def find_overrides(
    subgraphs: Sequence[SubgraphSchema], roles: Mapping[str, FieldRoles], findings: Findings
) -> Overrides:
    """All valid overrides; the others become errors."""
    by_name = {each.name: each for each in subgraphs}
    labels: dict[tuple[str, str, str], str | None] = {}
    for schema in subgraphs:
        for owner in schema.types.values():
            for field in owner.fields.values():
                applied = field.find("override")
                if applied is None:
                    continue
                source = str(applied.arguments.get("from", ""))
                check = _OverrideCheck(schema, by_name.get(source), owner, field, findings)
                label = applied.arguments.get("label")
                if check.passes(source, label, roles):
                    labels[source, owner.name, field.name] = label
    return Overrides(labels=labels)


class _OverrideCheck:
    def __init__(
        self,
        schema: SubgraphSchema,
        source: SubgraphSchema | None,
        owner: TypeDeclaration,
        field: FieldDeclaration,
        findings: Findings,
    ) -> None:
        self._schema = schema
        self._source = source
        self._owner = owner
        self._field = field
        self._findings = findings
        self._at = f"{owner.name}.{field.name}"

    def passes(self, source_name: str, label: str | None, roles: Mapping[str, FieldRoles]) -> bool:
        """Whether the override holds; what speaks against it is noted."""
        if self._owner.kind is TypeKind.INTERFACE:
            return self._refuse(
                "OVERRIDE_ON_INTERFACE", "@override cannot be used on an interface's field"
            )
        if source_name == self._schema.name:
            return self._refuse(
                "OVERRIDE_FROM_SELF_ERROR", "a subgraph cannot override its own field"
            )
        if label is not None and not _LABEL.fullmatch(label):
            self._refuse(
                "OVERRIDE_LABEL_INVALID",
                f'label "{label}" is neither a name nor percent(0) … percent(100)',
            )
        if roles[self._schema.name].is_external(self._owner.name, self._field):
            return self._refuse(
                "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
                "an @external field cannot override",
            )
        return self._source_gives_way(source_name, roles)

    def _source_gives_way(self, source_name: str, roles: Mapping[str, FieldRoles]) -> bool:
        if self._source is None:
            self._hint("FROM_SUBGRAPH_DOES_NOT_EXIST", f'there is no subgraph "{source_name}"')
            return False
        overridden = self._source.types.get(self._owner.name)
        field = overridden.fields.get(self._field.name) if overridden else None
        if field is None and self._is_abstracted(self._source):
            return self._refuse(
                "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
                f'"{source_name}" has the field on an @interfaceObject',
            )
        if field is None or overridden is None:
            self._hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", f'"{source_name}" lacks it')
            return False
        if overridden.is_interface_object or self._owner.is_interface_object:
            return self._refuse(
                "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
                "@override cannot be used with @interfaceObject",
            )
        if field.has("override"):
            return self._refuse(
                "OVERRIDE_SOURCE_HAS_OVERRIDE",
                f'the field in "{source_name}" is marked @override itself',
            )
        if roles[source_name].is_external(overridden.name, field):
            self._hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", f'@external in "{source_name}"')
            return False
        for name in ("provides", "requires"):
            if field.has(name):
                return self._refuse(
                    "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
                    f'the field in "{source_name}" is marked @{name}',
                )
        return True

    def _is_abstracted(self, source: SubgraphSchema) -> bool:
        """Whether the source resolves the field for an interface as a whole."""
        return any(
            source.types[interface].is_interface_object
            and self._field.name in source.types[interface].fields
            for interface in self._owner.interfaces
            if interface in source.types
        )

    def _refuse(self, code: str, reason: str) -> bool:
        self._findings.error(
            code, f'"{self._at}": {reason}', subgraphs=[self._schema.name], at=self._at
        )
        return False

    def _hint(self, code: str, reason: str) -> None:
        self._findings.hint(
            code, f'"{self._at}": {reason}', subgraphs=[self._schema.name], at=self._at
        )
