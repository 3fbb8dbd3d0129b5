"""Checks that what clients can see does not need what is `@inaccessible`."""

from collections.abc import Iterable, Mapping, Sequence

from graphql import (
    ConstValueNode,
    DirectiveNode,
    EnumValueNode,
    ListValueNode,
    ObjectValueNode,
    parse_const_value,
)

from federation.compose.findings import Findings
from federation.supergraph.model import (
    InputValue,
    SupergraphField,
    SupergraphType,
    TypeKind,
)

Types = Mapping[str, SupergraphType]


def check_inaccessible(types: Types, directive: str, findings: Findings) -> None:
    """Note each visible element that depends on a hidden one.

    `directive` is what `@inaccessible` is called in the supergraph.
    """
    check = _InaccessibleCheck(types, directive, findings)
    for each in types.values():
        if not check.is_hidden(each.directives):
            check.check_type(each)
        elif each.name == "Query":
            check.error("QUERY_ROOT_TYPE_INACCESSIBLE", "Query", "it is the root of all queries")


class _InaccessibleCheck:
    def __init__(self, types: Types, directive: str, findings: Findings) -> None:
        self._types = types
        self._directive = directive
        self._findings = findings

    def is_hidden(self, directives: Sequence[DirectiveNode]) -> bool:
        """Whether an element with these directives is hidden from clients."""
        return any(node.name.value == self._directive for node in directives)

    def error(self, code: str, at: str, reason: str) -> None:
        """Note that a hidden element is needed."""
        self._findings.error(code, f'"{at}" is @inaccessible, but {reason}', at=at)

    def check_type(self, owner: SupergraphType) -> None:
        """Check a visible type: that something of it remains, and each visible part."""
        self._check_children(owner)
        for field in owner.fields.values():
            at = f"{owner.name}.{field.name}"
            self._check_implemented(owner, field)
            if not self.is_hidden(field.directives):
                self._check_reference(field.type, at)
                for argument in field.arguments.values():
                    self._check_input(argument, f"{at}({argument.name}:)")
        for value in owner.input_fields.values():
            self._check_input(value, f"{owner.name}.{value.name}")

    def _check_children(self, owner: SupergraphType) -> None:
        children: list[Sequence[DirectiveNode]] = [
            *(each.directives for each in owner.fields.values()),
            *(each.directives for each in owner.input_fields.values()),
            *(each.directives for each in owner.values.values()),
            *(self._types[name].directives for _, name in owner.members),
        ]
        if children and all(map(self.is_hidden, children)):
            self._findings.error(
                "ONLY_INACCESSIBLE_CHILDREN",
                f'"{owner.name}" is visible, but everything in it is @inaccessible',
                at=owner.name,
            )

    def _check_reference(self, type_text: str, at: str) -> None:
        name = type_text.strip("[]!")
        referenced = self._types.get(name)
        if referenced is not None and self.is_hidden(referenced.directives):
            self.error("REFERENCED_INACCESSIBLE", name, f'"{at}" refers to it')

    def _check_input(self, value: InputValue, at: str) -> None:
        if self.is_hidden(value.directives):
            if value.type.endswith("!") and value.default is None:
                self.error("REQUIRED_INACCESSIBLE", at, "it is required")
            return
        self._check_reference(value.type, at)
        if value.default is not None:
            default = parse_const_value(value.default, no_location=True)
            self._check_default(default, value.type.strip("[]!"), at)

    def _check_default(self, node: ConstValueNode, type_name: str, at: str) -> None:
        declared = self._types.get(type_name)
        if declared is None:
            return
        if isinstance(node, ListValueNode):
            for item in node.values:
                self._check_default(item, type_name, at)
        elif isinstance(node, EnumValueNode) and node.value in declared.values:
            hidden = self.is_hidden(declared.values[node.value].directives)
            self._check_used(hidden, f"{type_name}.{node.value}", at)
        elif isinstance(node, ObjectValueNode):
            for field in node.fields:
                name = field.name.value
                if name in declared.input_fields:
                    inner = declared.input_fields[name]
                    self._check_used(self.is_hidden(inner.directives), f"{type_name}.{name}", at)
                    self._check_default(field.value, inner.type.strip("[]!"), at)

    def _check_used(self, is_hidden: bool, used: str, at: str) -> None:
        if is_hidden:
            self.error("DEFAULT_VALUE_USES_INACCESSIBLE", used, f'the default of "{at}" uses it')

    def _check_implemented(self, owner: SupergraphType, field: SupergraphField) -> None:
        """What a visible interface promises cannot be hidden on the type that keeps it."""
        for interface in self._visible_interfaces(owner):
            promised = interface.fields.get(field.name)
            if promised is None or self.is_hidden(promised.directives):
                continue
            at = f"{owner.name}.{field.name}"
            if self.is_hidden(field.directives):
                self.error(
                    "IMPLEMENTED_BY_INACCESSIBLE",
                    at,
                    f'"{interface.name}.{field.name}" promises it',
                )
                continue
            for argument in field.arguments.values():
                promised_argument = promised.arguments.get(argument.name)
                if (
                    promised_argument is not None
                    and self.is_hidden(argument.directives)
                    and not self.is_hidden(promised_argument.directives)
                ):
                    self.error(
                        "IMPLEMENTED_BY_INACCESSIBLE",
                        f"{at}({argument.name}:)",
                        f'"{interface.name}.{field.name}" promises it',
                    )

    def _visible_interfaces(self, owner: SupergraphType) -> Iterable[SupergraphType]:
        for name in dict.fromkeys(interface for _, interface in owner.implements):
            interface = self._types.get(name)
            if (
                interface is not None
                and interface.kind is TypeKind.INTERFACE
                and not self.is_hidden(interface.directives)
            ):
                yield interface
