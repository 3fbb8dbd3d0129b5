"""The engine's front: a document in, a response out."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing, suppress
from typing import Any

from graphql import GraphQLSchema

from federation.authorization.authorization import Authorization as Authorization
from federation.authorization.authorization import Caller as Caller
from federation.authorization.field_guards import find_guards
from federation.authorization.guard import NOTHING, Requirement
from federation.authorization.tell import tell_refused
from federation.errors import FederationError, RequestError
from federation.execute.client_keys import under_client_keys
from federation.execute.displaying import Displays, show
from federation.execute.executor import run_plan
from federation.execute.fetch import Run
from federation.execute.grouping import Grouping as Grouping
from federation.execute.grouping import Groups
from federation.execute.incremental import Delivery, forget_nulls
from federation.execute.introspect import introspect
from federation.execute.observer import Observer as Observer
from federation.execute.operations import Operations
from federation.execute.operations import PlanCacheCounters as PlanCacheCounters
from federation.execute.payloads import IncrementalPayload, first_payload
from federation.execute.prepare import Prepared
from federation.execute.response import GraphQLRequest as GraphQLRequest
from federation.execute.response import GraphQLResponse as GraphQLResponse
from federation.execute.response import refused
from federation.execute.subscribe import Subscription
from federation.execute.warm_transports import warm_transports
from federation.graph.export_dot import export_dot
from federation.limits import EngineLimits
from federation.operation.amounts import amount_of
from federation.operation.cache_policy import CachePolicy
from federation.operation.deferral import Deferring
from federation.operation.document import names_of_operations, parse_document
from federation.operation.typename_aliases import give_back, give_back_path
from federation.operation.variables import coerce_variables, count_values, default_variables
from federation.plan.explain import plan_as_dict, print_operation, print_plan
from federation.plan.planners import Labels, Planners
from federation.plan.planning_thread import PlanningThread
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.reader import read_supergraph
from federation.transport.transport import Transport, displays_answers

PHASES = ("operation", "graph", "paths", "tree", "fetches", "plan", "answer")
_DEFAULT_LIMITS = EngineLimits()
_ALONE = Grouping()
_STRANGERS = Authorization()
_INLINE_VALUES_MAX = 500
"""Variables with up to so many values are coerced where they arrive."""

ActiveLabels = Callable[[Any], Collection[str]]
"""The labels of progressive overrides that are active for a request's context."""


class Engine:
    """Plans and runs operations over a supergraph.

    engine = Engine(supergraph_sdl, {"media": LocalTransport(schema), ...})
    response = await engine.execute(GraphQLRequest(document="{ me { id } }"), context)

    `after_planning` is called in the planning thread, between two of its tasks; the observer is
    told of the engine's own work.
    """

    def __init__(
        self,
        supergraph_sdl: str,
        transports: Mapping[str, Transport],
        limits: EngineLimits = _DEFAULT_LIMITS,
        *,
        active_labels: ActiveLabels | None = None,
        after_planning: Callable[[], None] | None = None,
        grouping: Grouping = _ALONE,
        authorization: Authorization = _STRANGERS,
        is_displaying: bool = True,
        observer: Observer | None = None,
    ) -> None:
        self.api_schema: GraphQLSchema = build_api_schema(supergraph_sdl)
        """What clients see."""
        self._transports = dict(transports)
        self._is_displaying = is_displaying and all(map(displays_answers, transports.values()))
        self._limits = limits
        self._active_labels = active_labels
        self._groups = Groups(grouping)
        supergraph = read_supergraph(supergraph_sdl)
        self._authorization = authorization
        self._guards = find_guards(supergraph)
        self._planners = Planners(supergraph, self.api_schema, limits)
        self._thread = PlanningThread(limits.plans_pending_max, after_planning)
        self._operations = Operations(
            self._planners,
            self.api_schema,
            limits,
            self._thread,
            self._guards,
            rejects=authorization.rejects_operations,
            observer=observer,
        )

    async def operation_kind(self, request: GraphQLRequest) -> str:
        """query, mutation or subscription.

        Raises:
            RequestError: as `execute` would report it; or it cannot be told now (OVERLOADED).
        """
        return await self._operations.kind_of(request)

    async def cache_policy(self, request: GraphQLRequest) -> CachePolicy | None:
        """What may be done with answers to a request before any is there; None for nothing.

        What is wrong with the request is told to who runs it.
        """
        if not self._planners.has_cache_hints:
            return None
        try:
            return (await self._operations.prepare(request)).caching
        except FederationError:
            return None

    async def estimate_cost(self, request: GraphQLRequest) -> int:
        """What a request may cost, by `@cost`; raises FederationError as running it would."""
        prepared = await self._operations.prepare(request)
        return amount_of(prepared.cost.estimate, await self._coerce(request, prepared))

    async def execute(self, request: GraphQLRequest, context: Any) -> GraphQLResponse:
        """Run a query or mutation. Never raises for a bad request; cancellation passes through.

        What the document defers comes with everything else.
        """
        try:
            run, prepared = await self._begin(request, context, None)
        except FederationError as fault:
            return refused(fault)
        await run_plan(run, prepared.plan)
        return _finish(run, prepared)

    async def execute_incrementally(
        self, request: GraphQLRequest, context: Any
    ) -> AsyncGenerator[IncrementalPayload, None]:
        """Run a query or mutation; what the document defers comes in payloads after the first.

        Never raises for a bad request. If the reader leaves, all fetches are cancelled.
        """
        try:
            deferring = await self._operations.deferring_of(request)
            run, prepared = await self._begin(request, context, deferring)
        except FederationError as fault:
            yield first_payload(refused(fault))
            return
        await run_plan(run, prepared.plan)
        data = prepared.compiled.shape(run.data, run.errors, run.variables)
        forget_nulls(run.data, data)
        parts = prepared.plan.deferred if data is not None else ()
        delivery = Delivery(run, data, parts, prepared.part_shapers)
        response = _tell(data, run, prepared)
        first = first_payload(response, delivery.take_pending(), has_next=not delivery.is_over)
        yield under_client_keys(first) if prepared.has_set_aside else first
        if not delivery.is_over:
            async with aclosing(delivery.payloads()) as payloads:
                async for payload in payloads:
                    yield under_client_keys(payload) if prepared.has_set_aside else payload

    async def subscribe(
        self, request: GraphQLRequest, context: Any
    ) -> AsyncGenerator[GraphQLResponse, None]:
        """Run a subscription; the first item tells of a request error, if there is one."""
        try:
            prepared = await self._operations.prepare(
                request,
                self._labels_of(request, context),
                refused=await self._refused_to(request, context),
            )
            if prepared.plan.primary is None:
                raise RequestError(
                    "The operation is no subscription.", code="SUBSCRIPTION_EXPECTED"
                )
            variables = await self._coerce(request, prepared)
        except FederationError as fault:
            yield refused(fault)
            return
        subscription = Subscription(
            plan=prepared.plan,
            variables=variables,
            context=context,
            is_explained=request.explain or request.tells_cost,
            start_run=lambda: self._run(request, prepared, variables, context),
            finish=lambda run: _finish(run, prepared),
        )
        async with aclosing(self._groups.follow(subscription)) as answers:
            async for answer in answers:
                yield answer

    async def warm(self, document: str) -> None:
        """Plan and compile what a document does before anybody asks for it.

        Conditions hold as they do by default. What is wrong is told to who asks.
        """
        with suppress(FederationError):
            parsed = await self._thread.run(parse_document, document, self._limits)
            names = names_of_operations(parsed)
            for name in names:
                request = GraphQLRequest(document=document, operation_name=name)
                prepared = await self._operations.prepare(request)
                variables = default_variables(prepared.node)
                await self._thread.run(prepared.compiled.compile, variables)
                await warm_transports(prepared.plan, self._transports, variables)
                self._operations.keep(request, prepared, is_alone=len(names) == 1)

    def explain(
        self,
        document: str,
        phase: str = "plan",
        operation_name: str | None = None,
        labels: Collection[str] = (),
        deferring: Deferring = None,
    ) -> str:
        """Show one phase of planning as text, while some override labels are active; see PHASES.

        With `deferring` as for a client that takes `@defer`: the variables of it that are true.
        The answer is put together by Python that is written for the operation; conditions hold
        there as they do by default.

        Raises:
            RequestError: the document is wrong, or the phase is none of PHASES.
            PlanningError: the operation cannot be planned.
        """
        if phase not in PHASES:
            raise RequestError(f"The phases are {', '.join(PHASES)}.", code="PHASE_UNKNOWN")
        active = self._planners.known(labels)
        if phase == "graph":
            return export_dot(self._planners.while_active(active).graph)
        parsed = parse_document(document, self._limits)
        texts: dict[str, str] = {}
        prepared = self._operations.build(parsed, operation_name, texts, active, deferring)
        if phase == "operation":
            return print_operation(prepared.plan.operation)
        if phase == "answer":
            prepared.compiled.compile(default_variables(prepared.node))
            return prepared.compiled.text
        return print_plan(prepared.plan) if phase == "plan" else texts.get(phase, "")

    def describe_plan(
        self, document: str, operation_name: str | None = None, labels: Collection[str] = ()
    ) -> dict[str, Any]:
        """Show the plan as JSON values: kind, name, and fetches with what each waits for.

        Raises:
            RequestError: the document is wrong.
            PlanningError: the operation cannot be planned.
        """
        parsed = parse_document(document, self._limits)
        active = self._planners.known(labels)
        return plan_as_dict(self._operations.build(parsed, operation_name, None, active).plan)

    @property
    def plan_cache(self) -> PlanCacheCounters:
        """Counters of the plan cache."""
        return self._operations.counters

    def close(self) -> None:
        """Let the planning thread go."""
        self._thread.close()

    def _labels_of(self, request: GraphQLRequest, context: Any) -> Labels:
        """The labels of the supergraph that are active for a request."""
        active = self._planners.within_percent(request.rollout_key)
        if self._active_labels is not None:
            active |= self._planners.known(self._active_labels(context))
        return active

    async def _refused_to(self, request: GraphQLRequest, context: Any) -> Requirement:
        """What the fields of a request ask for, and its caller does not show."""
        if self._guards is None:
            return NOTHING
        asked = await self._operations.asked_of(request)
        return await self._authorization.refuse(asked, context)

    async def _begin(
        self, request: GraphQLRequest, context: Any, deferring: Deferring
    ) -> tuple[Run, Prepared]:
        """Plan a query or mutation and check its variables; introspection is answered here."""
        refused = NOTHING if self._guards is None else await self._refused_to(request, context)
        prepared = await self._operations.prepare(
            request, self._labels_of(request, context), deferring, refused
        )
        if prepared.plan.primary is not None:
            raise RequestError(
                "Subscriptions need a connection that stays open.",
                code="SUBSCRIPTION_NOT_SUPPORTED",
            )
        run = await self._start_run(request, prepared, context)
        if prepared.plan.operation.introspection:
            run.data.update(await self._introspect(prepared, run))
        return run, prepared

    async def _start_run(self, request: GraphQLRequest, prepared: Prepared, context: Any) -> Run:
        return self._run(request, prepared, await self._coerce(request, prepared), context)

    async def _coerce(self, request: GraphQLRequest, prepared: Prepared) -> dict[str, Any]:
        """The variables; in the planning thread where there are many values to coerce."""
        given = request.variables
        count = count_values(given, self._limits)
        values = prepared.variables.read(given)
        if values is None:
            arguments = (self.api_schema, prepared.node, given, self._limits)
            if count <= _INLINE_VALUES_MAX:
                values = coerce_variables(*arguments)
            else:
                values = await self._thread.run(coerce_variables, *arguments)
        prepared.cost.check(values)
        return values

    def _run(
        self,
        request: GraphQLRequest,
        prepared: Prepared,
        variables: Mapping[str, Any],
        context: Any,
    ) -> Run:
        now = asyncio.get_running_loop().time()
        self._compile_when_due(prepared, variables)
        return Run(
            root=prepared.plan.operation.root,
            variables=variables,
            context=context,
            transports=self._transports,
            limits=self._limits,
            ends_at=now + self._limits.operation_seconds_max,
            compiled=prepared.compiled if prepared.compiled.is_ready else None,
            displays=self._displays(prepared, variables),
            explain=[] if request.explain else None,
            tells_cost=request.tells_cost,
        )

    def _displays(self, prepared: Prepared, variables: Mapping[str, Any]) -> Displays | None:
        """How answers are built as they will be shown, if they can be."""
        is_told_otherwise = prepared.has_marked or prepared.has_set_aside
        if is_told_otherwise or not self._is_displaying:
            return None
        return prepared.compiled.displays(variables)

    def _compile_when_due(self, prepared: Prepared, variables: Mapping[str, Any]) -> None:
        """In the planning thread, while this run and others go on without."""
        if prepared.compiled.is_due(variables, self._limits.runs_interpreted):
            try:
                self._thread.run(prepared.compiled.compile, variables)
            except RequestError:
                prepared.compiled.put_off(variables)

    async def _introspect(self, prepared: Prepared, run: Run) -> dict[str, Any]:
        """In the planning thread: a whole schema takes long to describe."""
        assert prepared.document is not None, "it is kept where it is needed"
        return await self._thread.run(
            introspect,
            self.api_schema,
            prepared.document,
            prepared.node,
            prepared.plan.operation,
            run.variables,
        )


def _finish(run: Run, prepared: Prepared) -> GraphQLResponse:
    if run.displays is not None:
        prepared.compiled.count_displayed(is_whole=True)
        return _tell(show(run.data, run.displays), run, prepared)
    return _tell(prepared.compiled.shape(run.data, run.errors, run.variables), run, prepared)


def _tell(data: dict[str, Any] | None, run: Run, prepared: Prepared) -> GraphQLResponse:
    """What was shaped, as the client called it, and what it asked to be told beside."""
    extensions: dict[str, Any] = {}
    if run.tells_cost:
        extensions["cost"] = prepared.cost.tell(data, run.variables)
    if prepared.has_marked:
        data = tell_refused(data, run.errors)
    if prepared.has_set_aside:
        data = give_back(data)
        for error in run.errors:
            error["path"] = give_back_path(error.get("path", []))
    if run.explain is not None:
        extensions["explain"] = {"fetches": run.explain}
    return GraphQLResponse(
        data=data, errors=run.errors, extensions=extensions, caching=_caching(run, prepared)
    )


def _caching(run: Run, prepared: Prepared) -> CachePolicy | None:
    """What may be done with the answer: nothing where anything went wrong."""
    policy = prepared.caching
    if policy is None or run.errors:
        return None
    return policy if run.freshness is None else policy.restricted(run.freshness)
