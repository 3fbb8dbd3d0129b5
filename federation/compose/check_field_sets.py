"""Checks the field sets of `@key`, `@requires` and `@provides` in one subgraph."""

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from federation.compose.field_sets import FieldRoles
from federation.compose.findings import Findings
from federation.compose.subgraph import (
    Applied,
    FieldDeclaration,
    SubgraphSchema,
    TypeDeclaration,
)
from federation.supergraph.model import TypeKind
from federation.vocabulary.directives import Version
from federation.vocabulary.field_set import FieldSetError, parse_field_set

_INTERFACE_KEYS_SINCE: Version = (2, 3)
_COMPOSITE = frozenset({TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION})
_ABSTRACT = frozenset({TypeKind.INTERFACE, TypeKind.UNION})


def check_field_sets(schema: SubgraphSchema, roles: FieldRoles, findings: Findings) -> None:
    """Note what is wrong with any field set."""
    for owner in schema.types.values():
        for key in owner.applied("key"):
            if _check_place_of_key(schema, owner, findings):
                _FieldSetCheck(schema, roles, key, owner.name, findings).check(owner.name)
        for field in owner.fields.values():
            _check_field(schema, roles, owner, field, findings)


def _check_place_of_key(schema: SubgraphSchema, owner: TypeDeclaration, findings: Findings) -> bool:
    if owner.kind is TypeKind.INTERFACE and schema.names.version < _INTERFACE_KEYS_SINCE:
        findings.error(
            "KEY_UNSUPPORTED_ON_INTERFACE",
            f'@key on interface "{owner.name}" needs Federation 2.3',
            subgraphs=[schema.name],
            at=owner.name,
        )
        return False
    return True


def _check_field(
    schema: SubgraphSchema,
    roles: FieldRoles,
    owner: TypeDeclaration,
    field: FieldDeclaration,
    findings: Findings,
) -> None:
    at = f"{owner.name}.{field.name}"
    for name in ("requires", "provides"):
        for applied in field.applied(name):
            if owner.kind is TypeKind.INTERFACE:
                findings.error(
                    f"{name.upper()}_UNSUPPORTED_ON_INTERFACE",
                    f'"{at}": @{name} is not supported on fields of interfaces',
                    subgraphs=[schema.name],
                    at=at,
                )
            parent = owner.name if name == "requires" else field.type.name
            target = schema.types.get(parent)
            if target is None or target.kind not in _COMPOSITE:
                findings.error(
                    "PROVIDES_ON_NON_OBJECT_FIELD",
                    f'"{at}": {field.type} has no fields to provide',
                    subgraphs=[schema.name],
                    at=at,
                )
                continue
            _FieldSetCheck(schema, roles, applied, at, findings).check(parent)


class _FieldSetCheck:
    """One field set: that it parses, fits the types, and is made of the right fields."""

    def __init__(
        self,
        schema: SubgraphSchema,
        roles: FieldRoles,
        applied: Applied,
        at: str,
        findings: Findings,
    ) -> None:
        self._schema = schema
        self._roles = roles
        self._directive = applied.name
        self._fields = applied.arguments.get("fields")
        self._at = at
        self._findings = findings

    def check(self, parent: str) -> None:
        if not isinstance(self._fields, str):
            self._error("INVALID_FIELDS_TYPE", "the fields must be given as one string")
            return
        try:
            selections = parse_field_set(self._fields)
        except FieldSetError as fault:
            self._error("INVALID_FIELDS", str(fault))
            return
        self._check_selections(parent, selections, is_below_external=False)

    def _error(self, code: str, reason: str) -> None:
        self._findings.error(
            f"{self._directive.upper()}_{code}",
            f'"{self._at}" @{self._directive}(fields: {self._fields!r}): {reason}',
            subgraphs=[self._schema.name],
            at=self._at,
        )

    def _check_selections(
        self, parent: str, selections: SelectionSetNode, *, is_below_external: bool
    ) -> None:
        for selection in selections.selections:
            if selection.directives:
                self._error("DIRECTIVE_IN_FIELDS_ARG", "it has a directive")
            if isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = condition.name.value if condition else parent
                if inner not in self._schema.types:
                    self._error("INVALID_FIELDS", f'there is no type "{inner}"')
                    continue
                self._check_selections(
                    inner, selection.selection_set, is_below_external=is_below_external
                )
            elif isinstance(selection, FieldNode) and selection.name.value != "__typename":
                self._check_selection(parent, selection, is_below_external)

    def _check_selection(self, parent: str, node: FieldNode, is_below_external: bool) -> None:
        declared = self._schema.types[parent].fields.get(node.name.value)
        if declared is None:
            self._error("INVALID_FIELDS", f'"{parent}" has no field "{node.name.value}" here')
            return
        self._check_arguments(parent, declared, node)
        target = self._schema.types.get(declared.type.name)
        is_composite = target is not None and target.kind in _COMPOSITE
        if self._directive == "key" and target is not None and target.kind in _ABSTRACT:
            self._error(
                "FIELDS_SELECT_INVALID_TYPE",
                f'"{parent}.{declared.name}" is {declared.type}: a key cannot hold a list,'
                " an interface or a union",
            )
            return
        if is_composite != (node.selection_set is not None):
            self._error(
                "INVALID_FIELDS",
                f'"{parent}.{declared.name}" is {declared.type}, which'
                f" {'needs' if is_composite else 'cannot have'} a selection",
            )
            return
        is_external = is_below_external or self._roles.is_external(parent, declared)
        if node.selection_set is not None:
            self._check_selections(
                declared.type.name,
                node.selection_set,
                is_below_external=is_external or self._is_external_below(parent, declared),
            )
        elif self._directive != "key" and not is_external:
            self._error(
                "FIELDS_MISSING_EXTERNAL",
                f'"{parent}.{declared.name}" should be marked @external',
            )

    def _check_arguments(self, parent: str, declared: FieldDeclaration, node: FieldNode) -> None:
        if self._directive != "requires" and declared.arguments:
            self._error("FIELDS_HAS_ARGS", f'"{parent}.{declared.name}" has arguments')
            return
        given = {argument.name.value for argument in node.arguments or ()}
        unknown = given - set(declared.arguments)
        missing = {name for name, each in declared.arguments.items() if each.is_required} - given
        for name in sorted(unknown | missing):
            problem = "unknown" if name in unknown else "missing"
            self._error(
                "INVALID_FIELDS", f'"{parent}.{declared.name}": argument "{name}" is {problem}'
            )

    def _is_external_below(self, parent: str, declared: FieldDeclaration) -> bool:
        """On an interface: whether the field is external in any implementation."""
        return any(
            self._roles.is_external(each.name, each.fields[declared.name])
            for each in self._schema.implementations(parent)
            if declared.name in each.fields
        )
