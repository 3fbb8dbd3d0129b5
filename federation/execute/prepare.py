"""Makes a document ready to run: validated, normalised, planned."""

from dataclasses import dataclass, replace

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from federation.authorization.mark import Marking, is_marked, without_marked
from federation.authorization.tell import refuse_operation
from federation.execute.compiled_plan import CompiledPlan
from federation.execute.incremental import Shapers, parts_of
from federation.execute.shape_response import ResponseShaper
from federation.limits import EngineLimits
from federation.operation.cache_policy import CachePolicy
from federation.operation.cost import OperationCost
from federation.operation.deferral import (
    Deferral,
    Deferring,
    find_incremental_use,
    refuse_stream,
    with_defer,
)
from federation.operation.document import head_of, select_operation, validate_document
from federation.operation.expanded_size import check_expanded_size
from federation.operation.model import Operation
from federation.operation.normalize import normalize
from federation.operation.plain_variables import PlainVariables
from federation.operation.typename_aliases import set_aside
from federation.plan.budget import Budget
from federation.plan.nodes import QueryPlan
from federation.plan.planner import Planner


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An operation that is ready to run."""

    document: DocumentNode | None
    """Kept where the gateway answers introspection from it."""
    node: OperationDefinitionNode
    variables: PlainVariables
    plan: QueryPlan
    cost: OperationCost
    compiled: CompiledPlan
    has_set_aside: bool
    """Fields that the client calls `__typename` have another key while the plan runs."""
    part_shapers: Shapers
    has_marked: bool = False
    """Fields that its callers may not see are told under marked keys."""
    caching: CachePolicy | None = None
    """What may be done with its answers; None: nobody keeps them."""


def prepare(
    planner: Planner,
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None,
    limits: EngineLimits,
    *,
    deferring: Deferring = None,
    phases: dict[str, str] | None = None,
    budget: Budget | None = None,
    marking: Marking | None = None,
    is_guarded: bool = False,
) -> Prepared:
    """Make one operation of a document ready; with `phases`, each phase leaves its text there.

    With `marking` for callers who may not see all of it; then everything comes at once. What is
    guarded asks something of its callers, so that nobody else is given its answer.

    Raises:
        RequestError: the document is not valid, or asks for too much.
        PlanningError: it cannot be planned.
    """
    budget = budget or Budget(limits.planning_seconds_max)
    node = select_operation(document, operation_name)
    check_expanded_size(document, node, limits)
    use = find_incremental_use(document)
    refuse_stream(schema, use)
    checked = with_defer(schema) if use.defers else schema
    validate_document(checked, document, limits, budget.check)
    asked, document = document, set_aside(document)
    has_set_aside = document is not asked
    node = select_operation(document, operation_name)
    if marking is not None:
        document = marking.mark(document, node)
        node = select_operation(document, operation_name)
    deferral = None if deferring is None or marking is not None else Deferral(deferring)
    operation = normalize(
        schema, planner.interface_fields, document, node, limits, budget.check, deferral
    )
    fetched = operation if marking is None else _without_marked(operation, marking)
    cost = planner.costs.estimate(fetched)
    plan = planner.plan(fetched, phases, budget)
    if marking is not None:
        plan = replace(plan, shown=operation.root)
    has_introspection = bool(operation.introspection)
    return Prepared(
        document=document if has_introspection else None,
        node=node if has_introspection else head_of(node),
        variables=PlainVariables(schema, node),
        plan=plan,
        cost=cost,
        compiled=CompiledPlan(plan, schema, ResponseShaper(schema, plan.shown)),
        has_set_aside=has_set_aside,
        part_shapers={
            id(part): ResponseShaper(schema, part.shown) for part in parts_of(plan.deferred)
        },
        has_marked=marking is not None,
        caching=None if is_guarded else planner.cache_policies.of_operation(operation),
    )


def _without_marked(operation: Operation, marking: Marking) -> Operation:
    """What is fetched.

    Raises:
        RequestError: all of it is refused, or there would be nothing to subscribe to.
    """
    has_no_source = operation.kind == "subscription" and is_marked(operation.root.fields[0].key)
    if marking.rejects or has_no_source:
        refuse_operation(operation)
    return without_marked(operation)
