"""Merges applied directives: which reach the supergraph, and how several become one."""

from collections.abc import Iterable, Mapping, Sequence

from graphql import (
    BooleanValueNode,
    ConstArgumentNode,
    ConstDirectiveNode,
    ConstListValueNode,
    ConstValueNode,
    DirectiveNode,
    IntValueNode,
    NameNode,
    StringValueNode,
    print_ast,
)

from federation.compose.merging import Merging
from federation.compose.spec_names import CARRIED
from federation.compose.subgraph import Applied, Element
from federation.errors import CompositionError, CompositionErrors
from federation.limits import GUARD_ALTERNATIVES_MAX

GUARDS = ("authenticated", "requiresScopes", "policy")
"""Directives that ask something of the caller."""
_ALTERNATIVES = {"requiresScopes": "scopes", "policy": "policies"}
_COMBINED = frozenset({*_ALTERNATIVES, "cost", "listSize"})
_BUILT_IN = ("deprecated", "specifiedBy", "oneOf")


def merge_directives(
    merging: Merging, coordinate: str, sources: Mapping[str, Element]
) -> tuple[DirectiveNode, ...]:
    """What the supergraph applies to an element, in a fixed order."""
    merged: list[DirectiveNode] = []
    for name in CARRIED:
        applied = [
            (subgraph, each)
            for subgraph, element in sources.items()
            for each in element.applied(name)
        ]
        if applied:
            merged += _merge_federation(merging.spec_names[name], name, applied)
        if name in _COMBINED and len({print_ast(each.node) for _, each in applied}) > 1:
            merging.findings.hint(
                "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
                f'@{name} on "{coordinate}" differs between subgraphs and was combined',
                subgraphs=[subgraph for subgraph, _ in applied],
                at=coordinate,
            )
    for name in _BUILT_IN:
        merged += _merge_built_in(merging, coordinate, name, sources)
    return (*merged, *_composed(merging, sources))


def with_guards(
    merging: Merging, directives: Iterable[DirectiveNode], elements: Iterable[Element]
) -> tuple[DirectiveNode, ...]:
    """The same directives, but for guards: those that let a caller see all of the elements."""
    names = {merging.spec_names[guard] for guard in GUARDS}
    merged: list[DirectiveNode] = []
    present = list(elements)
    for name in GUARDS:
        applied = [("", each) for element in present for each in element.applied(name)]
        if applied:
            merged += _merge_federation(merging.spec_names[name], name, applied)
    return (*merged, *(each for each in directives if each.name.value not in names))


def _merge_federation(
    name: str, directive: str, applied: Sequence[tuple[str, Applied]]
) -> list[DirectiveNode]:
    """Several applications of one directive, under the name it has in the supergraph."""
    if directive in _ALTERNATIVES:
        return [_merge_alternatives(name, directive, [each for _, each in applied])]
    if directive == "context":
        return [_context_of(name, subgraph, each) for subgraph, each in applied]
    nodes = {print_ast(node): node for node in (_renamed(each.node, name) for _, each in applied)}
    distinct = list(nodes.values())
    if directive == "tag" or len(distinct) == 1:
        return list(distinct)
    if directive == "cost":
        return [max(distinct, key=_weight)]
    if directive == "listSize":
        return [_merge_list_sizes(name, [each for _, each in applied])]
    return list(distinct[:1])


def _renamed(node: ConstDirectiveNode, name: str) -> ConstDirectiveNode:
    return ConstDirectiveNode(name=NameNode(value=name), arguments=node.arguments)


def _weight(node: ConstDirectiveNode) -> int:
    value = node.arguments[0].value if node.arguments else None
    return int(value.value) if isinstance(value, IntValueNode) else 0


def _context_of(name: str, subgraph: str, applied: Applied) -> DirectiveNode:
    """Contexts of two subgraphs never meet, so the name is made to tell them apart."""
    value = StringValueNode(value=f"{subgraph}__{applied.arguments.get('name')}")
    return _directive(name, {"name": value})


def _merge_alternatives(name: str, directive: str, applied: Sequence[Applied]) -> DirectiveNode:
    """All conditions hold at once: each offers alternatives, and these are multiplied out."""
    argument = _ALTERNATIVES[directive]
    alternatives: set[frozenset[str]] = {frozenset()}
    for each in applied:
        groups = [frozenset(map(str, group)) for group in each.arguments[argument]]
        alternatives = _minimal({left | right for left in alternatives for right in groups})
        if len(alternatives) > GUARD_ALTERNATIVES_MAX:
            reason = f"@{name} has more than {GUARD_ALTERNATIVES_MAX} alternatives once merged"
            raise CompositionErrors([CompositionError(reason, code="UNSUPPORTED_FEATURE")])
    groups_node = ConstListValueNode(
        values=tuple(_strings(group) for group in sorted(sorted(each) for each in alternatives))
    )
    return _directive(name, {argument: groups_node})


def _minimal(alternatives: set[frozenset[str]]) -> set[frozenset[str]]:
    """Drop what asks for more than another alternative does."""
    return {each for each in alternatives if not any(other < each for other in alternatives)}


def _merge_list_sizes(name: str, applied: Sequence[Applied]) -> DirectiveNode:
    """The largest size, all arguments and fields; one argument must be given if any says so."""
    arguments: dict[str, ConstValueNode] = {}
    sizes = [each.arguments.get("assumedSize") for each in applied]
    known = [size for size in sizes if isinstance(size, int)]
    if known:
        arguments["assumedSize"] = IntValueNode(value=str(max(known)))
    for argument in ("slicingArguments", "sizedFields"):
        lists = [each.arguments[argument] for each in applied if argument in each.arguments]
        if lists:
            names = dict.fromkeys(str(item) for items in lists for item in items or ())
            arguments[argument] = _strings(names)
    arguments["requireOneSlicingArgument"] = BooleanValueNode(
        value=any(each.arguments.get("requireOneSlicingArgument", True) for each in applied)
    )
    return _directive(name, arguments)


def _strings(items: Iterable[str]) -> ConstListValueNode:
    return ConstListValueNode(values=tuple(StringValueNode(value=item) for item in items))


def _directive(name: str, arguments: Mapping[str, ConstValueNode]) -> DirectiveNode:
    return DirectiveNode(
        name=NameNode(value=name),
        arguments=tuple(
            ConstArgumentNode(name=NameNode(value=argument), value=value)
            for argument, value in arguments.items()
        ),
    )


def _merge_built_in(
    merging: Merging, coordinate: str, name: str, sources: Mapping[str, Element]
) -> list[DirectiveNode]:
    applied = {
        subgraph: each.node
        for subgraph, element in sources.items()
        for each in element.directives
        if each.name == name and not each.is_federation
    }
    if not applied:
        return []
    if len({print_ast(node) for node in applied.values()}) > 1:
        merging.findings.hint(
            "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
            f'@{name} on "{coordinate}" differs between subgraphs; the first is taken',
            subgraphs=list(applied),
            at=coordinate,
        )
    return [next(iter(applied.values()))]


def _composed(merging: Merging, sources: Mapping[str, Element]) -> list[DirectiveNode]:
    nodes = {
        print_ast(each.node): each.node
        for subgraph, element in sources.items()
        for each in element.directives
        if not each.is_federation and each.name in merging.subgraphs[subgraph].composed_directives
    }
    return list(nodes.values())
