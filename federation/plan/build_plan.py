"""Makes requests of a fetch graph: one for each subgraph and wave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graphql import print_ast

from federation.graph.join_graph import JoinGraph
from federation.operation.conditions import NEVER, either
from federation.operation.model import Operation
from federation.plan.budget import Budget
from federation.plan.entity_document import EntityField, print_entities
from federation.plan.fetch_document import (
    DocumentSelection,
    build_selection,
    print_selection,
    resolve_conflicts,
)
from federation.plan.fetch_graph import FetchGraph, FetchStep
from federation.plan.nodes import ClientField, EntityPart, Fetch, Group, Path, Rename, RootPart
from federation.plan.query_tree import QueryTree


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A fetch step with its selection, printed."""

    step: FetchStep
    paths: tuple[Path, ...]
    text: str
    variables: frozenset[str]
    client_fields: tuple[ClientField, ...]
    renames: tuple[Rename, ...]


class PlanBuilder:
    """Builds the groups of one operation; ids go on from group to group."""

    def __init__(self, graph: JoinGraph, operation: Operation, budget: Budget) -> None:
        self._graph = graph
        self._kind = operation.kind
        self._name = operation.name
        self._variables = operation.variables
        self._budget = budget
        self._next_id = 0

    def build_group(self, tree: QueryTree, graph: FetchGraph) -> Group:
        """Batch the fetches of one subgraph and wave into one request.

        Raises:
            PlanningError: the time for planning is spent.
        """
        batches: dict[tuple[int, str, bool, Path], list[FetchStep]] = {}
        for step in sorted(graph.steps, key=lambda each: (each.wave, each.id)):
            is_root = step.requirement is None
            path = step.path if is_root else ()
            place = (step.wave, step.subgraph, is_root, path)
            batches.setdefault(place, []).append(step)
        request_of = {
            step.id: self._next_id + position
            for position, steps in enumerate(batches.values())
            for step in steps
        }
        fetches = [
            self._build_fetch(tree, request_of[steps[0].id], steps, request_of)
            for steps in batches.values()
        ]
        self._next_id += len(batches)
        return Group(fetches=tuple(fetches))

    def _build_fetch(
        self,
        tree: QueryTree,
        id_: int,
        steps: Sequence[FetchStep],
        request_of: Mapping[int, int],
    ) -> Fetch:
        after = {request_of[before] for step in steps for before in step.after}
        asked = [self._ask(tree, step) for step in steps]
        if steps[0].requirement is None:
            return self._build_root(id_, tuple(sorted(after)), asked)
        return self._build_entities(id_, tuple(sorted(after)), _share_selections(asked))

    def _ask(self, tree: QueryTree, step: FetchStep) -> _Asked:
        self._budget.check()
        first = step.steps[0]
        selection = build_selection(self._graph, tree, step.steps, first.node, step.condition)
        renames = resolve_conflicts([selection])
        is_root = step.requirement is None
        return _Asked(
            step=step,
            paths=(step.path,),
            text=self._print(selection, is_root),
            variables=selection.variables(),
            client_fields=selection.client_fields(),
            renames=renames,
        )

    def _print(self, selection: DocumentSelection, is_root: bool) -> str:
        if is_root:
            return print_selection(selection)
        return f"    ... on {selection.type_name} {print_selection(selection, 2)}"

    def _build_root(self, id_: int, after: tuple[int, ...], asked: list[_Asked]) -> Fetch:
        one = asked[0]
        kind = self._kind if not one.step.path else "query"
        names = tuple(sorted(one.variables))
        declared = ", ".join(self._declare(name) for name in names)
        head = f"{kind}{self._print_name(id_)}{f'({declared})' if declared else ''} "
        return Fetch(
            id=id_,
            subgraph=one.step.subgraph,
            wave=one.step.wave,
            after=after,
            document=head + one.text,
            kind=kind,
            variables=names,
            condition=one.step.condition,
            root=RootPart(path=one.step.path, client_fields=one.client_fields, renames=one.renames),
        )

    def _build_entities(self, id_: int, after: tuple[int, ...], asked: Sequence[_Asked]) -> Fetch:
        names = tuple(sorted(frozenset().union(*(each.variables for each in asked))))
        single = len(asked) == 1
        parts = [
            self._part(
                one,
                "_entities" if single else f"_e{position}",
                self._free_name("representations" if single else f"r{position}"),
            )
            for position, one in enumerate(asked)
        ]
        condition = NEVER
        for one in asked:
            condition = either(condition, one.step.condition)
        name = self._print_name(id_).strip()
        declared = tuple(self._declare(each) for each in names)
        fields = [entity_field(part, position, len(parts)) for position, part in enumerate(parts)]
        return Fetch(
            id=id_,
            subgraph=asked[0].step.subgraph,
            wave=asked[0].step.wave,
            after=after,
            document=print_entities(name, fields, declared),
            variables=names,
            condition=condition,
            entities=tuple(parts),
            name=name,
            declared=declared,
        )

    def _part(self, one: _Asked, alias: str, variable: str) -> EntityPart:
        assert one.step.requirement is not None, "root fields have no representation"
        return EntityPart(
            alias=alias,
            variable=variable,
            paths=one.paths,
            type_name=one.step.type_name,
            requirement=one.step.requirement,
            projection=one.step.projection,
            condition=one.step.condition,
            client_fields=one.client_fields,
            renames=one.renames,
            contexts=one.step.contexts,
            text=one.text,
        )

    def _free_name(self, name: str) -> str:
        """A variable name that the client does not use."""
        while name in self._variables:
            name = f"_{name}"
        return name

    def _print_name(self, id_: int) -> str:
        """The operation's name with the number of the fetch, for the subgraph's logs."""
        return f" {self._name}__{id_}" if self._name else ""

    def _declare(self, name: str) -> str:
        declared = self._variables[name]
        default = f" = {print_ast(declared.default)}" if declared.default else ""
        return f"${name}: {declared.type}{default}"


def entity_field(part: EntityPart, position: int, count: int) -> EntityField:
    """How a part is asked for in a document of so many parts."""
    return EntityField(
        alias=part.alias,
        variable=part.variable,
        text=part.text,
        contexts=tuple((each.variable, each.type) for each in part.contexts),
        suffix=f"_{position}" if count > 1 else "",
    )


def _share_selections(asked: Sequence[_Asked]) -> list[_Asked]:
    """Ask once for entities that are wanted alike at several places."""
    kept: dict[tuple[object, ...], _Asked] = {}
    for one in asked:
        alike = (
            one.step.type_name,
            one.step.requirement,
            one.step.projection,
            one.step.condition,
            one.step.contexts,
            one.text,
            one.client_fields,
        )
        first = kept.get(alike)
        kept[alike] = one if first is None else replace(first, paths=first.paths + one.paths)
    return list(kept.values())
