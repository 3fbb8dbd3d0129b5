"""Checks one subgraph by itself: everything that needs no other subgraph to be seen."""

from federation.compose.check_contexts import check_contexts
from federation.compose.check_cost import check_cost
from federation.compose.check_field_sets import check_field_sets
from federation.compose.field_sets import Coordinate, FieldRoles, selection_of
from federation.compose.findings import Findings
from federation.compose.merge_directives import GUARDS
from federation.compose.subgraph import (
    Element,
    FieldDeclaration,
    SubgraphSchema,
    TypeDeclaration,
)
from federation.supergraph.model import TypeKind
from federation.vocabulary.field_set import print_field_set

_MERGED = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy")


def check_subgraph(schema: SubgraphSchema, findings: Findings) -> None:
    """Note everything that is wrong in one subgraph."""
    roles = FieldRoles(schema)
    check_field_sets(schema, roles, findings)
    check_cost(schema, findings)
    check_contexts(schema, findings)
    check = _SubgraphCheck(schema, roles, findings)
    for owner in schema.types.values():
        check.check_type(owner)


class _SubgraphCheck:
    def __init__(self, schema: SubgraphSchema, roles: FieldRoles, findings: Findings) -> None:
        self._schema = schema
        self._roles = roles
        self._findings = findings

    def check_type(self, owner: TypeDeclaration) -> None:
        if owner.has("interfaceObject") and not owner.has("key"):
            self._error(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f'"{owner.name}" is an @interfaceObject, so it needs a @key',
                owner.name,
            )
        if owner.kind is TypeKind.INTERFACE or owner.is_interface_object:
            self._check_guards(owner, owner.name)
        if owner.kind is TypeKind.INTERFACE:
            self._check_interface(owner)
        for field in owner.fields.values():
            self._check_external(owner, field)
            self._check_shareable(owner, field)

    def _error(self, code: str, message: str, at: str) -> None:
        self._findings.error(code, message, subgraphs=[self._schema.name], at=at)

    def _check_guards(self, element: Element, at: str) -> None:
        for name in GUARDS:
            if element.has(name):
                self._error(
                    "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
                    f'"{at}": @{name} belongs on objects; interfaces take it from them',
                    at,
                )

    def _check_interface(self, owner: TypeDeclaration) -> None:
        for field in owner.fields.values():
            self._check_guards(field, f"{owner.name}.{field.name}")
            if field.has("external"):
                self._error(
                    "EXTERNAL_ON_INTERFACE",
                    f'"{owner.name}.{field.name}": fields of interfaces are never resolved,'
                    " so they cannot be @external",
                    f"{owner.name}.{field.name}",
                )
        for implementation in self._schema.implementations(owner.name):
            self._check_keys_of(owner, implementation)

    def _check_keys_of(self, interface: TypeDeclaration, implementation: TypeDeclaration) -> None:
        """Each key of an interface is a key of all its implementations, as resolvable."""
        resolvable = self._keys(implementation)
        for key, is_resolvable in self._keys(interface).items():
            if key not in resolvable or (is_resolvable and not resolvable[key]):
                self._error(
                    "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
                    f'Key "{" ".join(sorted(key))}" of interface "{interface.name}" is no'
                    f' (resolvable) key of "{implementation.name}"',
                    interface.name,
                )

    def _keys(self, owner: TypeDeclaration) -> dict[frozenset[str], bool]:
        """Keys as sets of selections, so that the order of fields does not count."""
        keys: dict[frozenset[str], bool] = {}
        for applied in owner.applied("key"):
            selections = selection_of(applied)
            if selections is not None:
                key = frozenset(
                    print_field_set(type(selections)(selections=(each,)))
                    for each in selections.selections
                )
                is_resolvable = applied.arguments.get("resolvable", True) is not False
                keys[key] = keys.get(key, False) or is_resolvable
        return keys

    def _check_external(self, owner: TypeDeclaration, field: FieldDeclaration) -> None:
        coordinate: Coordinate = (owner.name, field.name)
        if not field.has("external"):
            return
        if not self._roles.is_used(*coordinate):
            self._error(
                "EXTERNAL_UNUSED",
                f'"{owner.name}.{field.name}" is @external, but no @key, @requires,'
                " @provides or interface uses it",
                f"{owner.name}.{field.name}",
            )
        for name in _MERGED:
            if field.has(name) and self._roles.is_external(owner.name, field):
                self._error(
                    "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                    f'"{owner.name}.{field.name}": @{name} belongs where the field is'
                    " resolved, not where it is @external",
                    f"{owner.name}.{field.name}",
                )

    def _check_shareable(self, owner: TypeDeclaration, field: FieldDeclaration) -> None:
        if not field.has("shareable"):
            return
        if owner.kind is TypeKind.INTERFACE:
            reason = "only fields of objects can be @shareable"
            code = "INVALID_SHAREABLE_USAGE"
        elif owner.name == "Subscription":
            reason = "a subscription has one source, so it cannot be @shareable"
            code = "INVALID_FIELD_SHARING"
        else:
            return
        self._error(
            code,
            f'"{owner.name}.{field.name}": {reason}',
            f"{owner.name}.{field.name}",
        )
