"""Checks that a field asks at least for what the data it depends on asks for.

`@requires` and `@fromContext` let a field read others on the caller's behalf; without this
check they would be a way around `@authenticated`, `@requiresScopes` and `@policy`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from graphql import DirectiveNode, value_from_ast_untyped

from federation.compose.check_contexts import context_selections
from federation.compose.field_sets import Coordinate, selection_of, touched_fields
from federation.compose.merge_directives import GUARDS
from federation.compose.merging import Merging
from federation.compose.subgraph import FieldDeclaration, SubgraphSchema
from federation.supergraph.model import SupergraphType

Types = Mapping[str, SupergraphType]
Alternatives = frozenset[frozenset[str]]
"""What a caller may show: one of several sets of scopes or policies."""


def check_guards(merging: Merging, types: Types) -> None:
    """Note MISSING_TRANSITIVE_AUTH_REQUIREMENTS for fields that ask for too little."""
    for subgraph, schema in merging.subgraphs.items():
        for owner in schema.types.values():
            for field in owner.fields.values():
                needed = list(_dependencies(schema, owner.name, field))
                merged = types.get(owner.name)
                if not needed or merged is None or field.name not in merged.fields:
                    continue
                own = [merged.directives, merged.fields[field.name].directives]
                for coordinate in needed:
                    if not _asks_enough(merging, own, _asked_by(types, coordinate)):
                        merging.findings.error(
                            "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
                            f'"{owner.name}.{field.name}" reads {".".join(coordinate)}, but'
                            " does not ask callers for as much",
                            subgraphs=[subgraph],
                            at=f"{owner.name}.{field.name}",
                        )


def _dependencies(
    schema: SubgraphSchema, owner: str, field: FieldDeclaration
) -> Iterator[Coordinate]:
    for applied in field.applied("requires"):
        selections = selection_of(applied)
        if selections is not None:
            yield from touched_fields(schema, owner, selections)
    for argument in field.arguments.values():
        for place, selections in context_selections(schema, argument):
            yield from touched_fields(schema, place, selections)


def _asked_by(types: Types, coordinate: Coordinate) -> list[Sequence[DirectiveNode]]:
    """Guards of a field, of the type it is on, and of the type it gives."""
    owner = types[coordinate[0]]
    field = owner.fields.get(coordinate[1])
    if field is None:
        return [owner.directives]
    given = types.get(field.type.strip("[]!"))
    return [owner.directives, field.directives, given.directives if given else ()]


def _asks_enough(
    merging: Merging,
    own: Iterable[Sequence[DirectiveNode]],
    asked: Iterable[Sequence[DirectiveNode]],
) -> bool:
    own_nodes = [node for nodes in own for node in nodes]
    asked_nodes = [node for nodes in asked for node in nodes]
    for guard in GUARDS:
        name = merging.spec_names[guard]
        shown = [_alternatives(node) for node in own_nodes if node.name.value == name]
        for node in asked_nodes:
            if node.name.value == name and not _covers(_all_of(shown), _alternatives(node)):
                return False
    return True


def _alternatives(node: DirectiveNode) -> Alternatives:
    """`@authenticated` is a single alternative that has nothing but its presence."""
    for argument in node.arguments or ():
        groups = value_from_ast_untyped(argument.value)
        return frozenset(frozenset(map(str, group)) for group in groups)
    return frozenset({frozenset({"authenticated"})})


def _all_of(shown: Iterable[Alternatives]) -> Alternatives:
    combined: Alternatives = frozenset({frozenset()})
    for each in shown:
        combined = frozenset(left | right for left in combined for right in each)
    return combined


def _covers(shown: Alternatives, asked: Alternatives) -> bool:
    """Whether whatever a caller may show is enough for what is asked."""
    return all(any(each >= other for other in asked) for each in shown)
