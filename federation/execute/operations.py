"""Operations on their way to being ready to run: each is made once, and kept."""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from federation.authorization.asked import find_asked
from federation.authorization.field_guards import FieldGuards
from federation.authorization.guard import NOTHING, Requirement
from federation.authorization.mark import Marking
from federation.errors import FederationError
from federation.execute.observer import Observer
from federation.execute.prepare import Prepared, prepare
from federation.execute.response import GraphQLRequest
from federation.limits import EngineLimits
from federation.operation.deferral import Deferring, IncrementalUse, find_incremental_use
from federation.operation.document import head_of, parse_document, select_operation
from federation.plan.budget import Budget
from federation.plan.plan_cache import PlanCache
from federation.plan.planner import Planner
from federation.plan.planners import NO_LABELS, Labels, Planners
from federation.plan.planning_thread import PlanningThread

_INLINE_CHARACTERS_MAX = 1_000
"""Documents up to this length are parsed where they arrive; longer ones would hold the loop."""
_PARSED_CHARACTERS_MAX = 200_000
"""Length of the documents that are parsed and wait to be planned; others are parsed again."""
_FIELD_CHARACTERS = 20
"""What a planned field weighs, in characters of a document."""

_Key = tuple[str, str | None, Labels, Deferring, Requirement]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCacheCounters:
    """How the plan cache is doing."""

    entries: int
    hits: int
    misses: int


class Operations:
    """Finds the kind and the plan of a request; what is new is made in the planning thread."""

    def __init__(
        self,
        planners: Planners,
        schema: GraphQLSchema,
        limits: EngineLimits,
        thread: PlanningThread,
        guards: FieldGuards | None = None,
        *,
        rejects: bool = False,
        observer: Observer | None = None,
    ) -> None:
        self._planners = planners
        self._schema = schema
        self._limits = limits
        self._thread = thread
        self._guards = guards
        self._rejects = rejects
        self._observer = observer
        bounds = limits.plan_cache_entries_max, limits.plan_cache_characters_max
        self._prepared: PlanCache[Prepared | FederationError] = PlanCache(*bounds)
        self._kinds: PlanCache[str] = PlanCache(*bounds)
        self._uses: PlanCache[tuple[IncrementalUse, OperationDefinitionNode]] = PlanCache(*bounds)
        self._asked: PlanCache[Requirement] = PlanCache(*bounds)
        self._parsed: PlanCache[DocumentNode] = PlanCache(
            limits.plans_pending_max, _PARSED_CHARACTERS_MAX
        )
        self._pending: dict[_Key, asyncio.Future[Prepared | FederationError]] = {}

    @property
    def counters(self) -> PlanCacheCounters:
        """Counters of the plans."""
        return PlanCacheCounters(
            entries=len(self._prepared),
            hits=self._prepared.hits,
            misses=self._prepared.misses,
        )

    async def kind_of(self, request: GraphQLRequest) -> str:
        """query, mutation or subscription.

        Raises:
            RequestError: as running it would report; or it cannot be told now (OVERLOADED).
        """
        key = request.document, request.operation_name
        kind = self._kinds.find(key)
        if kind is None:
            if len(request.document) <= _INLINE_CHARACTERS_MAX:
                kind = self._read_kind(request)
            else:
                kind = await self._thread.run(self._read_kind, request)
            self._kinds.keep(key, kind, len(request.document))
        return kind

    async def deferring_of(self, request: GraphQLRequest) -> Deferring:
        """What decides how much of a request comes later; None for nothing."""
        if "defer" not in request.document:
            return None
        key = request.document, request.operation_name
        known = self._uses.find(key)
        if known is None:
            known = await self._thread.run(self._read_use, request)
            self._uses.keep(key, known, len(request.document))
        use, node = known
        return use.deferring(node, request.variables) if use.defers else None

    async def asked_of(self, request: GraphQLRequest) -> Requirement:
        """What the fields of a request ask of its caller.

        Raises:
            RequestError: as running it would report.
        """
        key = request.document, request.operation_name
        known = self._asked.find(key)
        if known is None:
            known = await self._thread.run(self._read_asked, request)
            self._asked.keep(key, known, len(request.document))
        return known

    async def prepare(
        self,
        request: GraphQLRequest,
        active: Labels = NO_LABELS,
        deferring: Deferring = None,
        refused: Requirement = NOTHING,
    ) -> Prepared:
        """The plan of a request, made once however many ask for it at the same time.

        Callers share it who are refused the same of what its fields ask for.
        """
        key = request.document, request.operation_name, active, deferring, refused
        known = self._prepared.find(key)
        if known is None:
            with nullcontext() if self._observer is None else self._observer.preparing():
                known = await self._prepare_once(key, request)
        if isinstance(known, FederationError):
            raise known.with_traceback(None)  # or each raise would lengthen the one kept
        return known

    def build(
        self,
        document: DocumentNode,
        operation_name: str | None,
        phases: dict[str, str] | None,
        active: Labels = NO_LABELS,
        deferring: Deferring = None,
        budget: Budget | None = None,
        refused: Requirement = NOTHING,
    ) -> Prepared:
        """Make one operation ready, and keep nothing; as `prepare`."""
        planner = self._planners.while_active(active)
        given = (planner, self._schema, document, operation_name, self._limits)
        marking = None
        if refused and self._guards is not None:
            marking = Marking(self._guards, self._schema, refused, self._rejects)
        return prepare(
            *given,
            deferring=deferring,
            phases=phases,
            budget=budget,
            marking=marking,
            is_guarded=self._is_guarded(document, operation_name, planner),
        )

    def keep(self, request: GraphQLRequest, prepared: Prepared, *, is_alone: bool) -> None:
        """Know an operation that is alone in its document also without its name."""
        document, weight = request.document, len(request.document)
        for name in {request.operation_name, None} if is_alone else {request.operation_name}:
            self._kinds.keep((document, name), prepared.plan.operation.kind, weight)
            if name != request.operation_name:
                self._prepared.keep((document, name, NO_LABELS, None, NOTHING), prepared, weight)

    def _is_guarded(
        self, document: DocumentNode, operation_name: str | None, planner: Planner
    ) -> bool:
        """Whether a document that may be kept otherwise asks something of its callers."""
        if self._guards is None or not planner.cache_policies:
            return False
        node = select_operation(document, operation_name)
        return bool(find_asked(self._guards, self._schema, document, node))

    async def _prepare_once(self, key: _Key, request: GraphQLRequest) -> Prepared | FederationError:
        """In the planning thread: even a short document can expand to a long one."""
        pending = self._pending.get(key)
        if pending is None:
            pending = self._pending[key] = self._thread.run(self._make, key, request)
            characters = len(request.document)
            pending.add_done_callback(lambda done: self._keep(key, characters, done))
        return await asyncio.shield(pending)

    def _keep(self, key: _Key, characters: int, done: "asyncio.Future[Any]") -> None:
        del self._pending[key]
        if not done.cancelled() and done.exception() is None:
            made, weight = done.result(), characters
            if isinstance(made, Prepared):
                weight += made.plan.operation.root.size * _FIELD_CHARACTERS
            self._prepared.keep(key, made, weight)

    def _make(self, key: _Key, request: GraphQLRequest) -> Prepared | FederationError:
        try:
            budget = Budget(self._limits.planning_seconds_max)
            document = self._parsed.find(key[0]) or parse_document(request.document, self._limits)
            self._parsed.drop(key[0])
            _, name, labels, deferring, refused = key
            return self.build(document, name, None, labels, deferring, budget, refused)
        except FederationError as fault:
            fault.__cause__ = fault.__context__ = None  # their frames hold what was parsed
            return fault.with_traceback(None)

    def _read_kind(self, request: GraphQLRequest) -> str:
        """Parse, and leave the document to whoever plans it."""
        document = parse_document(request.document, self._limits)
        self._parsed.keep(request.document, document, len(request.document))
        return select_operation(document, request.operation_name).operation.value

    def _read_asked(self, request: GraphQLRequest) -> Requirement:
        assert self._guards is not None, "without guards nothing is asked for"
        document = self._parsed.find(request.document)
        if document is None:
            document = parse_document(request.document, self._limits)
            self._parsed.keep(request.document, document, len(request.document))
        node = select_operation(document, request.operation_name)
        return find_asked(self._guards, self._schema, document, node)

    def _read_use(self, request: GraphQLRequest) -> tuple[IncrementalUse, OperationDefinitionNode]:
        document = parse_document(request.document, self._limits)
        node = select_operation(document, request.operation_name)
        return find_incremental_use(document), head_of(node)
