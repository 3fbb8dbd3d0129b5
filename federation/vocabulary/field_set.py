"""Field sets: `id owner { id }` as selections, and back to one line of text."""

from collections.abc import Iterator

from graphql import (
    FieldNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    print_ast,
)

from federation.limits import FIELD_SET_DEPTH_MAX


class FieldSetError(Exception):
    """Text that is not a field set."""


def parse_field_set(text: str) -> SelectionSetNode:
    """Parse the text of `fields:`; outer braces may be there or not.

    Raises:
        FieldSetError: the text is empty, no selection, or nests too deep.
    """
    stripped = text.strip()
    source = stripped if stripped.startswith("{") else f"{{{stripped}}}"
    try:
        document = parse(source, no_location=True)
    except GraphQLSyntaxError as fault:
        raise FieldSetError(f'"{text}" is no field set: {fault.message}') from fault
    except RecursionError:
        raise FieldSetError(f'"{text[:40]} …" nests too deep') from None
    definition = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(definition, OperationDefinitionNode):
        raise FieldSetError(f'"{text}" is no field set')
    if not definition.selection_set.selections:
        raise FieldSetError(f'"{text}" selects nothing')
    _check_selections(definition.selection_set, text, 1)
    return definition.selection_set


def _check_selections(selection_set: SelectionSetNode, text: str, depth: int) -> None:
    if depth > FIELD_SET_DEPTH_MAX:
        raise FieldSetError(f'"{text}" nests deeper than {FIELD_SET_DEPTH_MAX} levels')
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            if selection.alias is not None:
                raise FieldSetError(f'"{text}" has an alias, "{selection.alias.value}"')
            if selection.selection_set is not None:
                _check_selections(selection.selection_set, text, depth + 1)
        elif isinstance(selection, InlineFragmentNode):
            _check_selections(selection.selection_set, text, depth + 1)
        else:
            raise FieldSetError(f'"{text}" spreads a named fragment')


def print_field_set(selection_set: SelectionSetNode) -> str:
    """One line of text, without the outer braces."""
    return " ".join(_print_selection(selection) for selection in selection_set.selections)


def _print_selection(selection: object) -> str:
    if isinstance(selection, FieldNode):
        arguments = ", ".join(print_ast(argument) for argument in selection.arguments or ())
        text = selection.name.value + (f"({arguments})" if arguments else "")
        nested = selection.selection_set
    else:
        assert isinstance(selection, InlineFragmentNode), "checked when it was parsed"
        condition = selection.type_condition
        text = f"... on {condition.name.value}" if condition else "..."
        nested = selection.selection_set
    return f"{text} {{ {print_field_set(nested)} }}" if nested else text


def top_level_fields(selection_set: SelectionSetNode) -> Iterator[str]:
    """Names of the fields selected directly, fragments opened."""
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            yield selection.name.value
        elif isinstance(selection, InlineFragmentNode):
            yield from top_level_fields(selection.selection_set)
