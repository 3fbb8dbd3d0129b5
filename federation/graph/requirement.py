"""Field sets of keys, requirements and provisions as values that planning can walk."""

from dataclasses import dataclass

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode, print_ast

from federation.vocabulary.field_set import parse_field_set


@dataclass(frozen=True, slots=True)
class RequiredField:
    """One field of a field set."""

    name: str
    arguments: str = ""
    selections: "FieldSet | None" = None


@dataclass(frozen=True, slots=True)
class FieldSet:
    """Fields, and fields for some object types only: `id ... on Book { isbn }`."""

    fields: tuple[RequiredField, ...] = ()
    variants: tuple[tuple[str, "FieldSet"], ...] = ()

    def find(self, name: str) -> RequiredField | None:
        """The field of that name, if it is in the set."""
        return next((each for each in self.fields if each.name == name), None)

    def within(self, type_name: str) -> "FieldSet":
        """What the set holds for one object type, its fragments opened."""
        opened = FieldSet(fields=self.fields)
        for name, variant in self.variants:
            if name == type_name:
                opened = opened.union(variant)
        return opened

    def union(self, other: "FieldSet") -> "FieldSet":
        """Everything of both."""
        fields = {(each.name, each.arguments): each for each in self.fields}
        for each in other.fields:
            mine = fields.get((each.name, each.arguments))
            selections = each.selections
            if mine is not None and mine.selections and selections:
                selections = mine.selections.union(selections)
            fields[each.name, each.arguments] = RequiredField(each.name, each.arguments, selections)
        variants = dict(self.variants)
        for name, variant in other.variants:
            variants[name] = variants[name].union(variant) if name in variants else variant
        return FieldSet(tuple(fields.values()), tuple(variants.items()))

    def __str__(self) -> str:
        parts = [
            f"{each.name}{each.arguments}"
            + (f" {{ {each.selections} }}" if each.selections else "")
            for each in self.fields
        ]
        parts += [f"... on {name} {{ {variant} }}" for name, variant in self.variants]
        return " ".join(parts)


EMPTY = FieldSet()


def read_field_set(text: str) -> FieldSet:
    """Parse the text of a field set.

    Raises:
        FieldSetError: the text is no field set.
    """
    return _read(parse_field_set(text))


def _read(node: SelectionSetNode) -> FieldSet:
    result = EMPTY
    for selection in node.selections:
        if isinstance(selection, FieldNode):
            nested = _read(selection.selection_set) if selection.selection_set else None
            arguments = ", ".join(print_ast(each) for each in selection.arguments or ())
            required = RequiredField(
                selection.name.value, f"({arguments})" if arguments else "", nested
            )
            result = result.union(FieldSet((required,)))
        elif isinstance(selection, InlineFragmentNode):
            nested = _read(selection.selection_set)
            if selection.type_condition is None:
                result = result.union(nested)
            else:
                variant = (selection.type_condition.name.value, nested)
                result = result.union(FieldSet(variants=(variant,)))
    return result
