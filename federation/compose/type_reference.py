"""References to types, such as `[Track!]`, as values that can be compared and merged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from graphql import ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode


@dataclass(frozen=True, slots=True)
class TypeReference:
    """A named type or a list, required or not."""

    name: str
    """The innermost type."""
    item: "TypeReference | None" = None
    """What a list holds; None for a named type."""
    is_required: bool = False

    def __str__(self) -> str:
        """Print the type as in GraphQL."""
        text = self.name if self.item is None else f"[{self.item}]"
        return f"{text}!" if self.is_required else text

    @property
    def nullable(self) -> "TypeReference":
        """The same without the outer `!`."""
        return replace(self, is_required=False)


def read_type(node: TypeNode, renames: Mapping[str, str]) -> TypeReference:
    """The reference that a syntax node spells, with some types under another name."""
    if isinstance(node, NonNullTypeNode):
        return replace(read_type(node.type, renames), is_required=True)
    if isinstance(node, ListTypeNode):
        item = read_type(node.type, renames)
        return TypeReference(item.name, item)
    assert isinstance(node, NamedTypeNode), "there are three kinds of type nodes"
    return TypeReference(renames.get(node.name.value, node.name.value))


IsSubtype = Callable[[str, str], bool]
"""Whether the first named type may stand where the second is expected."""


def merge_output_types(
    left: TypeReference, right: TypeReference, is_subtype: IsSubtype
) -> TypeReference | None:
    """The narrowest type that covers both: nullable wins, the abstract type wins."""
    is_required = left.is_required and right.is_required
    if left.item is not None and right.item is not None:
        item = merge_output_types(left.item, right.item, is_subtype)
        return item and TypeReference(item.name, item, is_required)
    if left.item is not None or right.item is not None:
        return None
    if left.name == right.name or is_subtype(right.name, left.name):
        return TypeReference(left.name, None, is_required)
    if is_subtype(left.name, right.name):
        return TypeReference(right.name, None, is_required)
    return None


def merge_input_types(left: TypeReference, right: TypeReference) -> TypeReference | None:
    """The widest type that both accept: required wins."""
    is_required = left.is_required or right.is_required
    if left.item is not None and right.item is not None:
        item = merge_input_types(left.item, right.item)
        return item and TypeReference(item.name, item, is_required)
    if left.item is not None or right.item is not None or left.name != right.name:
        return None
    return TypeReference(left.name, None, is_required)
