"""Runs operations for every transport alike: same documents, limits and credentials."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from starlette.types import Receive

from errors import Unauthenticated
from federation.begun import Begun
from federation.engine import GraphQLRequest, GraphQLResponse
from federation.errors import FederationError
from federation.execute.deadline import Deadline
from web.guards.partner_keys import KnownPartner
from web.guards.partner_uses import Watches
from web.guards.schema_privacy import asks_for_schema, without_schema
from web.observing.front_metrics import FrontMetrics
from web.operations.deferred_answers import answers_in_pieces
from web.operations.front_parts import FrontParts
from web.operations.idempotency import IdempotentMutations
from web.operations.resume import with_position
from web.wire.client_leaving import run_unless_gone
from web.wire.client_names import read_client_name
from web.wire.client_request import ClientRequest
from web.wire.error_response import refusal, with_request_id
from web.wire.expiry import until_expiry
from web.wire.graphql_params import GraphQLParams
from web.wire.limits import Slots
from web.wire.refusals import (
    BadRequest,
    CostAbovePlan,
    DeadlineExceeded,
    IntrospectionRefused,
    Overloaded,
)


class Operation(Struct, frozen=True, kw_only=True):
    """A request whose text is known and whose kind was looked up."""

    request: GraphQLRequest
    kind: str | None
    """None where the text is wrong: running it will say how."""
    idempotency_key: str | None = None
    watched: Watches | None = None
    """Told how it ends; None where nobody measures."""
    wire_format: str | None = None
    """How its client reads what comes later; None: all comes in one answer."""

    @property
    def defers(self) -> bool:
        """Whether it may have deferred parts; what a mutation gives always comes at once."""
        return self.kind == "query" and "defer" in self.request.document

    @property
    def is_subscription(self) -> bool:
        """Whether it gives many answers."""
        return self.kind == "subscription"

    @property
    def is_mutation(self) -> bool:
        """Whether it changes something."""
        return self.kind == "mutation"


class Credentials(NamedTuple):
    """What was found out about a client's credentials."""

    viewer: str
    seconds_left: float | None
    """None: to no known end."""


class OperationRunner:
    """Finds the document, opens the context, and runs within bounds."""

    def __init__(self, parts: FrontParts) -> None:
        self._parts = parts
        self.drain = parts.drain
        """Told when the process is going to end."""
        self._operations = Slots("operations", parts.limits.operations_max)
        self._streams = Slots("subscriptions", parts.limits.streams_max)
        self._mutations: set[asyncio.Task[GraphQLResponse]] = set()
        self._idempotent: IdempotentMutations | None = None
        if parts.idempotency is not None:
            self._idempotent = IdempotentMutations(
                parts.idempotency, duplicate_seconds_max=parts.limits.duplicate_seconds_max
            )

    async def read_operation(self, params: GraphQLParams, client: ClientRequest) -> Operation:
        """Find the text to run and what kind of operation it is.

        Raises:
            AppError: as `Documents.choose` and `PartnerKeys.find_partner`; Forbidden for what an
                API key is not for; Overloaded.
        """
        parts, began = self._parts, time.perf_counter()
        if not client.is_counted:
            parts.admit(client)
        partner = parts.partners.find_partner(client.api_key, client.client_host)
        name, version = read_client_name(client.headers)
        if partner is not None:
            name = partner.name
        request = GraphQLRequest(
            document=await parts.documents.choose(
                params, partner, name, document_bytes_max=parts.limits.document_bytes_max
            ),
            variables=params.variables,
            operation_name=params.operation_name,
            explain=client.explain and parts.development,
            tells_cost=client.tells_cost or (client.explain and parts.development),
        )
        key = client.idempotency_key
        if key is None:
            key = params.extensions.get("idempotencyKey")
        if key is not None and not isinstance(key, str):
            raise BadRequest("`extensions.idempotencyKey` must be a string.")
        kind = await self._find_kind(request)
        if kind is not None:
            if partner is not None:
                partner.require_kind(kind)
                await self._require_affordable(partner, request)
            if params.query_hash is not None:
                await parts.documents.register(params)
            if parts.usage is not None:
                parts.usage.count(request.document, name, version)
        watched: Watches | None = None
        if parts.metrics is not None:
            watched = parts.metrics.watch(
                request.document,
                request.operation_name,
                kind,
                is_known=params.query is None and params.document_id is not None,
                client=name,
                is_partner=partner is not None,
                began=began,
            )
        if partner is not None and parts.partner_uses is not None:
            watched = parts.partner_uses.watch(partner, params, watched)
        return Operation(request=request, kind=kind, idempotency_key=key, watched=watched)

    def count_refusal(self, error: Exception) -> None:
        """Count what a client was refused."""
        if self._parts.metrics is not None:
            self._parts.metrics.refuse(error)

    def measure(self, metrics: FrontMetrics) -> None:
        """Show how much is under way."""
        metrics.measure(
            "operations_running",
            "Queries and mutations under way.",
            lambda: self._operations.taken,
        )
        metrics.measure(
            "subscriptions_open", "Subscriptions that are followed.", lambda: self._streams.taken
        )

    async def check_credentials(self, client: ClientRequest) -> Credentials:
        """Open a context and close it again; whose it was, and how long it is good.

        Raises:
            AppError: the credentials do not hold.
        """
        self._parts.partners.find_partner(client.api_key, client.client_host)
        async with self._parts.make_context(client) as context:
            viewer = self._parts.viewer_of(context)
            return Credentials(viewer, self._parts.seconds_left(context))

    async def admit(self, client: ClientRequest) -> tuple[ClientRequest, str]:
        """Count a request before it is read; the same, not to be counted again, and its viewer.

        Raises:
            AppError: the credentials do not hold, or the client comes too often.
        """
        self._parts.admit(client)
        viewer = (await self.check_credentials(client)).viewer
        return replace(client, is_counted=True), viewer

    async def require_viewer(self, client: ClientRequest) -> ClientRequest:
        """Refuse nobody in particular before anything large is taken in; otherwise as `admit`.

        Raises:
            Unauthenticated: nobody is logged in.
        """
        client, viewer = await self.admit(client)
        if not viewer:
            raise Unauthenticated("Log in to send files.")
        return client

    async def run(
        self, operation: Operation, client: ClientRequest, receive: Receive | None = None
    ) -> GraphQLResponse:
        """Run a query or mutation to its answer; a failure is an answer without data.

        A query is given up when `receive` tells that its client went away. A mutation runs to
        its end: nobody could tell how far it had come.

        Raises:
            AppError: refused before it began.
            ClientDisconnect: it was given up.
        """
        assert not operation.is_subscription, "a subscription has many answers"
        if not operation.is_mutation:
            return await self._run_in_time(operation, client, receive)
        task = asyncio.create_task(self._run_to_end(operation, client))
        self._mutations.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def stream(
        self, operation: Operation, client: ClientRequest
    ) -> AsyncGenerator[GraphQLResponse, None]:
        """Give the answers of any operation one by one; a failure is the last of them."""
        try:
            if operation.wire_format is not None and operation.defers:
                pieces = self._pieces(operation, client, operation.wire_format)
                with _watching(operation.watched):
                    async with aclosing(pieces):
                        async for piece in pieces:
                            yield piece
                return
            if not operation.is_subscription:
                yield await self.run(operation, client)
                return
            with self._streams, _watching(operation.watched):
                async with self._parts.make_context(client) as context:
                    is_hidden = self._hides_schema(operation, context)
                    events = self._parts.engine.subscribe(operation.request, context)
                    is_socket = client.transport == "websocket"  # it may be given a new token
                    seconds = None if is_socket else self._parts.seconds_left(context)
                    timed = events if seconds is None else until_expiry(events, seconds)
                    async with _closing(events), _closing(timed):
                        async for event in timed:
                            self._parts.partners.find_partner(client.api_key, client.client_host)
                            await self._parts.check_viewer(context)
                            told = without_schema(event) if is_hidden else event
                            told = with_position(told, client.bookmark)
                            yield with_request_id(told, client.request_id)
        except Exception as error:  # noqa: BLE001 -- the border to the client: all are answered
            self.count_refusal(error)
            yield refusal(error, client.request_id)

    async def _pieces(
        self, operation: Operation, client: ClientRequest, wire_format: str
    ) -> AsyncGenerator[GraphQLResponse, None]:
        assert self._parts.deferring is not None, "others have no wire format"
        with self._operations:
            async with self._parts.make_context(client) as context:
                pieces = answers_in_pieces(
                    self._parts.deferring.execute_incrementally(operation.request, context),
                    wire_format=wire_format,
                    request_id=client.request_id,
                    seconds_max=self._parts.limits.operation_seconds_max,
                    is_schema_hidden=self._hides_schema(operation, context),
                )
                async with aclosing(pieces):
                    async for piece in pieces:
                        yield piece

    def _hides_schema(self, operation: Operation, context: Any) -> bool:
        """Whether this viewer must not learn of the schema.

        Raises:
            IntrospectionRefused: that is what the operation asks for.
        """
        if self._parts.shows_schema_to(context):
            return False
        if asks_for_schema(operation.request.document):
            raise IntrospectionRefused("Log in to see the schema.")
        return True

    async def _run_to_end(self, operation: Operation, client: ClientRequest) -> GraphQLResponse:
        """Run a mutation, for which the end of the process waits."""
        with self.drain.told(lambda: None):
            return await self._run_in_time(operation, client, None)

    async def _run_in_time(
        self, operation: Operation, client: ClientRequest, receive: Receive | None
    ) -> GraphQLResponse:
        try:
            with self._operations:
                running = Begun(self._run_in_context(operation, client))
                if running.is_done:
                    response = running.result
                else:
                    response = await self._wait_for(running, receive)
        except BaseException as error:
            if operation.watched is not None:
                operation.watched.fail(error)
            raise
        if operation.watched is not None:
            operation.watched.end(response.errors)
        return with_request_id(response, client.request_id)

    async def _wait_for(
        self, running: Begun[GraphQLResponse], receive: Receive | None
    ) -> GraphQLResponse:
        deadline = Deadline(self._parts.limits.operation_seconds_max)
        try:
            with deadline:
                return await (running if receive is None else run_unless_gone(running, receive))
        except TimeoutError as error:
            if not deadline.is_over:
                raise
            raise DeadlineExceeded("The operation took too long.") from error

    async def _run_in_context(self, operation: Operation, client: ClientRequest) -> GraphQLResponse:
        if operation.idempotency_key != client.idempotency_key:  # it stood in the body
            client = replace(client, idempotency_key=operation.idempotency_key)
        async with self._parts.make_context(client) as context:
            is_hidden = self._hides_schema(operation, context)
            response = await self._execute(operation, context, client)
            if operation.request.explain and "explain" in response.extensions:
                count = self._parts.count_statements(context)
                response.extensions["explain"]["statements"] = count
            return without_schema(response) if is_hidden else response

    async def _execute(
        self, operation: Operation, context: Any, client: ClientRequest
    ) -> GraphQLResponse:
        engine, request = self._parts.engine, operation.request
        kept = self._parts.response_cache
        if kept is not None and operation.kind == "query":
            viewer = self._parts.viewer_of(context) or client.api_key or ""  # partners are known
            return await kept.run(request, lambda: engine.execute(request, context), viewer=viewer)
        if not operation.is_mutation or operation.idempotency_key is None:
            return await engine.execute(request, context)
        if self._idempotent is None:
            raise BadRequest("Idempotency-Key is not supported here.")
        return await self._idempotent.run(
            request,
            lambda: engine.execute(request, context),
            key=operation.idempotency_key,
            viewer=self._parts.viewer_of(context),
        )

    async def _require_affordable(self, partner: KnownPartner, request: GraphQLRequest) -> None:
        """Enforce what a partner's plan says of one operation's cost."""
        plan, estimates = partner.plan, self._parts.estimates
        if plan is None or plan.cost_max is None or estimates is None:
            return
        try:
            cost = await estimates.estimate_cost(request)
        except FederationError:  # whoever runs it is told what is wrong
            return
        if cost > plan.cost_max:
            raise CostAbovePlan(
                f"The plan {plan.name} allows operations that cost at most {plan.cost_max}; this "
                f"one may cost {cost}.",
                plan=plan.name,
                limit=plan.cost_max,
                count=cost,
            )

    async def _find_kind(self, request: GraphQLRequest) -> str | None:
        """The kind; None only where the text is wrong, and will be so when it is run."""
        try:
            return await self._parts.engine.operation_kind(request)
        except FederationError as fault:
            if fault.code == Overloaded.code:
                raise Overloaded(fault.message) from fault
            return None

    def _forget(self, task: asyncio.Task[GraphQLResponse]) -> None:
        """Let go of an ended mutation; read its failure, which its client may not have."""
        self._mutations.discard(task)
        if not task.cancelled():
            task.exception()


@contextmanager
def _watching(watched: Watches | None) -> Iterator[None]:
    """Tell how what has many answers ends."""
    try:
        yield
    except BaseException as error:
        if watched is not None:
            watched.fail(error)
        raise
    if watched is not None:
        watched.end(())


@asynccontextmanager
async def _closing(events: AsyncIterator[GraphQLResponse]) -> AsyncIterator[None]:
    """Close an iterator that can be closed, so that its mailbox is given back at once."""
    try:
        yield
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()
