"""Reads `@cost` and `@listSize` from a supergraph, whatever they are called there."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import DirectiveNode, DocumentNode, value_from_ast_untyped

from federation.supergraph.costs import Costs, ListSize
from federation.supergraph.model import InputValue, SupergraphField, SupergraphType
from federation.vocabulary.directives import SPEC_OF_DIRECTIVE
from federation.vocabulary.link import LinkError, find_links


def read_costs(types: Iterable[SupergraphType], document: DocumentNode) -> Costs:
    """Read all of them; a document without a link to their spec has none."""
    cost, list_size = _name_of("cost", document), _name_of("listSize", document)
    if cost is None or list_size is None:
        return Costs()
    of_types: dict[str, int] = {}
    of_fields: dict[tuple[str, str], int] = {}
    of_arguments: dict[tuple[str, str, str], int] = {}
    sizes: dict[tuple[str, str], ListSize] = {}
    for owner in types:
        _note(of_types, owner.name, owner, cost)
        for each in owner.input_fields.values():
            _note(of_fields, (owner.name, each.name), each, cost)
        for each_field in owner.fields.values():
            at = owner.name, each_field.name
            _note(of_fields, at, each_field, cost)
            for argument in each_field.arguments.values():
                _note(of_arguments, (*at, argument.name), argument, cost)
            applied = _arguments_of(each_field.directives, list_size)
            if applied is not None:
                sizes[at] = _read_list_size(applied)
    return Costs(types=of_types, fields=of_fields, arguments=of_arguments, list_sizes=sizes)


def _note(
    weights: dict[Any, int],  # the key differs from map to map
    key: object,
    element: SupergraphType | SupergraphField | InputValue,
    name: str,
) -> None:
    applied = _arguments_of(element.directives, name)
    if applied is not None:
        weights[key] = int(applied.get("weight") or 0)


def _read_list_size(arguments: Mapping[str, Any]) -> ListSize:
    return ListSize(
        assumed=arguments.get("assumedSize"),
        slicing_arguments=tuple(arguments.get("slicingArguments") or ()),
        sized_fields=tuple(arguments.get("sizedFields") or ()),
        requires_one=arguments.get("requireOneSlicingArgument") is not False,
    )


def _arguments_of(directives: Iterable[DirectiveNode], name: str) -> dict[str, Any] | None:
    for directive in directives:
        if directive.name.value == name:
            return {
                argument.name.value: value_from_ast_untyped(argument.value)
                for argument in directive.arguments or ()
            }
    return None


def _name_of(directive: str, document: DocumentNode) -> str | None:
    try:
        links = find_links(document)
    except LinkError:
        return None
    identity = SPEC_OF_DIRECTIVE[directive]
    names = (each.directive_name(directive) for each in links if each.identity == identity)
    return next(names, None)
